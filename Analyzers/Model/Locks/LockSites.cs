using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>What syntax alone tells of a function that takes a lock: a member's body, a local function, a lambda.</summary>
/// <param name="Function">The function.</param>
/// <param name="Locks">What the locks that it takes may be called: the last name of each path, and what a local of that name was made of.</param>
/// <param name="HasCalls">Whether it takes or gives back a lock by a call, and not by <c>lock</c> statements alone.</param>
/// <param name="TakesSeveral">Whether more than one acquire stands in it, those of lambdas counted.</param>
/// <param name="Mentioned">The names in it, and in the lambdas in it.</param>
internal sealed record LockingFunction(SyntaxNode Function, ImmutableHashSet<string> Locks, bool HasCalls, bool TakesSeveral, ImmutableHashSet<string> Mentioned);

/// <summary>The functions of a file that take locks, by syntax. Kept as long as the tree lives, so that an edit reads one file again.</summary>
internal sealed class LockSites
{
    private static readonly ConditionalWeakTable<SyntaxTree, ConcurrentDictionary<bool, (string Names, LockSites Sites)>> s_byTree = new();
    private static readonly LockSites s_none = new([], [], []);

    private LockSites(ImmutableArray<LockingFunction> functions, ImmutableArray<LockingFunction> leaving, Dictionary<string, HashSet<string>> mentioned)
    {
        Functions = functions;
        Leaving = leaving;
        Mentioned = mentioned;
        Takers = [.. functions.Select(static function => NameAround(function.Function)).Where(static name => name.Length > 0)];
    }

    /// <summary>The functions that take a lock, in the order of the source.</summary>
    public ImmutableArray<LockingFunction> Functions { get; }

    /// <summary>Those of them that take a lock by a call, and call nothing that reads like its release: it may be their callers' to give back.</summary>
    public ImmutableArray<LockingFunction> Leaving { get; }

    /// <summary>The names of the members and local functions that take a lock.</summary>
    public ImmutableHashSet<string> Takers { get; }

    /// <summary>The names that the members of each name mention.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Mentioned { get; }

    /// <summary>The functions in <paramref name="tree"/> that take a lock by a <c>lock</c> statement, or by one of <paramref name="names"/>.</summary>
    public static LockSites Of(SyntaxTree tree, LockNames names, CancellationToken cancellationToken)
    {
        // Two sets of names are asked about in turn, with the helpers and without; either may change with an edit elsewhere.
        var byNames = s_byTree.GetValue(tree, static _ => new());
        if (byNames.TryGetValue(names.HasHelpers, out var known) && known.Names == names.Key) return known.Sites;
        var text = tree.GetText(cancellationToken).ToString();
        var sites = MayLock(text, names) ? new Reader(names, MayHaveSemaphores(text)).Read(tree.GetRoot(cancellationToken)) : s_none;
        byNames[names.HasHelpers] = (names.Key, sites);
        return sites;
    }

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

    private static bool MayLock(string text, LockNames names) =>
        text.IndexOf("lock (", StringComparison.Ordinal) >= 0 || text.IndexOf("lock(", StringComparison.Ordinal) >= 0 || names.MayAcquire(text);

    // `Wait` is mostly a task's; code that locks by it mentions the release, or the type, somewhere near.
    private static bool MayHaveSemaphores(string text) =>
        text.IndexOf("Release", StringComparison.Ordinal) >= 0 || text.IndexOf("Semaphore", StringComparison.Ordinal) >= 0 || text.IndexOf("Mutex", StringComparison.Ordinal) >= 0;

    private sealed class Reader(LockNames names, bool hasSemaphores)
    {
        private readonly Dictionary<SyntaxNode, FunctionReader> _functions = [];
        private readonly Dictionary<string, HashSet<string>> _mentioned = [];

