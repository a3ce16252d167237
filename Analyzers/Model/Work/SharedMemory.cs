using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Why another process may write between a read and a write of shared memory: what a message says after "but", and where to look.</summary>
internal sealed record SharedRace(string Text, ImmutableArray<Location> Places);

/// <summary>Who writes to the memory that processes share, and when: the evidence that an update of it may be disturbed.</summary>
internal sealed class SharedMemory
{
    // How many callers up a lock is looked for.
    private const int MaxCallers = 3;

    private static readonly ConditionalWeakTable<Compilation, SharedMemory> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly WorkClassifier _classifier;
    private readonly ProcessWorkTable? _works;
    private readonly Lazy<List<Writer>> _writers;

    private SharedMemory(Compilation compilation)
    {
        _compilation = compilation;
        _classifier = WorkClassifier.Of(compilation);
        _works = KnownSymbols.Of(compilation).Has("Tandem.ProcessExecutor") && ProcessWorkTable.Of(compilation) is { IsEmpty: false } works ? works : null;
        _writers = new(() => [.. FindWriters()]);
    }

    public static SharedMemory Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new SharedMemory(c));

    /// <summary>What may write to the place in the middle of the update; null where nothing is seen to.</summary>
    public SharedRace? RaceOf(SharedUpdate update, CancellationToken cancellationToken)
    {
        var functions = _works?.Around(update.Write.Syntax).ToList() ?? [];
        if (functions.Exists(function => CallersLock(function, 0, cancellationToken)) || IsInUpdate(update.Write)) return null;

        if (functions.Count > 0 && WorkSources.Root(update.Place.Owner) is IParameterReferenceOperation { Parameter: var parameter })
            return HandedOver.As(parameter, _works!, SharedPlace.IsShared).Select(handed => RaceInWork(update, handed, cancellationToken)).FirstOrDefault(static race => race is not null);
        return OfName(update, HandleUses.Variable(update.Place.Owner.Unconverted()), cancellationToken)
            ?? (functions.Count == 0 && AccessPath.Of(update.Place.Owner) is { } path ? RaceBeside(update, path) : null);
    }

    private SharedRace? RaceInWork(SharedUpdate update, HandedOver handed, CancellationToken cancellationToken)
    {
        var site = handed.Work.Site;
        var repeater = handed.IsForEach && WorkOrder.OneAtATime(site) is null ? site : handed.Variable is { } variable ? WorkOrder.RepeaterOf(site, variable, _compilation) : null;
        if (repeater is not null && (!SharedIndex.IsOwned(update.Place.Index, handed, repeater, handed.Work) || IsOneOfTwo(update, handed)))
            return Race($"{Name(handed.Work)} runs in several processes at once (handed over on line {RaceEvidence.Line(site)})", site);

        foreach (var other in _writers.Value)
        {
            if (other.Handed.Work.Site == site || !other.Handed.Path.Equals(handed.Path) || AreApart(update.Place, other.Place)) continue;
            if (SharedIndex.IsOwned(update.Place.Index, handed, null, other.Handed.Work) || SharedIndex.IsOwned(other.Place.Index, other.Handed, null, handed.Work)) continue;
            var (first, second) = site.Position() < other.Handed.Work.Site.Position() ? (site, other.Handed.Work.Site) : (other.Handed.Work.Site, site);
            if (WorkOrder.Overlap(first, second, _compilation))
                return Race($"work that is handed over on line {RaceEvidence.Line(other.Handed.Work.Site)} changes it at the same time", site, other.Handed.Work.Site);
        }

        if (WritesBeside(handed).FirstOrDefault(place => !SharedIndex.IsOwned(update.Place.Index, handed, null, null) && !AreApart(update.Place, place)) is { } beside)
            return Race($"line {RaceEvidence.Line(beside.Owner)} changes it while the work runs (handed over on line {RaceEvidence.Line(site)})", site, beside.Owner);

        return OfName(update, handed.Path.Symbol, cancellationToken);
    }

    /// <summary>Whether the work updates two items by two numbers that it was given, <c>accounts[from]</c> and <c>accounts[to]</c>, so that neither is its own.</summary>
    private bool IsOneOfTwo(SharedUpdate update, HandedOver handed) => update.Place.Index.Unconverted() is IParameterReferenceOperation { Parameter: var mine }
        && _writers.Value.Exists(other => other.IsUpdate && other.Handed.Work == handed.Work && other.Handed.Path.Equals(handed.Path)
            && other.Place.Index.Unconverted() is IParameterReferenceOperation { Parameter: var its } && !SymbolEqualityComparer.Default.Equals(mine, its));

    /// <summary>An update in the parent, while a worker has the memory.</summary>
    private SharedRace? RaceBeside(SharedUpdate update, AccessPath memory)
    {
        foreach (var writer in _works is null ? [] : _writers.Value)
        {
            var site = writer.Handed.Work.Site;
            if (!writer.Handed.Path.Equals(memory) || site.Position() >= update.Write.Position() || AreApart(update.Place, writer.Place) || SharedIndex.IsOwned(writer.Place.Index, writer.Handed, null, null)) continue;
            if (WorkOrder.Overlap(site, update.Write, _compilation)) return Race($"work that is handed over on line {RaceEvidence.Line(site)} changes it at the same time", site);
        }

        return null;
    }

    /// <summary>What has a name is there for other programs to open.</summary>
    private SharedRace? OfName(SharedUpdate update, ISymbol? variable, CancellationToken cancellationToken) =>
        variable is not null && SharedIndex.IsAnybodys(update.Place.Index) && Makings.Values(variable, cancellationToken).Any(value => HasName(value, 0, cancellationToken)) ? Race("other processes can open it by its name") : null;

    private bool HasName(ExpressionSyntax value, int depth, CancellationToken cancellationToken) => _classifier.Operation(value, cancellationToken).Unconverted() switch
    {
        IObjectCreationOperation creation => creation.Arguments.Any(static argument => argument.Parameter?.Name == "name"),
        IInvocationOperation { TargetMethod: { Name: "CreateViewAccessor" }, Instance: { } file } =>
            depth == 0 && (WorkValue.Of(file) is IInvocationOperation made ? IsNamed(made) : HandleUses.Variable(file) is { } variable && Makings.Values(variable, cancellationToken).Any(making => HasName(making, 1, cancellationToken))),
        IInvocationOperation call => depth == 1 && IsNamed(call),
        _ => false,
    };

    // Of a file that is mapped without a name, nobody knows who else maps it.
    private static bool IsNamed(IInvocationOperation call) => call.TargetMethod.ContainingType.Name == "MemoryMappedFile"
        && call.Arguments.Any(static argument => argument is { Parameter.Name: "mapName", Value.ConstantValue: not { HasValue: true, Value: null } });

    /// <summary>The writes to it in the parent while the work runs.</summary>
    private IEnumerable<SharedPlace> WritesBeside(HandedOver handed)
    {
        var site = handed.Work.Site;
        if (TreeIndex.MemberOf(site.Syntax) is null) yield break;
        foreach (var operation in WorkValue.Root(site).Descendants())
            if (operation.Position() > site.Position() && Written(operation) is { } place && handed.Path.Equals(AccessPath.Of(place.Owner))
                && _works!.At(operation.Syntax) is null && WorkOrder.Overlap(site, operation, _compilation)) yield return place;
    }

    private IEnumerable<Writer> FindWriters() =>
        from function in _works!.Functions
        from operation in function.Body.Descendants()
        let place = Written(operation)
        where place is not null && WorkSources.Root(place.Owner) is IParameterReferenceOperation
        from handed in HandedOver.As(((IParameterReferenceOperation)WorkSources.Root(place.Owner)).Parameter, _works, SharedPlace.IsShared)
        select new Writer(handed, place, SharedUpdate.Of(operation) is not null);

    private static SharedPlace? Written(IOperation operation) => operation switch
    {
        IAssignmentOperation assignment => SharedPlace.Of(assignment.Target),
        IIncrementOrDecrementOperation step => SharedPlace.Of(step.Target),
        IInvocationOperation { TargetMethod.Name: "Update", Instance: { } owner } when SharedPlace.IsTandem(owner.Type) => new(owner, null),
        IInvocationOperation call => SharedPlace.OfCall(call, "Write"),
        _ => null,
    };

    /// <summary>Whether those who call the code hold a lock that other processes know, as far as they are seen.</summary>
    private static bool CallersLock(ProcessFunction function, int depth, CancellationToken cancellationToken) =>
        depth < MaxCallers && function.Calls.Any(call => SharedUpdate.HoldsAt(call.Call, cancellationToken).Count > 0 || CallersLock(call.Caller, depth + 1, cancellationToken));

    /// <summary><c>other.Update(n => { counts[0]++; return n + 1; })</c> holds the lock of the other.</summary>
    private static bool IsInUpdate(IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent)
            if (at is IAnonymousFunctionOperation && at.Consumer() is IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: "Update", Instance.Type: var type } } && SharedPlace.IsTandem(type)) return true;
        return false;
    }

    private static bool AreApart(SharedPlace x, SharedPlace y) =>
        x.Index is { ConstantValue: { HasValue: true, Value: var index } } && y.Index is { ConstantValue: { HasValue: true, Value: var other } } && !Equals(index, other);

    private static SharedRace Race(string text, params IOperation[] places) => new(text, [.. places.Select(static place => place.Syntax.GetLocation())]);

    private static string Name(ProcessWork work) => work.Delegate is IMethodReferenceOperation { Method.Name: var name } ? $"'{name}'" : "this work";

    private sealed record Writer(HandedOver Handed, SharedPlace Place, bool IsUpdate);
}
