using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Testing;
using static Tandem.Analyzers.Tests.Verification.VerificationFailure;

namespace Tandem.Analyzers.Tests.Verification;

public class CodeFixVerificationTests
{
    private const string Source = "class C { public int [|count|], [|total|]; }";
    private const string Fixed = "class C { public int _count, _total; }";

    [Fact]
    public Task RightFix_Passes() => VerifyAsync<UnderscoreFix>(Source, Fixed);

    [Fact]
    public Task WrongFixedSource_Fails() => FailsAsync("+ class C { public int _count, _total; }", () => VerifyAsync<UnderscoreFix>(Source, "class C { public int _count, _sum; }"));

    [Fact]
    public Task FixedSourceThatDoesNotCompile_Fails() => FailsAsync("The fixed source", () => VerifyAsync<UnderscoreFix>(Source, "class C { public int _count, _total }"));

    [Fact]
    public Task DiagnosticLeftInFixedSource_Fails() => FailsAsync("The fixed source", () => VerifyAsync<UnderscoreFix>(Source, "class C { public int _count, total; }"));

    [Fact]
    public Task WrongSourceSpan_Fails() => FailsAsync("The test source", () => VerifyAsync<UnderscoreFix>("class C { public int [|cou|]nt; }", "class C { public int _count; }"));

    [Fact]
    public Task FixThatChangesNothing_Fails() => FailsAsync("changes nothing", () => VerifyAsync<NothingFix>(Source, Fixed));

    [Fact]
    public Task FixThatDoesNotCompile_Fails() => FailsAsync("CS1", () => VerifyAsync<BreakingFix>(Source, Fixed));

    [Fact]
    public Task FixThatBringsACompilerWarning_Fails() => FailsAsync("CS0414", () => VerifyAsync<WarningFix>("class C { public int [|count|]; }", "class C { public int _count; private int _unused = 1; }"));

    [Fact]
    public Task FixThatLeavesItsDiagnostic_Fails() => FailsAsync("leaves its diagnostic", () => VerifyAsync<LeavingFix>(Source, Fixed));

    [Fact]
    public Task FixThatIntroducesADiagnostic_Fails() => FailsAsync("introduces", () => VerifyAsync<IntroducingFix>("public class C { public int [|count|]; }", "public class C { public int _count; }"));

    [Fact]
    public Task FixThatBuildsAFalseTree_Fails() => FailsAsync("does not parse to", () => VerifyAsync<FalseTreeFix>("class C { public int [|count|]; }", "class C { public int _a = 1, _b; }"));

    [Fact]
    public Task FixThatLosesAComment_Fails() => FailsAsync("loses the comment '// why'", () => VerifyAsync<CommentFix>("class C { public int [|count|]; // why\n}", "class C { public int _count;\n}"));

    [Fact]
    public Task FixWithoutEquivalenceKey_Fails() => FailsAsync("equivalence key", () => VerifyAsync<KeylessFix>(Source, Fixed));

    [Fact]
    public Task FixWithoutFixAll_Fails() => FailsAsync("no Fix all provider", () => VerifyAsync<NoFixAllFix>(Source, Fixed));

    [Fact]
    public Task FixAllThatDiffers_Fails() => FailsAsync("Fix all in document did not give", () => VerifyAsync<DifferentFixAllFix>(Source, Fixed));

    [Fact]
    public Task FixAllThatDiffersInTheProject_Fails() => FailsAsync("Fix all in project did not give",
        () => new CSharpCodeFixVerifier<UnderscoreAnalyzer, DifferentFixAllFix>.Test { TestCode = Source, FixedCode = Fixed, CodeFixTestBehaviors = CodeFixTestBehaviors.SkipFixAllInDocumentCheck }.RunAsync());

    [Fact]
    public Task FixAllThatMayDiffer_Passes() =>
        new CSharpCodeFixVerifier<UnderscoreAnalyzer, DifferentFixAllFix>.Test { TestCode = Source, FixedCode = Fixed, BatchFixedCode = "class C { public int _all_count, _all_total; }" }.RunAsync();

    [Fact]
    public Task NoFix_WhereOneIsExpected_Fails() => FailsAsync("did not give the fixed source", () => VerifyAsync<NoFix>(Source, Fixed));

    [Fact]
    public Task NoFix_WhereNoneIsExpected_Passes() => VerifyAsync<NoFix>(Source, Source);

    [Fact]
    public Task AFix_WhereNoneIsExpected_Fails() => FailsAsync("After 0 fixes", () => VerifyAsync<UnderscoreFix>(Source, Source));

    [Fact]
    public Task RemainingDiagnosticMarkedInFixedSource_Passes() => VerifyAsync<NoFix>(Source, "class C { public int [|count|], {|SAMPLE1:total|}; }");

    [Fact]
    public Task SecondOfTwoFixes_IsChosenByIndex() => new CSharpCodeFixVerifier<UnderscoreAnalyzer, TwoWaysFix>.Test
    {
        TestCode = "class C { public int [|count|]; }",
        FixedCode = "class C { public int _renamed; }",
        CodeActionIndex = 1,
    }.RunAsync();

    [Fact]
    public Task SecondOfTwoFixes_IsChosenByKey() => new CSharpCodeFixVerifier<UnderscoreAnalyzer, TwoWaysFix>.Test
    {
        TestCode = "class C { public int [|count|]; }",
        FixedCode = "class C { public int _renamed; }",
        CodeActionEquivalenceKey = "Rename",
    }.RunAsync();

    [Fact]
    public Task SecondOfTwoFixes_IsHeldToTheSameWhenNotChosen() =>
        FailsAsync("'Rename' does not leave code that compiles", () => VerifyAsync<TwoWaysFix>("class C { public int [|count|], _renamed; }", "class C { public int _count, _renamed; }"));

    [Fact]
    public Task NumberOfIterations_IsHeldTo() => FailsAsync("2 times, not 3", () => new CSharpCodeFixVerifier<UnderscoreAnalyzer, UnderscoreFix>.Test
    {
        TestCode = Source,
        FixedCode = Fixed,
        NumberOfIncrementalIterations = 3,
    }.RunAsync());

    [Fact]
    public Task SeveralDocuments_AreFixed() => new CSharpCodeFixVerifier<UnderscoreAnalyzer, UnderscoreFix>.Test
    {
        TestState = { Sources = { Source, "class D { public int [|count|]; }" } },
        FixedState = { Sources = { Fixed, "class D { public int _count; }" } },
    }.RunAsync();

    [Fact]
    public Task ExpectedDiagnostics_MayBeGivenApart() => CSharpCodeFixVerifier<UnderscoreAnalyzer, UnderscoreFix>.VerifyCodeFixAsync(
        "class {|#1:C|} { public int {|#0:count|}; }",
        CSharpCodeFixVerifier<UnderscoreAnalyzer, UnderscoreFix>.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("count", "C"),
        "class C { public int _count; }");

    [Fact]
    public Task CompilerErrorThatWasThereBefore_MayStay() => VerifyAsync<UnderscoreFix>("class C { public {|CS0246:T|} [|count|]; }", "class C { public {|CS0246:T|} _count; }");

    private static Task VerifyAsync<TFix>(string source, string fixedSource)
        where TFix : CodeFixProvider, new() => CSharpCodeFixVerifier<UnderscoreAnalyzer, TFix>.VerifyCodeFixAsync(source, fixedSource);
}
