using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Model;

/// <summary>Reads the lists that the user declares in .editorconfig.</summary>
internal static class UserOptions
{
    /// <summary>The entries of the option, which are separated by commas. A section of .editorconfig is about files; what it declares is known in the whole compilation.</summary>
    public static IEnumerable<string> Entries(Compilation compilation, AnalyzerConfigOptionsProvider options, string option)
    {
        var values = new HashSet<string>();
        if (options.GlobalOptions.TryGetValue(option, out var everywhere)) values.Add(everywhere);
        foreach (var tree in compilation.SyntaxTrees)
            if (options.GetOptions(tree).TryGetValue(option, out var value)) values.Add(value);
        return values.SelectMany(static value => value.Split(',')).Select(static entry => entry.Trim());
    }
}
