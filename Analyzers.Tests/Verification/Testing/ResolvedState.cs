using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A state whose markup is read and whose defaults are filled in.</summary>
internal sealed record ResolvedState(
    ImmutableArray<(string Path, string Text)> Sources,
    ImmutableArray<(string Path, SourceText Text)> AnalyzerConfigFiles,
    ImmutableArray<MetadataReference> AdditionalReferences,
    ReferenceAssemblies References,
    OutputKind? OutputKind,
    ImmutableArray<DiagnosticResult> Expected)
{
    /// <summary>Reads the markup: marks with a rule's id become expectations, marks with a number the places that expectations name.</summary>
    public static ResolvedState Of(SolutionState state, SolutionState? inherited, ReferenceAssemblies assemblies, Func<string?, DiagnosticResult> diagnosticOf)
    {
        var expected = ImmutableArray.CreateBuilder<DiagnosticResult>();
        var numbered = new Dictionary<int, DiagnosticLocation>();
        var sources = ImmutableArray.CreateBuilder<(string Path, string Text)>();

        foreach (var (path, content) in state.Sources)
        {
            var markup = TestFileMarkup.Parse(content.ToString());
            var lines = SourceText.From(markup.Source).Lines;
            sources.Add((path, markup.Source));
            foreach (var (name, span) in markup.Spans)
            {
                var lineSpan = new FileLinePositionSpan(path, lines.GetLinePositionSpan(span));
                if (name is not ['#', .. var key])
                    expected.Add(diagnosticOf(name).WithSpan(lineSpan));
                else if (!int.TryParse(key, out var number) || !numbered.TryAdd(number, new(path, lineSpan.StartLinePosition, lineSpan.EndLinePosition)))
                    throw new VerificationException($"'{{|{name}:' is no mark: after '#' comes a number, and each number once.");
            }
        }

        expected.AddRange(state.ExpectedDiagnostics.Select(result => result.Resolved(Place)));

        return new(
            sources.DrainToImmutable(),
            [.. (inherited is not null && state.AnalyzerConfigFiles.Count == 0 ? inherited : state).AnalyzerConfigFiles],
            [.. state.AdditionalReferences, .. inherited?.AdditionalReferences ?? []],
            state.ReferenceAssemblies ?? inherited?.ReferenceAssemblies ?? assemblies,
            state.OutputKind ?? inherited?.OutputKind,
            expected.DrainToImmutable());

        DiagnosticLocation Place(DiagnosticLocation location) => location switch
        {
            { MarkupKey: { } key } => numbered.TryGetValue(key, out var marked) ? marked : throw new VerificationException($"The source has no mark '{{|#{key}:…|}}'."),
            { Path: "" } => location with { Path = SolutionState.DefaultPath },
            _ => location,
        };
    }
}
