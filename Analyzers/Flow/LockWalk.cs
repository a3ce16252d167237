using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// Follows the locks through one control flow graph: visits every pair of a block and a <see cref="LockState"/> that is reachable, each once,
/// along branches and exception edges. Paths stay apart only as far as the states differ, so flags and results are correlated for as long as
/// they matter. Stops at a limit of steps, and then knows nothing.
/// </summary>
internal sealed class LockWalk
{
    // Real bodies need one to four states a block; one that needs more than this is not worth an answer that is late.
    private const int MostStatesPerBlock = 48;
    private const int MostStatesBeyond = 2_000;
    private const int MostStatesAtOnce = 256;

    private readonly ControlFlowGraph _graph;
    private readonly LockStep _step;
    private readonly CancellationToken _cancellationToken;
    private readonly Queue<Visit> _pending = new();
    private readonly HashSet<Visit> _visits = [];
    private readonly HashSet<(IOperation Acquire, LeakKind Kind, bool IsThrow)> _leaking = [];

    // Per run of one block: where it is, and the last state that was thrown from it.
    private Visit _at = null!;
    private (LockState State, IOperation Cause)? _thrown;

    // The locks whose events the states tell. None at first: that keeps paths together which differ in their past alone.
    private readonly ImmutableHashSet<LockHold> _watched;
    private readonly Dictionary<(int Region, LockHold Hold), IOperation> _firstCauses = [];
    private readonly Dictionary<IOperation, (LockOperation Release, List<LockState> States)> _observed = [];

    private LockWalk(GraphFacts facts, bool correlated, ImmutableHashSet<LockHold> watched, CancellationToken cancellationToken)
    {
        _graph = facts.Graph;
        _watched = watched;
        _cancellationToken = cancellationToken;
        _step = new LockStep(facts, correlated, this);
    }

    public List<LockLeak> Leaks { get; } = [];

    /// <summary>Which acquire's lock is given back by which operation, on some path.</summary>
    public HashSet<(IOperation Acquire, IOperation Release)> Releases { get; } = [];

    /// <summary>The acquires whose lock some path hands over to a scope, a continuation or another owner.</summary>
    public HashSet<IOperation> HandedOver { get; } = [];

    /// <summary>The states in which each block is entered.</summary>
    public IEnumerable<(BasicBlock Block, LockState State)> Entries => _visits.Select(static visit => (visit.Block, visit.State));

    /// <summary>Called before each operation while <see cref="Replay"/> runs.</summary>
    public Action<IOperation, LockState>? Observer { get; private set; }

    /// <summary>The acquires that some path comes to.</summary>
    public HashSet<LockOperation> Acquires { get; } = [];

    /// <summary>A release that is left out, to see what becomes of the locks without it.</summary>
    public IOperation? Ignored { get; private init; }

    /// <summary>The locks, and the ways to hold them, that some path releases without holding them.</summary>
    public HashSet<LockHold> Strays { get; } = [];

    /// <summary>Each release of a watched lock that was reached, with the states in which it was.</summary>
    public IEnumerable<(LockOperation Release, List<LockState> States)> Observed => _observed.Values;

    /// <summary>Walks the graph to its end; null where the limit of steps comes first.</summary>
    public static LockWalk? Run(GraphFacts facts, bool correlated, CancellationToken cancellationToken) =>
        Run(new LockWalk(facts, correlated, [], cancellationToken));

    /// <summary>As <see cref="Run(GraphFacts, bool, CancellationToken)"/>, with what happens to the locks in <paramref name="watched"/>.</summary>
    public static LockWalk? Watch(GraphFacts facts, ImmutableHashSet<LockHold> watched, IOperation? ignored, CancellationToken cancellationToken) =>
        Run(new LockWalk(facts, correlated: true, watched, cancellationToken) { Ignored = ignored });

    private static LockWalk? Run(LockWalk walk) => walk.Explore() ? walk : null;

    /// <summary>Looks at the state before <paramref name="release"/>.</summary>
    public void Observe(LockOperation release, LockState state)
    {
        if (release.Many || release.Mode == LockMode.Any) return;
        var hold = new LockHold(release.Lock, release.Mode);
        if (!state.Holds(hold)) Strays.Add(hold);
        if (!_watched.Contains(hold)) return;
        if (!_observed.TryGetValue(release.Operation, out var seen)) _observed[release.Operation] = seen = (release, []);
        seen.States.Add(state);
    }

    /// <summary><paramref name="state"/> with what happens to a lock in it, where that is watched. What became of a lock that another owner has stays unknown.</summary>
    public LockState Note(LockState state, LockHold hold, LockEventKind kind, IOperation operation) =>
        !_watched.Contains(hold) || (state.EventOf(hold).Kind == LockEventKind.Unknown && kind != LockEventKind.Unknown) ? state
        : state.Happened(hold, kind is LockEventKind.None or LockEventKind.Unknown ? new(kind, null) : new(kind, operation));