        public LockSites Read(SyntaxNode root)
        {
            foreach (var node in root.DescendantNodes()) Note(node);
            if (_functions.Count == 0) return s_none;
            foreach (var lambda in _functions.Keys.OfType<AnonymousFunctionExpressionSyntax>())
                if (FunctionGraphs.FunctionAround(lambda.Parent) is { } around && _functions.TryGetValue(around, out var reader)) reader.TakeInside();
            return new LockSites([.. _functions.Values.Select(static reader => reader.Result())], [.. _functions.Values.Where(reader => reader.Leaves(names)).Select(static reader => reader.Result())], _mentioned);
        }

        private void Note(SyntaxNode node)
        {
            switch (node)
            {
                case LockStatementSyntax statement: Around(node)?.Take(statement.Expression); break;
                case InvocationExpressionSyntax call when names.IsAcquire(node) && (hasSemaphores || !IsWait(call)): Around(node)?.TakeByCall(call); break;
                case BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } creation when arguments[0].Expression.IsKind(SyntaxKind.TrueLiteralExpression) && names.IsAcquire(node): Around(node)?.TakeByCall(creation); break;
                case InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax when names.HelperIn(node) is { } helper: Around(node)?.TakeByHelper((ExpressionSyntax)node, names.LocksOf(helper)); break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Exit" } }: Around(node)?.GiveBack(); break;
                case SimpleNameSyntax name when FunctionGraphs.FunctionAround(node) is { } function && NameOf(function) is { Length: > 0 } member:
                    if (!_mentioned.TryGetValue(member, out var mentions)) _mentioned[member] = mentions = [];
                    mentions.Add(name.Identifier.ValueText);
                    break;
            }
        }

        private static bool IsWait(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" or "WaitOne" or "WaitAsync" };

        private FunctionReader? Around(SyntaxNode node)
        {
            if (FunctionGraphs.FunctionAround(node) is not { } function) return null;
            if (!_functions.TryGetValue(function, out var reader)) _functions[function] = reader = new FunctionReader(function);
            return reader;
        }
    }

    private sealed class FunctionReader(SyntaxNode function)
    {
        private readonly HashSet<string> _locks = [];
        private bool _hasCalls;
        private int _takes;

        public void Take(ExpressionSyntax taken)
        {
            _takes++;
            foreach (var name in NamesIn(taken)) _locks.Add(name);
        }

        public void TakeByCall(ExpressionSyntax call)
        {
            _hasCalls = true;
            Take(call);
        }

        public void TakeByHelper(ExpressionSyntax call, IEnumerable<string> locks)
        {
            TakeByCall(call);
            _locks.UnionWith(locks);
        }

        /// <summary>A lambda inside takes a lock, perhaps while the function waits for it.</summary>
        public void TakeInside() => _takes++;

        public void GiveBack() => _hasCalls = true;

        public bool Leaves(LockNames names) => _hasCalls && NameOf(function).Length > 0
            && !FunctionGraphs.OwnNodes(function).OfType<InvocationExpressionSyntax>().Any(call => LockNames.CalledName(call) is { } name and not ("Dispose" or "DisposeAsync") && names.IsRelease(name) && call.FirstAncestorOrSelf<CatchClauseSyntax>() is null);

        public LockingFunction Result() => new(
            function,
            [.. _locks],
            _hasCalls,
            _takes > 1,
            [.. function.DescendantNodes().OfType<SimpleNameSyntax>().Select(static name => name.Identifier.ValueText)]);

        private IEnumerable<string> NamesIn(ExpressionSyntax taken)
        {
            foreach (var name in taken.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
            {
                yield return name.Identifier.ValueText;
                foreach (var local in function.DescendantNodes().OfType<VariableDeclaratorSyntax>())
                    if (local.Identifier.ValueText == name.Identifier.ValueText && local.Initializer is { } made)
                        foreach (var part in made.Value.DescendantNodesAndSelf().OfType<SimpleNameSyntax>()) yield return part.Identifier.ValueText;
            }

            if (taken is ThisExpressionSyntax) yield return "this";
        }
    }
}
