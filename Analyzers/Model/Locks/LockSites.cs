using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>
/// The functions of a file that do something to locks, by syntax: what all the rules about locks begin with. A file without locks costs a look
/// at its text, any other is read once. Kept as long as the tree lives, so that an edit reads one file again.
/// </summary>
internal sealed class LockSites
{
    private static readonly ConditionalWeakTable<SyntaxTree, ConcurrentDictionary<bool, (string Names, LockSites Sites)>> s_byTree = new();

    private readonly Dictionary<SyntaxNode, LockingFunction> _byNode;

    public LockSites(ImmutableArray<LockingFunction> functions, ImmutableArray<LockingFunction> leaving, IReadOnlyDictionary<string, HashSet<string>> mentioned)
    {
        All = functions;
        Functions = [.. functions.Where(static function => function.Takes)];
        Leaving = leaving;
        Mentioned = mentioned;
        Takers = [.. Functions.Select(static function => NameAround(function.Function)).Where(static name => name.Length > 0).Distinct()];
        _byNode = functions.ToDictionary(static function => function.Function);
    }

    public static LockSites None { get; } = new([], [], new Dictionary<string, HashSet<string>>());

    /// <summary>The functions that take a lock, give one back, wait for a condition or pulse one, in the order of the source.</summary>
    public ImmutableArray<LockingFunction> All { get; }

    /// <summary>The functions that take a lock, in the order of the source.</summary>
    public ImmutableArray<LockingFunction> Functions { get; }

    /// <summary>Those of them that take a lock by a call, and call nothing that reads like its release: it may be their callers' to give back.</summary>
    public ImmutableArray<LockingFunction> Leaving { get; }

    /// <summary>The names of the members and local functions that take a lock.</summary>
    public ImmutableArray<string> Takers { get; }

    /// <summary>The names that the members of each name mention.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Mentioned { get; }

    /// <summary>The functions in <paramref name="tree"/> that take a lock by a <c>lock</c> statement or by one of <paramref name="names"/>, and those that give one back.</summary>
    public static LockSites Of(SyntaxTree tree, LockNames names, CancellationToken cancellationToken)
    {
        // Two sets of names are asked about in turn, with the helpers and without; either may change with an edit elsewhere.
        var byNames = s_byTree.GetValue(tree, static _ => new());
        if (byNames.TryGetValue(names.HasHelpers, out var known) && known.Names == names.Key) return known.Sites;
        var sites = Read(tree, names, cancellationToken);
        byNames[names.HasHelpers] = (names.Key, sites);
        return sites;
    }

    /// <summary>What syntax tells of <paramref name="function"/>; null where it does nothing to locks.</summary>
    public LockingFunction? Find(SyntaxNode function) => _byNode.TryGetValue(function, out var found) ? found : null;

    /// <summary>What others call <paramref name="function"/>; empty for a lambda.</summary>
    public static string NameOf(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax local => local.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        AccessorDeclarationSyntax { Parent.Parent: EventDeclarationSyntax member } => member.Identifier.ValueText,
        ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        AccessorDeclarationSyntax { Parent.Parent: IndexerDeclarationSyntax } or ArrowExpressionClauseSyntax { Parent: IndexerDeclarationSyntax } => "this[]",
        _ => "",
    };

    /// <summary>What others call the function, or the one around it that runs it as a lambda.</summary>
    private static string NameAround(SyntaxNode function)
    {
        for (SyntaxNode? node = function; node is not null; node = FunctionGraphs.FunctionAround(node.Parent))
            if (NameOf(node) is { Length: > 0 } name) return name;
        return "";
    }

    private static LockSites Read(SyntaxTree tree, LockNames names, CancellationToken cancellationToken)
    {
        var text = tree.GetText(cancellationToken).ToString();
        if (!names.MayBeIn(text)) return None;

        // Most files call no helper: what is known of them without stays true.
        if (names.HasHelpers && !names.MayHelpIn(text)) return Of(tree, names.WithoutHelpers, cancellationToken);
        return new LockSiteReader(names, text).Read(tree.GetRoot(cancellationToken));
    }
}
