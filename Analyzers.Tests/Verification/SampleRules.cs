using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.Analyzers.Tests.Verification;

#pragma warning disable RS1001, RS1010, RS1026, RS1037, RS2008 // No compiler loads these samples, and some are wrong on purpose.

/// <summary>A rule to try the verification on: names of fields begin with an underscore.</summary>
public class UnderscoreAnalyzer : DiagnosticAnalyzer
{
    public static readonly DiagnosticDescriptor Rule = new("SAMPLE1", "Underscore", "Field '{0}' of '{1}' lacks its underscore", "Sample", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCode);
        context.RegisterSymbolAction(Analyze, SymbolKind.Field);
    }

    protected virtual GeneratedCodeAnalysisFlags GeneratedCode => GeneratedCodeAnalysisFlags.None;

    protected virtual void Analyze(SymbolAnalysisContext context)
    {
        if (context.Symbol.Name.StartsWith('_')) return;
        context.ReportDiagnostic(Diagnostic.Create(Rule, context.Symbol.Locations[0], [context.Symbol.ContainingType.Locations[0]], context.Symbol.Name, context.Symbol.ContainingType.Name));
    }
}

/// <summary>Looks into generated code, which no analyzer here may.</summary>
public sealed class NosyAnalyzer : UnderscoreAnalyzer
{
    protected override GeneratedCodeAnalysisFlags GeneratedCode => GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics;
}

public sealed class ThrowingAnalyzer : UnderscoreAnalyzer
{
    protected override void Analyze(SymbolAnalysisContext context) => throw new InvalidDataException("the sample threw");
}

/// <summary>Reports when the compilation ends, so an editor shows nothing.</summary>
public sealed class LateAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics => [UnderscoreAnalyzer.Rule];

    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationAction(static end =>
        {
            foreach (var field in end.Compilation.GetSymbolsWithName(static name => name is "count", SymbolFilter.Member))
                end.ReportDiagnostic(Diagnostic.Create(UnderscoreAnalyzer.Rule, field.Locations[0], "count", "C"));
        });
    }
}

public sealed class TwoRulesAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [UnderscoreAnalyzer.Rule, new("SAMPLE2", "Other", "Other", "Sample", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

    public override void Initialize(AnalysisContext context) => context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
}

/// <summary>Puts the underscore before the name and leaves uses of the field alone.</summary>
public class UnderscoreFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds => ["SAMPLE1"];

    public override FixAllProvider? GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var text = await context.Document.GetTextAsync(context.CancellationToken);
        foreach (var (title, change) in Changes(text, context.Span))
            context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(context.Document.WithText(text.WithChanges(change))), title), context.Diagnostics);
    }

    protected virtual IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) =>
        [("Add underscore", new TextChange(new TextSpan(span.Start, 0), "_"))];
}

public sealed class TwoWaysFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) =>
        [.. base.Changes(text, span), ("Rename", new TextChange(span, "_renamed"))];
}

/// <summary>Takes the line's end with the name, and the comment that stands there.</summary>
public sealed class CommentFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) =>
        [("Drop comment", new TextChange(TextSpan.FromBounds(span.Start, text.Lines.GetLineFromPosition(span.Start).End), $"_{text.ToString(span)};"))];
}

public sealed class NothingFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) => [("Nothing", new TextChange(span, text.ToString(span)))];
}

public sealed class BreakingFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) => [("Break", new TextChange(span, "_1 +"))];
}

public sealed class LeavingFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) => [("Leave", new TextChange(span, "x" + text.ToString(span)))];
}

public sealed class IntroducingFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) =>
        [("Introduce", new TextChange(span, $"_{text.ToString(span)}, one{span.Start}, two{span.Start}"))];
}

/// <summary>Leaves a field that is assigned and never read, which the compiler warns about.</summary>
public sealed class WarningFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) =>
        [("Warn", new TextChange(span, $"_{text.ToString(span)}; private int _unused = 1"))];
}

public sealed class KeylessFix : UnderscoreFix
{
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var text = await context.Document.GetTextAsync(context.CancellationToken);
        context.RegisterCodeFix(CodeAction.Create("No key", _ => Task.FromResult(context.Document.WithText(text.Replace(context.Span.Start, 0, "_")))), context.Diagnostics);
    }
}

/// <summary>Builds a tree whose tokens are not those that its text has.</summary>
public sealed class FalseTreeFix : UnderscoreFix
{
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = (await context.Document.GetSyntaxRootAsync(context.CancellationToken))!;
        var field = root.FindToken(context.Span.Start).Parent!.FirstAncestorOrSelf<VariableDeclaratorSyntax>()!;
        var changed = field.WithIdentifier(SyntaxFactory.Identifier("_a = 1, _b"));
        context.RegisterCodeFix(CodeAction.Create("False", _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(field, changed))), "False"), context.Diagnostics);
    }
}

public sealed class NoFixAllFix : UnderscoreFix
{
    public override FixAllProvider? GetFixAllProvider() => null;
}

/// <summary>Gives other names when it fixes all at once.</summary>
public sealed class DifferentFixAllFix : UnderscoreFix
{
    public override FixAllProvider GetFixAllProvider() => FixAllProvider.Create(static async (context, document, diagnostics) =>
    {
        var text = await document.GetTextAsync(context.CancellationToken);
        return document.WithText(text.WithChanges(diagnostics.Select(d => new TextChange(new TextSpan(d.Location.SourceSpan.Start, 0), "_all_"))));
    });
}

public sealed class NoFix : UnderscoreFix
{
    protected override IEnumerable<(string Title, TextChange Change)> Changes(SourceText text, TextSpan span) => [];
}
