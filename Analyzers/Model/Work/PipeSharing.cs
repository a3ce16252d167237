using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Somebody who has one end of a pipe: a worker from its start to its end, or the parent where it uses the end itself.</summary>
/// <param name="End">The end.</param>
/// <param name="Site">Where the work is handed over; of the parent, its use.</param>
/// <param name="Mention">The end's name there.</param>
/// <param name="Work">The work, where it is for a process.</param>
/// <param name="Uses">What is done with the end, as far as it can be seen.</param>
/// <param name="IsForEach">Whether each of the items of a Map has it.</param>
internal sealed record PipeHolder(AccessPath End, IOperation Site, IOperation Mention, ProcessWork? Work, IReadOnlyList<IOperation> Uses, bool IsForEach = false)
{
    public bool IsParent => Site == Uses.FirstOrDefault();
}

/// <summary>One end of a pipe that a second holder gets while the first may still have it.</summary>
/// <param name="Second">The second; the first again, where it is handed over several times.</param>
/// <param name="First">The first.</param>
/// <param name="Repeater">What hands it over several times, if that is so.</param>
internal sealed record SharedEnd(PipeHolder Second, PipeHolder First, IOperation? Repeater);

/// <summary>The ends of pipes that a member gives to several workers, or to a worker and keeps.</summary>
internal sealed class PipeSharing
{
    private static readonly ConditionalWeakTable<Compilation, PipeSharing> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly ProcessWorkTable _works;
    private readonly SpawnTable _spawns;
    private readonly ConcurrentDictionary<SyntaxNode, IReadOnlyList<SharedEnd>> _byMember = new();

    // What work does with the ends that it is given, in its own code and in what it calls.
    private readonly Lazy<ILookup<SyntaxNode, (AccessPath End, IOperation Use)>> _usesByWork;

    private PipeSharing(Compilation compilation)
    {
        _compilation = compilation;
        _works = ProcessWorkTable.Of(compilation);
        _spawns = SpawnTable.For(compilation);
        _usesByWork = new(() => FindUses().ToLookup(static use => use.Site, static use => (use.End, use.Use)));
    }

