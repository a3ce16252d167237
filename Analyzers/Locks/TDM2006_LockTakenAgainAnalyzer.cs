using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2006: a lock that is not reentrant, taken by code that holds it, directly or through calls; a read lock upgraded to a write lock.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LockTakenAgainAnalyzer() : TandemAnalyzer(Descriptors.LockTakenAgain)
{
    /// <summary>Property, present where the read lock can become an upgradeable one: the first additional location is its acquire, the others its releases.</summary>
    public const string Upgrade = nameof(Upgrade);

    /// <summary>Property, present where the second acquire stands here and can go: the additional locations from the second on are its releases.</summary>
    public const string Drop = nameof(Drop);

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var flow = LockFlow.For(context.Compilation);
        if (flow.Table.IsEmpty) return;

        var takings = LockTakings.For(context.Compilation);
        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.FunctionsIn(file.SemanticModel.SyntaxTree, file.CancellationToken))
            {
                // Every lock of a `lock` statement is reentrant.
                if (!function.HasCalls) continue;
                var told = new HashSet<(SyntaxNode, ISymbol)>();
                foreach (var again in takings.In(function, file.CancellationToken).GroupBy(static taking => taking.At))
                {
                    if (First(again, function, flow, file) is not var (taking, held, outcome)) continue;

                    // One hold and one callee that can't go together are told once, however often it is called.
                    if (taking.IsByCall && !told.Add((held.Acquire.Syntax, Member(taking.Taken.Taker!)))) continue;
                    file.ReportDiagnostic(Describe(taking, held, outcome, flow, file));
                }
            }
        });
    }

    private static (LockTaking, HeldLock, SecondTake)? First(IEnumerable<LockTaking> takings, LockingFunction function, LockFlow flow, SemanticModelAnalysisContext context)
    {
        foreach (var taking in takings)
        {
            // The youngest hold counts: an upgradeable read lock around a read lock makes the write no better.
            if (taking.Held.LastOrDefault(held => held.Lock.Equals(taking.Taken.Lock) && held.Kind == taking.Taken.Kind) is not { } held) continue;
            var outcome = Reentrancy.Of(held, taking.Taken, context.CancellationToken);
            if (outcome != SecondTake.Allowed && !IsSignal(held, function.Function, flow.In(function.Function, context.SemanticModel, context.CancellationToken))) return (taking, held, outcome);
        }

        return null;
    }

    /// <summary>Whether it is a semaphore that others release without having waited for it: the second wait is for them. What a helper took, another helper releases.</summary>
    private static bool IsSignal(HeldLock held, SyntaxNode function, HeldLocks? locks) =>
        held.Kind == LockKind.Semaphore && LockOwners.Of(held, function) == LockOwner.AnotherMember
        && !(locks?.AcquireOf(held.Acquire) is { IsByHelper: true } && !locks.ReleasesOf(held.Acquire).IsEmpty);

    private static Diagnostic Describe(LockTaking taking, HeldLock held, SecondTake outcome, LockFlow flow, SemanticModelAnalysisContext context)
    {
        var isUpgrade = outcome is SecondTake.UpgradeThrows or SecondTake.UpgradeWaits;
        var locks = flow.In(FunctionGraphs.FunctionAround(taking.At.Syntax)!, context.SemanticModel, context.CancellationToken);
        var facts = ImmutableDictionary<string, string?>.Empty;
        ImmutableArray<Location> places = [TakenLock.LocationOf(held.Acquire.Syntax)];
        if (outcome == SecondTake.UpgradeThrows && taking.Taken.Mode == LockMode.Write && ReleasesOf(held.Acquire.Syntax) is { } outer)
        {
            facts = facts.Add(Upgrade, "");
            places = places.AddRange(outer);
        }
        else if (!isUpgrade && !taking.IsByCall && locks is not null && ReleasesOf(taking.At.Syntax) is { } inner && SecondHold.WithoutAcquire(taking, held, locks) is { } without)
        {
            facts = facts.Add(Drop, "");
            if (without == Dropped.WithItsReleases) places = places.AddRange(inner);
        }
        else if (taking.IsByCall)
        {
            places = places.Add(taking.Taken.Location);
        }

        return Diagnostic.Create(
            Descriptors.LockTakenAgain,
            taking.Location,
            places,
            facts,
            Fact(taking, isUpgrade),
            held.Lock,
            places[0].GetMappedLineSpan().StartLinePosition.Line + 1,
            Outcome(held.Kind, outcome) + Remedy(taking, outcome));

        // A release that gives back another acquire's hold too is not this one's to change.
        IEnumerable<Location>? ReleasesOf(SyntaxNode acquire) =>
            locks?.ReleasesOf(acquire) is { } releases && releases.All(locks.BelongsToOneAcquire)
                ? releases.Select(static release => release.Syntax).Distinct().OrderBy(static release => release.SpanStart).Select(static release => release.GetLocation())
                : null;
    }

    /// <summary>The two accessors of a property are one member.</summary>
    private static ISymbol Member(IMethodSymbol taker) => (taker.AssociatedSymbol ?? taker).OriginalDefinition;

    private static string Fact(LockTaking taking, bool isUpgrade) => (taking.IsByCall, isUpgrade) switch
    {
        (true, true) => $"'{TakerName(taking)}' takes the write lock of",
        (true, false) => $"'{TakerName(taking)}' takes",
        (false, true) => "This takes the write lock of",
        (false, false) => "This takes",
    };

    private static string TakerName(LockTaking taking) => taking.Taken.Taker!.Name;

    private static string Outcome(LockKind kind, SecondTake outcome) => outcome switch
    {
        SecondTake.UpgradeThrows => "a read lock can't be upgraded, so it throws",
        SecondTake.UpgradeWaits => "a read lock can't be upgraded, so it waits for itself forever",
        SecondTake.Throws => $"a {Name(kind)} is not reentrant, so it throws",
        _ => $"a {Name(kind)} is not reentrant, so it waits for itself forever",
    };

    private static string Name(LockKind kind) => kind switch
    {
        LockKind.ReaderWriter => "ReaderWriterLockSlim without recursion",
        LockKind.Semaphore => "semaphore",
        _ => kind.ToString(),
    };

    private static string Remedy(LockTaking taking, SecondTake outcome) => outcome switch
    {
        SecondTake.UpgradeThrows => "; enter the upgradeable read lock instead",
        SecondTake.UpgradeWaits => "; call UpgradeToWriterLock instead",
        _ when taking.IsByCall => "; call it when the lock is released, or split off the part that needs no lock of its own",
        _ => "; drop this acquire and its release",
    };
}
