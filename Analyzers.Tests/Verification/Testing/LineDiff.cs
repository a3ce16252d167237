using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A line-by-line difference, by the longest common subsequence.</summary>
internal static class LineDiff
{
    public static string Between(string expected, string actual)
    {
        string[] x = Lines(expected), y = Lines(actual);
        // length[i, j] is the length of the longest common subsequence of x[i..] and y[j..].
        var length = new int[x.Length + 1, y.Length + 1];
        for (var i = x.Length - 1; i >= 0; i--)
            for (var j = y.Length - 1; j >= 0; j--)
                length[i, j] = x[i] == y[j] ? length[i + 1, j + 1] + 1 : Math.Max(length[i + 1, j], length[i, j + 1]);

        var diff = new StringBuilder();
        for (int i = 0, j = 0; i < x.Length || j < y.Length;)
        {
            if (i < x.Length && j < y.Length && x[i] == y[j])
            {
                diff.Append("  ").AppendLine(x[i]);
                (i, j) = (i + 1, j + 1);
            }
            else if (j == y.Length || (i < x.Length && length[i + 1, j] >= length[i, j + 1])) diff.Append("- ").AppendLine(x[i++]);
            else diff.Append("+ ").AppendLine(y[j++]);
        }

        return diff.ToString();

        // Line ends are part of the text: a carriage return that only one side has is shown.
        static string[] Lines(string text) => [.. text.Split('\n').Select(line => line.Replace("\r", "\\r"))];
    }
}
