using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Testing;
using static Tandem.Analyzers.Tests.Verification.VerificationFailure;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Tests.Verification.UnderscoreAnalyzer>;

namespace Tandem.Analyzers.Tests.Verification;

public class AnalyzerVerificationTests
{
    private const string Marked = "class C { public int {|#0:count|}; }";

    [Fact]
    public Task MarkedDiagnostic_Passes() => Verify.VerifyAnalyzerAsync("class C { public int [|count|], {|SAMPLE1:total|}, _fine; }");

    [Fact]
    public Task MissingDiagnostic_Fails() => FailsAsync("Expected, and not reported", () => Verify.VerifyAnalyzerAsync("class C { public int [|_count|]; }"));

    [Fact]
    public Task UnexpectedDiagnostic_Fails() => FailsAsync("Reported, and not expected", () => Verify.VerifyAnalyzerAsync("class C { public int count; }"));

    [Fact]
    public Task WrongSpan_Fails() => FailsAsync("Expected, and not reported", () => Verify.VerifyAnalyzerAsync("class C { public int [|coun|]t; }"));

    [Fact]
    public Task LongerSpan_Fails() => FailsAsync("Expected, and not reported", () => Verify.VerifyAnalyzerAsync("class C { public [|int count|]; }"));

    [Fact]
    public Task WrongId_Fails() => FailsAsync("SAMPLE2", () => Verify.VerifyAnalyzerAsync("class C { public int {|SAMPLE2:count|}; }"));

    [Fact]
    public Task SourceThatDoesNotCompile_Fails() => FailsAsync("CS0246", () => Verify.VerifyAnalyzerAsync("class C { Unknown _x; }"));

    [Fact]
    public Task MarkedCompilerError_Passes() => Verify.VerifyAnalyzerAsync("class C { {|CS0246:Unknown|} _x; }");

    [Fact]
    public Task AnalyzerThatThrows_Fails() => FailsAsync("the sample threw", () => CSharpAnalyzerVerifier<ThrowingAnalyzer>.VerifyAnalyzerAsync("class C { int _x; }"));

    [Fact]
    public Task AnalyzerThatLooksIntoGeneratedCode_Fails() =>
        FailsAsync("Generated code", () => CSharpAnalyzerVerifier<NosyAnalyzer>.VerifyAnalyzerAsync("class C { int [|count|]; }"));

    [Fact]
    public Task AnalyzerThatAnEditorDoesNotSee_Fails() =>
        FailsAsync("An editor", () => CSharpAnalyzerVerifier<LateAnalyzer>.VerifyAnalyzerAsync("class C { int [|count|]; }"));

    [Fact]
    public Task UnnamedMarkForSeveralRules_Fails() =>
        FailsAsync("Name the rule", () => CSharpAnalyzerVerifier<TwoRulesAnalyzer>.VerifyAnalyzerAsync("class C { int [|count|]; }"));

    [Fact]
    public Task Arguments_Pass() => Verify.VerifyAnalyzerAsync("class {|#1:C|} { public int {|#0:count|}; }", Expected.WithLocation(1).WithArguments("count", "C"));

    [Fact]
    public Task WrongArgument_Fails() => FailsAsync("says", () => Verify.VerifyAnalyzerAsync(Marked, AnyAdditional.WithArguments("total", "C")));

    [Fact]
    public Task WrongMessage_Fails() => FailsAsync("says", () => Verify.VerifyAnalyzerAsync(Marked, AnyAdditional.WithMessage("Other")));

    [Fact]
    public Task WrongSeverity_Fails() => FailsAsync("severity", () => Verify.VerifyAnalyzerAsync(Marked, AnyAdditional.WithSeverity(DiagnosticSeverity.Error)));

    [Fact]
    public Task AdditionalLocationLeftOut_Fails() => FailsAsync("additional locations", () => Verify.VerifyAnalyzerAsync(Marked, Expected));

    [Fact]
    public Task WrongAdditionalLocation_Fails() =>
        FailsAsync("additional locations", () => Verify.VerifyAnalyzerAsync("{|#1:class|} C { public int {|#0:count|}; }", Expected.WithLocation(1)));

    [Fact]
    public Task LineAndColumn_Pass() => Verify.VerifyAnalyzerAsync("class C { public int count; }", Verify.Diagnostic().WithSpan(1, 22, 1, 27).WithSpan(1, 7, 1, 8));

    [Fact]
    public Task OneMarkForTwoPurposes_Passes() => Verify.VerifyAnalyzerAsync("class {|#0:C|} { public int {|SAMPLE1:{|#1:count|}|}; }");

    [Fact]
    public Task MissingMark_Fails() => FailsAsync("#7", () => Verify.VerifyAnalyzerAsync(Marked, Verify.Diagnostic().WithLocation(7)));

    [Fact]
    public Task TopLevelStatements_MakeAProgram() => Verify.VerifyAnalyzerAsync("System.Console.WriteLine(); class C { int [|count|]; }");

    [Fact]
    public Task TandemAndNullable_AreThere() => Verify.VerifyAnalyzerAsync("class C { Tandem.ThreadExecutor? _x; string _y = {|CS0029:1|}; }");

    [Fact]
    public Task NewestLanguage_IsUnderstood() => Verify.VerifyAnalyzerAsync("class C { int P { get => field; set => field = value; } static void M(C? c) => c?.P = 1; }");

    [Fact]
    public Task OlderLanguage_IsObeyed() =>
        new Verify.Test { LanguageVersion = LanguageVersion.CSharp7_3, TestCode = "class C { string{|CS8370:?|} _x; }" }.RunAsync();

    [Fact]
    public Task OlderFramework_HasNoLock() => new Verify.Test
    {
        ReferenceAssemblies = ReferenceAssemblies.NetStandard.NetStandard20,
        TestCode = "using System.Threading; class C { {|CS0246:Lock|} _x; SemaphoreSlim _y = new SemaphoreSlim(1); }",
    }.RunAsync();

    [Fact]
    public Task SeveralSourcesAndSettings_AreUsed() => new Verify.Test
    {
        TestState =
        {
            Sources = { "class C { int [|count|]; }", ("/0/Other.cs", "class D : C { int total; }") },
            AnalyzerConfigFiles = { ("/.editorconfig", "root = true\n[Other.cs]\ndotnet_diagnostic.SAMPLE1.severity = error") },
            ExpectedDiagnostics = { AnyAdditional.WithNoLocation().WithSpan("/0/Other.cs", 1, 19, 1, 24).WithSeverity(DiagnosticSeverity.Error) },
        },
    }.RunAsync();

    [Fact]
    public async Task Failure_ShowsTheSourceWithMarks()
    {
        var message = await FailsAsync("", () => Verify.VerifyAnalyzerAsync("class C { public int count; }"));
        Assert.Contains("/0/Test0.cs(1,22)-(1,27)", message);
        Assert.Contains("Field 'count' of 'C' lacks its underscore", message);
        Assert.Contains("class C { public int {|SAMPLE1:count|}; }", message);
    }

    private static DiagnosticResult Expected => Verify.Diagnostic("SAMPLE1").WithLocation(0);

    private static DiagnosticResult AnyAdditional => Expected.WithOptions(DiagnosticOptions.IgnoreAdditionalLocations);
}
