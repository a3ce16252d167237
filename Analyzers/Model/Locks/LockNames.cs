using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>The names of the members that may acquire and release locks, for a first look at text and syntax, before anything is bound.</summary>
internal sealed class LockNames
{
    private const string Mutex = nameof(Mutex);

    private readonly ImmutableHashSet<string> _acquires;
    private readonly ImmutableHashSet<string> _releases;
    private readonly ImmutableDictionary<string, ImmutableHashSet<string>> _helpers;
    private readonly SourceWords _words;
    private readonly SourceWords _helperWords;

    // What a type's text tells, kept as long as the text itself: a type with many locks is read once.
    private readonly ConditionalWeakTable<SyntaxNode, List<InvocationExpressionSyntax>> _calls = new();

    public LockNames(ImmutableHashSet<string> acquires, ImmutableHashSet<string> releases)
        : this(acquires, releases, ImmutableDictionary<string, ImmutableHashSet<string>>.Empty) { }

    private LockNames(ImmutableHashSet<string> acquires, ImmutableHashSet<string> releases, ImmutableDictionary<string, ImmutableHashSet<string>> helpers)
    {
        (_acquires, _releases, _helpers) = (acquires, releases, helpers);
        // A disposal alone tells of no lock.
        _words = new([.. acquires, .. releases.Where(static name => !IsDisposal(name)), "lock", Mutex, "Pulse", "PulseAll"]);
        _helperWords = new([.. helpers.Keys]);
        WithoutHelpers = this;
        Key = string.Join("|", acquires.Concat(releases).Concat(helpers.SelectMany(static helper => helper.Value.Add(helper.Key))).OrderBy(static name => name, StringComparer.Ordinal));
    }

    /// <summary>All the names: equal for objects that find the same.</summary>
    public string Key { get; }

    /// <summary>These names, and those of helpers that leave a lock to their callers, each with the names of its locks.</summary>
    public LockNames With(ImmutableDictionary<string, ImmutableHashSet<string>> helpers) => helpers.IsEmpty ? this : new LockNames(_acquires, _releases, helpers) { WithoutHelpers = this };

    /// <summary>These names without those of the helpers.</summary>
    public LockNames WithoutHelpers { get; private init; }

    public bool HasHelpers => !_helpers.IsEmpty;

    public bool IsAcquire(string name) => _acquires.Contains(name);

    /// <summary>Whether a method or a constructor of that name may leave a lock to its callers.</summary>
    public bool IsHelper(string name) => _helpers.ContainsKey(name);

    /// <summary>The names of the locks that helpers of that name take.</summary>
    public ImmutableHashSet<string> LocksOf(string helper) => _helpers.TryGetValue(helper, out var locks) ? locks : [];

    /// <summary>Whether a member of that name may release a lock or dispose its scope.</summary>
    public bool IsRelease(string name) => _releases.Contains(name);

    /// <summary>Whether a member of that name disposes a scope rather than releases a lock.</summary>
    public static bool IsDisposal(string name) => name is "Dispose" or "DisposeAsync";

    /// <summary>Whether <paramref name="node"/> reads like an acquire: a call of such a name, or <c>new Mutex</c>.</summary>
    public bool IsAcquire(SyntaxNode node) => node switch
    {
        InvocationExpressionSyntax call => CalledName(call) is { } name && IsAcquire(name),
        BaseObjectCreationExpressionSyntax creation => MadeName(creation) == Mutex,
        _ => false,
    };

    /// <summary>The helper that <paramref name="node"/> reads like a call of.</summary>
    public string? HelperIn(SyntaxNode node)
    {
        if (_helpers.IsEmpty) return null;
        var name = node switch
        {
            InvocationExpressionSyntax call => CalledName(call),
            BaseObjectCreationExpressionSyntax creation => MadeName(creation),
            _ => null,
        };
        return name is not null && IsHelper(name) ? name : null;
    }

    /// <summary>Whether <paramref name="source"/> may do something to a lock: a look at the bare text, before anything is parsed into nodes.</summary>
    public bool MayBeIn(string source) => _words.AnyIn(source) || MayHelpIn(source);

    /// <summary>Whether <paramref name="source"/> may call a helper.</summary>
    public bool MayHelpIn(string source) => _helperWords.AnyIn(source);

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

    private static string? MadeName(BaseObjectCreationExpressionSyntax creation) => creation switch
    {
        ObjectCreationExpressionSyntax { Type: var type } => LastName(type),
        { Parent.Parent.Parent: VariableDeclarationSyntax { Type: var type } } => LastName(type),
        _ => null,
    };

    private static string? LastName(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        _ => null,
    };
}
