using System.Linq;

namespace Tandem.Analyzers.Model;

/// <summary>A set of words, to be looked for in bare source text. Much cheaper than nodes, and most files need no more.</summary>
internal sealed class SourceWords
{
    private readonly HashSet<string> _words;

    // Every word has one of these in it, so that a file is read once for each of the few.
    private readonly string[] _stems;

    public SourceWords(HashSet<string> words)
    {
        _words = words;
        _stems = [.. words.Where(word => !words.Any(other => other != word && word.IndexOf(other, StringComparison.Ordinal) >= 0))];
    }

    /// <summary>Whether one of the words stands in <paramref name="source"/>, as a whole word.</summary>
    public bool AnyIn(string source)
    {
        foreach (var stem in _stems)
            for (var at = source.IndexOf(stem, StringComparison.Ordinal); at >= 0; at = source.IndexOf(stem, at + stem.Length, StringComparison.Ordinal))
                if (_words.Contains(WordAround(source, at, at + stem.Length))) return true;
        return false;
    }

    private static string WordAround(string source, int start, int end)
    {
        while (start > 0 && IsPart(source[start - 1])) start--;
        while (end < source.Length && IsPart(source[end])) end++;
        return source.Substring(start, end - start);
    }

    private static bool IsPart(char character) => character == '_' || char.IsLetterOrDigit(character);
}
