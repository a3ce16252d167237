using System.Collections.Immutable;
using System.IO;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Processes;

/// <summary>TDM3002: each process has statics of its own, so what work writes to them never comes back, and what it reads may be old.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StaticStateInWorkAnalyzer() : TandemAnalyzer(Descriptors.StaticStateInWork)
{
    /// <summary>The property that a diagnostic of a lost write has; that of a stale read has it not.</summary>
    public const string Lost = "Lost";

    /// <summary>The property that a diagnostic of a read has which an argument would not help, since the value is set later.</summary>
    public const string Late = "Late";

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (!KnownSymbols.Of(context.Compilation).Has("Tandem.ProcessExecutor")) return;

        context.RegisterOperationAction(Analyze, OperationKind.FieldReference, OperationKind.PropertyReference, OperationKind.EventReference);
    }

    private static void Analyze(OperationAnalysisContext context)
    {
        var reference = (IMemberReferenceOperation)context.Operation;
        if (!reference.Member.IsStatic || StaticState.At(reference, context.Compilation) is not { } stray) return;

        var name = reference.Member.Name;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.StaticStateInWork,
            reference.Syntax.GetLocation(),
            [stray.Elsewhere.Syntax.GetLocation(), stray.Work.Site.Syntax.GetLocation()],
            (stray.IsLost ? Lost : stray.IsLate ? Late : null) is { } property ? ImmutableDictionary<string, string?>.Empty.Add(property, "") : ImmutableDictionary<string, string?>.Empty,
            name,
            stray.IsLost ? "written" : "read",
            $"{(stray.Work.IsInitializer ? "its initializer set" : "handed over")} {Where(stray.Work.Site, reference)}",
            stray.IsLost
                ? $"the code that reads it {Where(stray.Elsewhere, reference)} never sees the change; return the new value"
                : $"what is written to it {Where(stray.Elsewhere, reference)} never gets there; {Remedy(stray)}"));
    }

    private static string Remedy(StrayState stray) => stray switch
    {
        { Work.IsInitializer: true } => "let the initializer find the value by itself",
        { IsLate: true } => "pass a ProcessEvent or a SharedValue, which processes share",
        _ => "pass it as an argument",
    };

    private static string Where(IOperation operation, IOperation from)
    {
        var line = $"on line {RaceEvidence.Line(operation)}";
        return operation.Syntax.SyntaxTree == from.Syntax.SyntaxTree ? line : $"in {Path.GetFileName(operation.Syntax.SyntaxTree.FilePath)} {line}";
    }
}
