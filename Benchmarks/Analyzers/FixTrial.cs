using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Benchmarks.Analyzers;

/// <summary>Applies every fix that is offered for a set of reports, each by itself to the code as it stands, and counts what it does.</summary>
internal static class FixTrial
{
    public static async Task RunAsync(Solution solution, IReadOnlyList<(Project Project, Diagnostic Diagnostic)> reports, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var fixes = CodeFixCatalog.All;
        int offered = 0, unchanged = 0, broken = 0, remaining = 0, introduced = 0, withoutFix = 0;
        foreach (var (project, diagnostic) in reports)
        {
            if (diagnostic.Location.SourceTree is not { } tree || project.GetDocument(tree) is not { } document) continue;
            var actions = new List<CodeAction>();
            foreach (var fix in fixes.Where(f => f.FixableDiagnosticIds.Contains(diagnostic.Id)))
                await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
            if (actions.Count == 0) withoutFix++;

            foreach (var action in actions)
            {
                offered++;
                var operations = await action.GetOperationsAsync(CancellationToken.None);
                var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
                var where = $"{diagnostic.Id} {document.Name}:{diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1} '{action.Title}'";
                if (!changed.GetChanges(solution).GetProjectChanges().Any()) { unchanged++; Console.WriteLine($"  changes nothing: {where}"); continue; }

                foreach (var change in changed.GetChanges(solution).GetProjectChanges())
                {
                    var (errorsBefore, reportsBefore) = await MeasureAsync(change.OldProject, analyzers);
                    var (errorsAfter, reportsAfter) = await MeasureAsync(change.NewProject, analyzers);
                    if (New(errorsBefore, errorsAfter) is { Count: > 0 } errors) { broken++; Console.WriteLine($"  does not compile: {where}: {errors[0]}"); }
                    else if (reportsAfter.Count(r => r.StartsWith(diagnostic.Id, StringComparison.Ordinal)) >= reportsBefore.Count(r => r.StartsWith(diagnostic.Id, StringComparison.Ordinal)) && change.ProjectId == project.Id) { remaining++; Console.WriteLine($"  its diagnostic remains: {where}"); }
                    else if (reportsAfter.Count > reportsBefore.Count) { introduced++; Console.WriteLine($"  a new diagnostic: {where}"); }
                }
            }
        }
        Console.WriteLine($"  fixes: {offered} offered for {reports.Count} reports ({withoutFix} without one); {unchanged} change nothing, {broken} do not compile, {remaining} leave their diagnostic, {introduced} bring a new one");
    }

    private static async Task<(List<string> Errors, List<string> Reports)> MeasureAsync(Project project, ImmutableArray<DiagnosticAnalyzer> analyzers)
    {
        var compilation = (await project.GetCompilationAsync())!;
        var errors = compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.Id + " " + d.GetMessage()).ToList();
        var reports = await compilation.WithAnalyzers(analyzers).GetAnalyzerDiagnosticsAsync();
        return (errors, reports.Select(r => r.Id + " " + r.GetMessage()).ToList());
    }

    /// <summary>What is in <paramref name="after"/> more often than in <paramref name="before"/>.</summary>
    private static List<string> New(List<string> before, List<string> after)
    {
        var counts = before.GroupBy(e => e).ToDictionary(g => g.Key, g => g.Count());
        return [.. after.GroupBy(e => e).Where(g => g.Count() > counts.GetValueOrDefault(g.Key)).Select(g => g.Key)];
    }
}

/// <summary>Every code fix that Tandem ships.</summary>
internal static class CodeFixCatalog
{
    public static ImmutableArray<CodeFixProvider> All { get; } =
    [
        .. from type in System.Reflection.Assembly.Load("Tandem.CodeFixes").GetTypes()
           where type.IsSubclassOf(typeof(CodeFixProvider)) && !type.IsAbstract
           select (CodeFixProvider)Activator.CreateInstance(type)!,
    ];
}
