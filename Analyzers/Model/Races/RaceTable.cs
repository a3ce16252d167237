using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>
/// The races of a compilation, found a member at a time, when the first rule asks for them. A cause is found once and named by the most
/// specific rule; the others pass over it, also where that rule is switched off.
/// </summary>
internal sealed class RaceTable
{
    private static readonly ConditionalWeakTable<Compilation, RaceTable> s_byCompilation = new();

    private readonly ConcurrentDictionary<SyntaxNode, ImmutableArray<Race>> _races = new();
    private readonly BodyTable _bodies;
    private readonly ImmutableArray<RaceFinder> _finders;

    private RaceTable(Compilation compilation)
    {
        var concurrency = Concurrency.Of(compilation);
        _bodies = concurrency.Bodies;

        var checks = new CheckThenActs(concurrency);

        // The most specific first.
        _finders =
        [
            new LoopVariableFinder(concurrency),
            new LazyInitializationFinder(concurrency, checks),
            new ConcurrentCollectionFinder(concurrency),
            new UnsafeCollectionFinder(concurrency),
            new CheckThenActFinder(concurrency, checks),
            new NonAtomicUpdateFinder(concurrency),
            new UnguardedAccessFinder(concurrency),
            new TornAccessFinder(concurrency),
            new PolledFlagFinder(concurrency),
            new EarlyReadFinder(concurrency),
        ];
    }

    public static RaceTable Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static compilation => new RaceTable(compilation));

    /// <summary>The races in one file, in the order of the source.</summary>
    public IEnumerable<Race> In(SemanticModel model, CancellationToken cancellationToken)
    {
        foreach (var member in TreeIndex.Of(model.SyntaxTree).Members)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_races.TryGetValue(member.Member, out var races)) _races[member.Member] = races = In(member, model);
            foreach (var race in races) yield return race;
        }
    }

    private ImmutableArray<Race> In(MemberNames member, SemanticModel model)
    {
        var finders = _finders.Where(finder => finder.MayFindIn(member)).ToList();
        if (finders.Count == 0 || _bodies.Of(member.Member) is not { } outermost) return [];

        var races = ImmutableArray.CreateBuilder<Race>();
        foreach (var body in outermost.SelfAndNested())
        {
            var named = new HashSet<Step>();
            foreach (var race in finders.SelectMany(finder => finder.In(body, model)))
            {
                if (race.Steps.Any(named.Contains)) continue;
                named.UnionWith(race.Steps);
                races.Add(race);
            }
        }

        return races.ToImmutable();
    }
}
