using Microsoft.CodeAnalysis.Testing;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.Analyzers.Tests.Verification;

public class TestFileMarkupTests
{
    [Fact]
    public void Marks_AreTakenOut_AndTheirSpansKept()
    {
        var markup = TestFileMarkup.Parse("a [|b|] {|X1:c {|#0:d|}|} []");
        Assert.Equal("a b c d []", markup.Source);
        Assert.Equal<(string?, TextSpan)>([(null, new TextSpan(2, 1)), ("X1", new TextSpan(4, 3)), ("#0", new TextSpan(6, 1))], markup.Spans);
    }

    [Fact]
    public void MarksOfBothKinds_MayOverlap() =>
        Assert.Equal<(string?, TextSpan)>([(null, new TextSpan(0, 2)), ("X1", new TextSpan(1, 2))], TestFileMarkup.Parse("[|a{|X1:b|]c|}").Spans);

    [Fact]
    public void CodeThatLooksLikeAMark_IsLeftAlone()
    {
        const string Code = "if (a[i]||b[j]) { x |= y; } return z is {} || w is { Length: 0 };";
        Assert.Equal(Code, TestFileMarkup.Parse(Code).Source);
    }

    [Theory]
    [InlineData("[|a")]
    [InlineData("a|]")]
    [InlineData("{|X1:a")]
    [InlineData("a|}")]
    public void UnbalancedMark_IsRefused(string text) => Assert.Throws<VerificationException>(() => TestFileMarkup.Parse(text));

    [Fact]
    public void Mark_PutsThemBack() =>
        Assert.Equal("{|A:a {|B:b|}|} {|C:|}c", TestFileMarkup.Mark("a b c", [("A", new TextSpan(0, 3)), ("B", new TextSpan(2, 1)), ("C", new TextSpan(4, 0))]));

    [Fact]
    public void LineDiff_ShowsWhatWasExpectedAndWhatCame() =>
        Assert.Equal("  a\n- b\n+ x\n  c\n", LineDiff.Between("a\nb\nc", "a\nx\nc").ReplaceLineEndings("\n"));
}
