using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Finds where a body starts work that sets something, and reads that before it has waited for the work.</summary>
internal sealed class EarlyReadFinder(Concurrency concurrency) : RaceFinder
{
    /// <summary>Of the facts: the statement that waits for the work, where the body does so later.</summary>
    public const string Join = nameof(Join);

    public override bool MayFindIn(MemberNames member) => concurrency.Bodies.Names.MayStartWork(member) && member.Assigned.Count > 0;

    public override IEnumerable<Race> In(Body body, SemanticModel model)
    {
        // One report a piece of work and variable, where it is first read.
        foreach (var work in body.Nested)
            foreach (var start in concurrency.StartsOf(work).Where(start => start.Caller == body && IsOneRun(start)).Take(1))
                foreach (var writes in work.Steps.OfType<Access>().Where(static write => IsPlainWrite(write)).GroupBy(static write => write.Place))
                    if (RaceOf(body, start, writes.First()) is { } race) yield return race;
    }

    private static bool IsOneRun(Entry start) => start is { ManyTimes: false, Spawn: { Joins: false, Repeats: false, Kind: SpawnKind.Thread or SpawnKind.ThreadPool or SpawnKind.Task or SpawnKind.ThreadExecutor or SpawnKind.Custom } };

    private static bool IsPlainWrite(Access write) => write is { Writes: true, Holds.IsEmpty: true } and not CollectionUse && write.Kind is not AccessKind.Atomic && write.Operation is not IInvocationOperation
        // What can tear is reported where it is written. A flag may be looked at early for good reason.
        && Tearing.TypeOf(write.Place.Symbol) is { SpecialType: not SpecialType.System_Boolean } type && !Tearing.CanTear(write.Place.Symbol!)
        // Threads and tasks are handled by those who wait for them.
        && type.Name is not ("Task" or "ValueTask" or "Thread" or "Timer");

    private Race? RaceOf(Body body, Entry start, Access write)
    {
        var life = Lifetime.Of(body, start.Site);
        if (start.Spawn!.Value.Kind is SpawnKind.Thread && (life.Handle & HandleFate.Started) == 0) return null;
        // What outlives the body may be read early for good reason, as progress is. A local is there for its result alone.
        if (life.Escapes && write.Place is not { Root: PlaceRoot.Variable, Variable: ILocalSymbol, Links.IsEmpty: true }) return null;
        if (Confinement.IsConfined(body, write.Place)) return null;

        var read = body.Steps.OfType<Access>().FirstOrDefault(read => read.Kind is AccessKind.Read or AccessKind.Receive && read.Place.Equals(write.Place) && life.Covers(read.Operation.Position()));
        if (read is null || !read.Holds.IsEmpty || read.Operation is IInvocationOperation || !StraightWay.Leads(body, start.Site, life.Begin, read.Operation)) return null;

        var line = RaceEvidence.Line(start.Site);
        var evidence = new RaceEvidence($"the work that is started on line {line} sets it, and nothing has waited for that yet", [start.Site.Syntax.GetLocation(), write.Operation.Syntax.GetLocation()]);
        return new Race(
            RaceKind.DataRace,
            read.Operation,
            [],
            evidence,
            [read.Place.Symbol!.Name, "read", evidence.Text, "it may be set, half set or not set at all; wait for the work first"],
            !life.Escapes && JoinOf(body, start) is { } join ? ImmutableDictionary<string, string?>.Empty.Add(Join, join) : ImmutableDictionary<string, string?>.Empty,
            [read]);
    }

    /// <summary>The statement that waits for the work, if its thread or task has a name.</summary>
    private static string? JoinOf(Body body, Entry start)
    {
        var handle = start.Site.Consumer() switch
        {
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => declarator.Symbol,
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } => target.Local,
            _ => null,
        };
        return handle switch
        {
            null => null,
            { Type.Name: "Thread" } => $"{handle.Name}.Join();",
            { Type.Name: "Task" } => body.Method.IsAsync || body.Awaits.Count > 0 ? $"await {handle.Name};" : $"{handle.Name}.Wait();",
            _ => null,
        };
    }
}
