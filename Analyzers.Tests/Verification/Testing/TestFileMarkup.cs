using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A source without its markup, and the spans that were marked: <c>[|…|]</c> has no name, <c>{|TDM2001:…|}</c> and <c>{|#0:…|}</c> have one.</summary>
internal sealed record TestFileMarkup(string Source, ImmutableArray<(string? Name, TextSpan Span)> Spans)
{
    private static readonly Regex s_mark = new(@"\[\||\|\]|\{\|(?<name>[-_.#+A-Za-z0-9]+):|\|\}", RegexOptions.CultureInvariant);

    public static TestFileMarkup Parse(string text)
    {
        var source = new StringBuilder();
        var spans = ImmutableArray.CreateBuilder<(string? Name, TextSpan Span)>();
        // Each kind of bracket nests for itself, so the two may overlap.
        Stack<(string? Name, int Start)> unnamed = new(), named = new();
        var copied = 0;

        foreach (Match mark in s_mark.Matches(text))
        {
            source.Append(text, copied, mark.Index - copied);
            copied = mark.Index + mark.Length;
            switch (mark.Value)
            {
                case "[|": unnamed.Push((null, source.Length)); break;
                case "|]": Close(unnamed, mark); break;
                case "|}": Close(named, mark); break;
                default: named.Push((mark.Groups["name"].Value, source.Length)); break;
            }
        }

        source.Append(text, copied, text.Length - copied);
        if (unnamed.Count + named.Count > 0)
            throw new VerificationException($"A mark is opened and never closed in:\n{text}");
        return new(source.ToString(), [.. spans.OrderBy(s => s.Span.Start).ThenByDescending(s => s.Span.End)]);

        void Close(Stack<(string? Name, int Start)> open, Match mark)
        {
            if (!open.TryPop(out var start))
                throw new VerificationException($"'{mark.Value}' at offset {mark.Index} closes no mark in:\n{text}");
            spans.Add((start.Name, TextSpan.FromBounds(start.Start, source.Length)));
        }
    }

    /// <summary>The source with marks around those spans, to show where something is.</summary>
    public static string Mark(string source, IEnumerable<(string Name, TextSpan Span)> spans)
    {
        var marked = new StringBuilder(source);
        var inserts = spans.SelectMany(s => new[] { (At: s.Span.Start, Order: 1, Text: $"{{|{s.Name}:"), (At: s.Span.End, Order: s.Span.IsEmpty ? 2 : 0, Text: "|}") });
        foreach (var (at, _, text) in inserts.OrderByDescending(i => i.At).ThenByDescending(i => i.Order))
            marked.Insert(at, text);
        return marked.ToString();
    }
}
