using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Tests.Repository;

namespace Tandem.Analyzers.Tests.Verification;

public class BrokenCodeTests
{
    // Every variant of every file takes minutes: ask for it with TANDEM_THOROUGH=1.
    private static readonly int s_limit = Environment.GetEnvironmentVariable("TANDEM_THOROUGH") == "1" ? int.MaxValue : 60;

    public static TheoryData<string> Corpus => [.. typeof(BrokenCodeTests).Assembly.GetManifestResourceNames().Where(name => name.EndsWith(".cs", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Corpus))]
    public Task NoRuleThrows_WhileCodeIsTyped(string file) =>
        EveryRule.VerifyAsync(BrokenCode.Variants(Read(file), s_limit), ReferenceAssemblies.Net.Net100);

    [Theory]
    [MemberData(nameof(Corpus))]
    public async Task NoRuleThrows_WhereTypesAreMissing(string file)
    {
        await EveryRule.VerifyAsync([Read(file)], ReferenceAssemblies.NetStandard.NetStandard20);
        await EveryRule.VerifyAsync([Read(file)], assemblies: null);
    }

    [Fact]
    public void Variants_AreCutAndThinned() =>
        Assert.Equal(["a b;", "", "a ", "a b", " b;", "a ;", "a b"], BrokenCode.Variants("a b;"));

    [Fact]
    public void FewerVariants_AreSpreadOverAll() =>
        Assert.Equal(["a b;", "a ", " b;"], BrokenCode.Variants("a b;", limit: 3));

    [Fact]
    public async Task AnAnalyzerThatThrows_Fails()
    {
        var failure = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => new BrokenCode([new ThrowingAnalyzer()], []).VerifyAsync(["class C { int x; }"]));
        Assert.Contains("the sample threw", failure.Message);
    }

    [Fact]
    public async Task AFixThatThrows_Fails()
    {
        var failure = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => new BrokenCode([new UnderscoreAnalyzer()], [new ThrowingFix()]).VerifyAsync(["class C { int x; }"]));
        Assert.Contains("the sample fix threw", failure.Message);
    }

    // The sample rule has something to report and to repair in every file.
    private static BrokenCode EveryRule => new([.. Rules.NewAnalyzers(), new UnderscoreAnalyzer()], [.. Rules.NewFixes(), new UnderscoreFix()]);

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(BrokenCodeTests).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    private sealed class ThrowingFix : UnderscoreFix
    {
        protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) => throw new InvalidDataException("the sample fix threw");
    }
}