    /// <summary>Runs every visited block once more, and tells <paramref name="observer"/> the state before each operation. By one thread: the walk knows one place at a time.</summary>
    public void Replay(Action<IOperation, LockState> observer)
    {
        Observer = observer;
        foreach (var visit in _visits.ToList()) Execute(visit);
        _pending.Clear();
        Observer = null;
    }

    /// <summary>Whether some path comes to every block that can be reached at all.</summary>
    public bool IsEverywhere()
    {
        var visited = new HashSet<BasicBlock>(_visits.Select(static visit => visit.Block));
        return _graph.Blocks.All(block => !block.IsReachable || visited.Contains(block));
    }

    private bool Explore()
    {
        Enter(_graph.Blocks[0], LockState.Empty, outer: null, cause: null);
        var limit = (_graph.Blocks.Length * MostStatesPerBlock) + MostStatesBeyond;
        for (var steps = 0; _pending.Count > 0; steps++)
        {
            if (steps > limit) return false;
            _cancellationToken.ThrowIfCancellationRequested();
            if (!Execute(_pending.Dequeue())) return false;
        }

        return true;
    }

    private void Enter(BasicBlock block, LockState state, Unwinding? outer, IOperation? cause)
    {
        var visit = new Visit(block, _step.Entering(state, block), outer, cause);
        if (_visits.Add(visit)) _pending.Enqueue(visit);
    }

    /// <summary>Runs one block; false where it alone is too much.</summary>
    private bool Execute(Visit visit)
    {
        _at = visit;
        _thrown = null;
        var block = visit.Block;
        if (block.Kind == BasicBlockKind.Exit)
        {
            foreach (var held in visit.State.Held) Leak(held, LeakKind.Return, visit.Cause);
            return true;
        }

        IReadOnlyCollection<LockState> states = [visit.State];
        foreach (var operation in block.Operations)
        {
            states = _step.After(operation, states);
            if (states.Count > MostStatesAtOnce) return false;
        }

        if (block.BranchValue is not { } value)
        {
            foreach (var state in states) Follow(block.FallThroughSuccessor, state, FlowValue.Unknown, block.Operations.LastOrDefault());
            return true;
        }

        foreach (var (state, result) in _step.Results(value, states))
        {
            if (block.ConditionKind == ControlFlowConditionKind.None)
            {
                Follow(block.FallThroughSuccessor, state, result, value);
                continue;
            }

            foreach (var outcome in new[] { true, false })
            {
                if (result.IsTrue == !outcome) continue;
                var taken = outcome == (block.ConditionKind == ControlFlowConditionKind.WhenTrue);
                Follow(taken ? block.ConditionalSuccessor : block.FallThroughSuccessor, _step.Assume(state, value, outcome), FlowValue.Unknown, value);
            }
        }

        return true;
    }

    private void Follow(ControlFlowBranch? branch, LockState state, FlowValue value, IOperation? last)
    {
        switch (branch)
        {
            case null: break;
            case { Semantics: ControlFlowBranchSemantics.Throw or ControlFlowBranchSemantics.Rethrow }:
                // A switch expression without a match throws on its own; that is another defect.
                var exception = Unconverted(branch.Source.BranchValue);
                if (exception is not { IsImplicit: true }) Unwind(branch.Source.EnclosingRegion, state, _at.Outer, exception ?? _at.Cause, thrown: exception);
                break;
            case { Semantics: ControlFlowBranchSemantics.StructuredExceptionHandling }:
                Resume(branch.Source, state, _at.Outer);
                break;
            case { Destination: { } destination }:
                if (branch.Semantics == ControlFlowBranchSemantics.Return && value.Acquire is { } returned) state = _step.HandOver(state, returned);
                foreach (var region in branch.LeavingRegions)
                    if (branch.FinallyRegions.IsEmpty) state = LockStep.Leaving(state, region);
                // What a finally region does on the way is not why the body is left.
                RunFinally(branch.FinallyRegions, destination, state, _at.Outer, _at.Outer is null ? last ?? _at.Cause : _at.Cause);
                break;
        }
    }

    /// <summary>Runs the finally regions that a branch leaves, the innermost first, and then enters its destination.</summary>
    private void RunFinally(ImmutableArray<ControlFlowRegion> regions, BasicBlock destination, LockState state, Unwinding? outer, IOperation? cause)
    {
        if (regions.IsEmpty) Enter(destination, state, outer, cause);
        else Enter(First(regions[0]), state, new Unwinding(regions[0], regions.RemoveAt(0), destination, outer), cause);
    }

    /// <summary>What comes after a finally region: the rest of the branch that ran it, or the exception.</summary>
    private void Resume(BasicBlock end, LockState state, Unwinding? unwinding)
    {
        // A filter that says no: the other handlers, and the way out, were entered when the exception was thrown.
        if (unwinding is null || !Contains(unwinding.Region, end)) return;
        if (unwinding.Destination is { } destination) RunFinally(unwinding.Rest, destination, state, unwinding.Outer, _at.Cause);
        else Unwind(unwinding.Region.EnclosingRegion!.EnclosingRegion, state, unwinding.Outer, _at.Cause);
    }

