using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>The names of the members that may acquire and release locks, for a first look at text and syntax, before anything is bound.</summary>
internal sealed class LockNames(ImmutableHashSet<string> acquires, ImmutableHashSet<string> releases)
{
    private readonly ImmutableArray<string> _acquireCalls = [.. acquires.Select(static name => name + "(")];

    // What a type's text tells, kept as long as the text itself: a type with many locks is read once.
    private readonly ConditionalWeakTable<SyntaxNode, List<InvocationExpressionSyntax>> _calls = new();

    public bool IsAcquire(string name) => acquires.Contains(name);

    /// <summary>Whether a member of that name may release a lock or dispose its scope.</summary>
    public bool IsRelease(string name) => releases.Contains(name);

    /// <summary>Whether <paramref name="source"/> may call an acquire or make a mutex: a look at the bare text, before anything is parsed into nodes.</summary>
    public bool MayAcquire(string source)
    {
        if (source.IndexOf("Mutex", StringComparison.Ordinal) >= 0) return true;
        foreach (var call in _acquireCalls)
            if (source.IndexOf(call, StringComparison.Ordinal) >= 0) return true;
        return false;
    }

    /// <summary>The calls in <paramref name="type"/> of members with these names.</summary>
    public IReadOnlyList<InvocationExpressionSyntax> CallsIn(SyntaxNode type) => _calls.GetValue(type, node =>
        [.. node.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => CalledName(call) is { } name && (IsAcquire(name) || IsRelease(name)))]);

    public static string? CalledName(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax binding => binding.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };
}