    public static PipeSharing Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new PipeSharing(c));

    public static bool IsEnd(ITypeSymbol? type) => type is INamedTypeSymbol { Name: "PipeEnd", Arity: 1, ContainingNamespace: { Name: "Tandem", ContainingNamespace.IsGlobalNamespace: true } };

    /// <summary>Whether the call sends through an end or receives, or waits to.</summary>
    public static bool IsUse(IOperation operation) => operation is IInvocationOperation { Instance: { } end, TargetMethod.Name: not ("Dispose" or "ToString" or "Equals" or "GetHashCode" or "GetType") } && IsEnd(end.Type);

    /// <summary>Those of the member that <paramref name="code"/> is part of.</summary>
    public IReadOnlyList<SharedEnd> Around(SyntaxNode code) => TreeIndex.MemberOf(code) is { } member ? _byMember.GetOrAdd(member, Find) : [];

    private IReadOnlyList<SharedEnd> Find(SyntaxNode member)
    {
        if (_works.OperationOf(member) is not { } root) return [];
        var holders = root.Descendants().SelectMany(Holders).OrderBy(static holder => holder.Site.Position()).ToList();
        return
        [
            .. holders.Select(holder => Sharing(holder, holders)).OfType<SharedEnd>()
                // The parent may use it often, and name it twice among the arguments; once is enough to say so.
                .GroupBy(static found => (found.Second.End, found.Second.IsParent ? null : found.Second.Site)).Select(static found => found.First()),
        ];
    }

    private SharedEnd? Sharing(PipeHolder holder, List<PipeHolder> holders)
    {
        var variable = holder.End.Root.Symbol ?? holder.End.Symbol;
        if (!holder.IsParent && !IsLocked(holder) && (holder.Work is not null || Directions(holder).Any()) && variable is not null
            && (holder.IsForEach && WorkOrder.OneAtATime(holder.Site) is null ? holder.Site : WorkOrder.RepeaterOf(holder.Site, variable, _compilation)) is { } repeater)
            return new(holder, holder, repeater);

        var first = holders.FirstOrDefault(other => other.Site != holder.Site && !other.IsParent && other.Site.Position() < holder.Site.Position() && other.End.Equals(holder.End)
            && !other.Site.Contains(holder.Site) && !IsSetBetween(other, holder) && Disturb(other, holder) && WorkOrder.Overlap(other.Site, holder.Site, _compilation));
        return first is null ? null : new(holder, first, null);
    }

    /// <summary>Whether the two get in each other's way: not with one lock around each use, nor if the one thread of the parent sends and the other receives.</summary>
    private static bool Disturb(PipeHolder first, PipeHolder second) =>
        !(IsLocked(first) && IsLocked(second))
        && (first.Work is not null || second.Work is not null || Directions(first).Intersect(Directions(second)).Any());

    private static bool IsLocked(PipeHolder holder) => holder.Uses.Count > 0 && holder.Uses.All(static use => SharedUpdate.HoldsAt(use, CancellationToken.None).Count > 0);

    private static IEnumerable<bool> Directions(PipeHolder holder) => holder.Uses.Select(static use => ((IInvocationOperation)use).TargetMethod.Name.Contains("Send")).Distinct();

    private static bool IsSetBetween(PipeHolder first, PipeHolder second) => WorkValue.Root(first.Site).Descendants().Any(operation =>
        operation.Position() > first.Site.Position() && operation.Position() < second.Site.Position() && SymbolEqualityComparer.Default.Equals(HandleUses.Variable(operation), first.End.Root.Symbol ?? first.End.Symbol) && WorkValue.IsWritten(operation));

    /// <summary>Who gets an end by the operation.</summary>
    private IEnumerable<PipeHolder> Holders(IOperation operation)
    {
        // What work for a process does with its end is the worker's use, not the parent's.
        if (IsUse(operation) && _works.At(operation.Syntax) is null && IsDoneHere(operation) && AccessPath.Of(((IInvocationOperation)operation).Instance) is { } path)
            yield return new(path, operation, ((IInvocationOperation)operation).Instance!, null, [operation]);

        var called = (operation as IInvocationOperation)?.TargetMethod ?? (operation as IObjectCreationOperation)?.Constructor;
        if (called is null || !_spawns.MayStartWork(called)) yield break;

        foreach (var spawn in _spawns.SpawnsAt(operation))
        {
            if (WorkValue.Delegate(spawn.Work) is not { } work) continue;
            if (spawn.Kind == SpawnKind.Process)
            {
                var process = new ProcessWork(operation, work, spawn.Repeats);
                foreach (var handed in HandedOver.To(process, IsEnd))
                    yield return new(handed.Path, operation, handed.Mention, process, UsesBy(operation.Syntax, handed.Path), handed.IsForEach);
            }
            else if (spawn.Kind is not SpawnKind.Executor && work is IAnonymousFunctionOperation lambda)
            {
                // Threads have what they capture. An element may be another one for each.
                foreach (var uses in lambda.Descendants().Where(IsUse).GroupBy(static use => AccessPath.Of(((IInvocationOperation)use).Instance)))
                    if (uses.Key is { } end) yield return new(end, operation, ((IInvocationOperation)uses.First()).Instance!, null, [.. uses], IsForEach: spawn.Repeats && spawn.Kind is SpawnKind.Parallel && !end.IsElement && IsMadeOutside(end, lambda));
            }
        }
    }

    private static bool IsMadeOutside(AccessPath end, IAnonymousFunctionOperation lambda) =>
        (end.Root.Symbol ?? end.Symbol) is { Locations: { Length: > 0 } locations } && !locations.Any(location => location.SourceTree == lambda.Syntax.SyntaxTree && lambda.Syntax.Span.Contains(location.SourceSpan));

    private IReadOnlyList<IOperation> UsesBy(SyntaxNode site, AccessPath end) => [.. _usesByWork.Value[site].Where(use => use.End.Equals(end)).Select(static use => use.Use)];

    /// <summary>Whether the code runs in the order of the member, not in a lambda that somebody calls some time.</summary>
    private static bool IsDoneHere(IOperation operation)
    {
        for (var at = operation.Parent; at is not null; at = at.Parent)
            if (at is IAnonymousFunctionOperation or ILocalFunctionOperation) return false;
        return true;
    }

    private IEnumerable<(SyntaxNode Site, AccessPath End, IOperation Use)> FindUses() =>
        from function in _works.Functions
        from use in function.Body.Descendants()
        where IsUse(use)
        let parameter = (WorkSources.Root(((IInvocationOperation)use).Instance!) as IParameterReferenceOperation)?.Parameter
        where parameter is not null
        from handed in HandedOver.As(parameter, _works, IsEnd)
        select (handed.Work.Site.Syntax, handed.Path, use);
}