    /// <summary>An exception in the current block: enters the handlers and finally regions around it, or leaves the body.</summary>
    /// <param name="state">The state in which it is thrown.</param>
    /// <param name="cause">What throws.</param>
    /// <param name="isFree">Whether what throws takes no lock by it. A mutex that its last holder abandoned throws, and is held.</param>
    public void Throw(LockState state, IOperation cause, bool isFree = true)
    {
        if (_thrown is { } last && ReferenceEquals(last.State, state)) return;
        _thrown = (state, cause);
        Unwind(_at.Block.EnclosingRegion, state, _at.Outer, cause, isFree);
    }

    /// <summary>Notes for the locks that were not acquired yet that an exception came before. The first cause found stands for all.</summary>
    private LockState NoteThrown(LockState state, ControlFlowRegion handler, IOperation? cause)
    {
        if (_watched.IsEmpty || handler.ExceptionType is { Name: "AbandonedMutexException" }) return state;
        foreach (var hold in _watched)
        {
            if (state.Holds(hold) || state.EventOf(hold).Kind != LockEventKind.None) continue;
            if (cause is null)
            {
                state = Note(state, hold, LockEventKind.Unknown, _graph.OriginalOperation);
                continue;
            }

            if (!_firstCauses.TryGetValue((handler.FirstBlockOrdinal, hold), out var first)) _firstCauses[(handler.FirstBlockOrdinal, hold)] = first = cause;
            state = Note(state, hold, LockEventKind.Thrown, first);
        }

        return state;
    }

    private void Unwind(ControlFlowRegion? region, LockState state, Unwinding? outer, IOperation? cause, bool isFree = true, IOperation? thrown = null)
    {
        // Beyond the root is the function around this one.
        for (; region is { Kind: not ControlFlowRegionKind.Root }; region = region.EnclosingRegion)
        {
            // An exception in a filter counts as its no.
            if (region.Kind == ControlFlowRegionKind.Filter) return;
            // An exception in a finally region takes the place of what the region was run for.
            if (region.Kind == ControlFlowRegionKind.Finally && outer?.Region == region) outer = outer.Outer;
            if (region.Kind != ControlFlowRegionKind.Try || region.EnclosingRegion is not { } statement) continue;

            var handlers = statement.NestedRegions.Where(nested => nested != region);
            if (statement.Kind == ControlFlowRegionKind.TryAndFinally)
            {
                var final = handlers.Single();
                Enter(First(final), NoteThrown(state, final, isFree ? cause : null), new Unwinding(final, [], Destination: null, outer), cause);
                return;
            }

            foreach (var handler in handlers)
            {
                if (!Caught.MayCatch(handler, thrown, isFree)) continue;
                Enter(First(handler), NoteThrown(state, handler, isFree ? cause : null), outer, cause);
                if (Caught.Catches(handler, thrown)) return;
            }
        }

        foreach (var held in state.Held) Leak(held, LeakKind.Exception, cause);
    }

    public void Leak(HeldLock held, LeakKind kind, IOperation? where)
    {
        var leak = new LockLeak(held, kind, where);
        if (_leaking.Add((held.Acquire, kind, leak.IsThrow))) Leaks.Add(leak);
    }

    private static IOperation? Unconverted(IOperation? value) => value is IConversionOperation conversion ? Unconverted(conversion.Operand) : value;

    private BasicBlock First(ControlFlowRegion region) => _graph.Blocks[region.FirstBlockOrdinal];

    private static bool Contains(ControlFlowRegion region, BasicBlock block) => region.FirstBlockOrdinal <= block.Ordinal && block.Ordinal <= region.LastBlockOrdinal;

    /// <summary>Why a finally region runs: on the way to a destination, or (without one) because of an exception.</summary>
    private sealed record Unwinding(ControlFlowRegion Region, ImmutableArray<ControlFlowRegion> Rest, BasicBlock? Destination, Unwinding? Outer)
    {
        public bool Equals(Unwinding? other) =>
            other is not null && Region == other.Region && Destination == other.Destination && Rest.Length == other.Rest.Length && Equals(Outer, other.Outer);

        public override int GetHashCode() => Region.FirstBlockOrdinal + (31 * (Destination?.Ordinal ?? -1));
    }

    /// <summary>A block entered in a state. Why it was entered tells visits apart only for finally regions; the first cause found stands for all.</summary>
    private sealed record Visit(BasicBlock Block, LockState State, Unwinding? Outer, IOperation? Cause)
    {
        public bool Equals(Visit? other) => other is not null && Block == other.Block && State.Equals(other.State) && Equals(Outer, other.Outer);

        public override int GetHashCode() => (Block.Ordinal * 397) ^ State.GetHashCode();
    }
}
