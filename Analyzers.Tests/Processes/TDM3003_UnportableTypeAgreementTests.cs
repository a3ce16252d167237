using FsCheck;
using FsCheck.Fluent;

namespace Tandem.Analyzers.Tests.Processes;

/// <summary>What Submit refuses, TDM3003 reports, and nothing else.</summary>
public class UnportableTypeAgreementTests
{
    private const int Count = 300;

    [Fact]
    public async Task GeneratedTypes_AreRefusedByBothOrByNone()
    {
        var seed = Environment.GetEnvironmentVariable("TANDEM_SEED") is { Length: > 0 } given ? ulong.Parse(given) : (ulong)Random.Shared.NextInt64();
        var types = GeneratedTypes.All.Sample(Count, new Rnd(seed, 1), 30).ToList();
        var answers = await UnportableTypeAgreement.Ask(string.Concat(types.Select(static type => type.Declarations)), [.. types.Select(static type => type.Name)]);

        var disagreed = answers.Zip(types).Where(static pair => (pair.First.Analyzer is null) != (pair.First.Runtime is null))
            .OrderBy(static pair => pair.Second.Declarations.Length)
            .Select(static pair => $"{pair.Second.Name}\nanalyzer: {pair.First.Analyzer ?? "may cross"}\nruntime: {pair.First.Runtime ?? "may cross"}\n{pair.Second.Declarations}");
        Assert.True(!disagreed.Any(), $"TANDEM_SEED={seed}: {disagreed.Count()} of {Count}\n\n{string.Join("\n", disagreed.Take(12))}");
        Assert.Contains(answers, static answer => answer.Runtime is null);
    }
}
