using System;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What of a type cannot cross a process boundary, where it is, and what to do. The runtime's own check says the same at Submit.</summary>
/// <param name="Path">From the type to the culprit: <c>.Customer.Connection</c>; empty where the type itself is it.</param>
/// <param name="Culprit">What cannot cross.</param>
/// <param name="Remedy">A sentence or two.</param>
/// <param name="Member">The last member on the path.</param>
internal sealed record Refusal(string Path, ITypeSymbol Culprit, string Remedy, ISymbol? Member = null)
{
    private static readonly string[] s_stop = [". "];

    /// <summary>The remedy as the end of a sentence.</summary>
    public string Advice => string.Join("; ", Remedy.TrimEnd('.').Split(s_stop, StringSplitOptions.None).Select(static sentence => char.IsUpper(sentence[1]) ? sentence : char.ToLowerInvariant(sentence[0]) + sentence.Substring(1)));
}
