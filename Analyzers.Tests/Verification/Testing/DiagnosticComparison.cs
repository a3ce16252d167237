using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Pairs the diagnostics that were expected with those that came.</summary>
internal static class DiagnosticComparison
{
    /// <summary>What differs, in words; null where everything that was expected came and nothing else.</summary>
    public static string? Differences(ImmutableArray<DiagnosticResult> expected, ImmutableArray<Diagnostic> actual)
    {
        var missing = expected.ToList();
        var unexpected = actual.ToList();

        // The most specific expectations choose first, so that a loose one does not take what a strict one needs.
        foreach (var result in expected.OrderByDescending(Specificity))
        {
            var match = unexpected.FindIndex(diagnostic => Mismatch(result, diagnostic) is null);
            if (match < 0) continue;
            unexpected.RemoveAt(match);
            missing.Remove(result);
        }

        if (missing.Count + unexpected.Count == 0) return null;

        var text = new StringBuilder();
        // A pair that agrees on rule and place differs in a detail, which is the thing to tell.
        foreach (var result in missing.ToArray())
        {
            if (unexpected.Find(d => d.Id == result.Id && MatchesLocation(result, d)) is not { } near) continue;
            missing.Remove(result);
            unexpected.Remove(near);
            text.AppendLine($"Different from what was expected: {result.Id} {Mismatch(result, near)}");
        }

        AppendList(text, "Expected, and not reported:", missing);
        AppendList(text, "Reported, and not expected:", unexpected.Select(Describe));
        return text.ToString();
    }

    public static string Describe(Diagnostic diagnostic)
    {
        var result = new DiagnosticResult(diagnostic.Id, diagnostic.Severity).WithMessage(diagnostic.GetMessage(CultureInfo.InvariantCulture));
        foreach (var location in diagnostic.AdditionalLocations.Prepend(diagnostic.Location))
            if (location.IsInSource) result = result.WithSpan(location.GetLineSpan());
        return result.ToString();
    }

    private static int Specificity(DiagnosticResult result) =>
        (result.HasLocation ? 4 : 0) + (result.Message is not null || result.MessageArguments is { Length: > 0 } ? 2 : 0) + (result.Options == DiagnosticOptions.None ? 1 : 0);

    private static string? Mismatch(DiagnosticResult expected, Diagnostic actual)
    {
        if (expected.Id != actual.Id) return "has another id";
        if (!MatchesLocation(expected, actual)) return "is at another place";
        if (!expected.Options.HasFlag(DiagnosticOptions.IgnoreSeverity) && expected.Severity != actual.Severity)
            return $"has severity {actual.Severity}, not {expected.Severity}";

        var message = actual.GetMessage(CultureInfo.InvariantCulture);
        if (expected.Message is { } text && text != message)
            return $"says\n    {message}\n  and not\n    {text}";

        if (expected.Options.HasFlag(DiagnosticOptions.IgnoreAdditionalLocations) || !expected.HasLocation) return null;
        var additional = expected.Spans.RemoveAt(0);
        return additional.Length == actual.AdditionalLocations.Count && additional.Zip(actual.AdditionalLocations).All(pair => pair.First.Matches(pair.Second))
            ? null
            : $"has other additional locations\n    {string.Join(" + ", actual.AdditionalLocations.Select(l => l.GetLineSpan()).DefaultIfEmpty())}\n  and not\n    {string.Join(" + ", additional)}";
    }

    private static bool MatchesLocation(DiagnosticResult expected, Diagnostic actual) =>
        expected.HasLocation ? expected.Spans[0].Matches(actual.Location) : !actual.Location.IsInSource;

    private static void AppendList<T>(StringBuilder text, string title, IReadOnlyCollection<T> items)
    {
        if (items.Count == 0) return;
        text.AppendLine(title);
        foreach (var item in items) text.AppendLine($"  {item}");
    }

    private static void AppendList(StringBuilder text, string title, IEnumerable<string> items) => AppendList(text, title, items.ToArray());
}
