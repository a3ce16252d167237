using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>A diagnostic where it is after changes of the text around it.</summary>
internal static class MovedDiagnostic
{
    /// <summary><paramref name="diagnostic"/> in <paramref name="tree"/>; null where a change has cut into one of its places.</summary>
    public static Diagnostic? Of(Diagnostic diagnostic, IReadOnlyCollection<TextChange> changes, SyntaxTree tree)
    {
        var places = new[] { diagnostic.Location }.Concat(diagnostic.AdditionalLocations)
            .Select(place => place.SourceTree?.FilePath != diagnostic.Location.SourceTree?.FilePath ? place : Moved(place.SourceSpan, changes) is { } span ? Location.Create(tree, span) : null)
            .ToList();
        if (places.Any(static place => place is null)) return null;
        return Diagnostic.Create(diagnostic.Descriptor, places[0]!, places.Skip(1)!, diagnostic.Properties);
    }

    private static TextSpan? Moved(TextSpan span, IEnumerable<TextChange> changes)
    {
        var (start, end) = (span.Start, span.End);
        foreach (var change in changes)
        {
            var growth = (change.NewText?.Length ?? 0) - change.Span.Length;
            if (change.Span.Start >= span.End) continue;
            if (change.Span.End <= span.Start) (start, end) = (start + growth, end + growth);
            else if (span.Contains(change.Span)) end += growth;
            else return null;
        }

        return TextSpan.FromBounds(start, end);
    }
}
