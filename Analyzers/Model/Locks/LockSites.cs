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
/// <param name="TakesSeveral">Whether more than one acquire stands in it.</param>
/// <param name="Mentioned">The names in it.</param>
internal sealed record LockingFunction(SyntaxNode Function, ImmutableHashSet<string> Locks, bool HasCalls, bool TakesSeveral, ImmutableHashSet<string> Mentioned);

/// <summary>The functions of a file that take locks, by syntax. Kept as long as the tree lives, so that an edit reads one file again.</summary>
internal sealed class LockSites
{
    private static readonly ConditionalWeakTable<SyntaxTree, LockSites> s_byTree = new();
    private static readonly LockSites s_none = new([], []);

    private LockSites(ImmutableArray<LockingFunction> functions, Dictionary<string, HashSet<string>> mentioned)
    {
        Functions = functions;
        Mentioned = mentioned;
        Takers = [.. functions.Select(static function => NameOf(function.Function)).Where(static name => name.Length > 0)];
    }

    /// <summary>The functions that take a lock, in the order of the source.</summary>
    public ImmutableArray<LockingFunction> Functions { get; }

    /// <summary>The names of the members and local functions that take a lock.</summary>
    public ImmutableHashSet<string> Takers { get; }

    /// <summary>The names that the members of each name mention.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Mentioned { get; }

    public static LockSites Of(SyntaxTree tree, CancellationToken cancellationToken)
    {
        if (s_byTree.TryGetValue(tree, out var known)) return known;
        var text = tree.GetText(cancellationToken).ToString();
        var sites = MayLock(text) ? Read(tree.GetRoot(cancellationToken), MayHaveSemaphores(text)) : s_none;
        return s_byTree.GetValue(tree, _ => sites);
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

    private static bool MayLock(string text) =>
        text.IndexOf("lock (", StringComparison.Ordinal) >= 0 || text.IndexOf("lock(", StringComparison.Ordinal) >= 0 || LockTable.MayAcquire(text);

    // `Wait` is mostly a task's; code that locks by it mentions the release, or the type, somewhere near.
    private static bool MayHaveSemaphores(string text) =>
        text.IndexOf("Release", StringComparison.Ordinal) >= 0 || text.IndexOf("Semaphore", StringComparison.Ordinal) >= 0 || text.IndexOf("Mutex", StringComparison.Ordinal) >= 0;

    private static bool IsWait(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" or "WaitOne" or "WaitAsync" };

    private static LockSites Read(SyntaxNode root, bool hasSemaphores)
    {
        var functions = new Dictionary<SyntaxNode, FunctionReader>();
        var mentioned = new Dictionary<string, HashSet<string>>();
        foreach (var node in root.DescendantNodes())
        {
            switch (node)
            {
                case LockStatementSyntax statement when Around(node) is { } reader: reader.Take(statement.Expression, isCall: false); break;
                case InvocationExpressionSyntax call when LockFlow.IsAcquire(node) && (hasSemaphores || !IsWait(call)) && Around(node) is { } reader: reader.Take(call, isCall: true); break;
                case BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } creation when arguments[0].Expression.IsKind(SyntaxKind.TrueLiteralExpression) && LockFlow.IsAcquire(node) && Around(node) is { } reader: reader.Take(creation, isCall: true); break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Exit" } } when Around(node) is { } reader: reader.GiveBack(); break;
                case SimpleNameSyntax name when FunctionGraphs.FunctionAround(node) is { } function && NameOf(function) is { Length: > 0 } member:
                    if (!mentioned.TryGetValue(member, out var names)) mentioned[member] = names = [];
                    names.Add(name.Identifier.ValueText);
                    break;
            }
        }

        return functions.Count == 0 ? s_none : new LockSites([.. functions.Values.Select(static reader => reader.Result())], mentioned);

        FunctionReader? Around(SyntaxNode node)
        {
            if (FunctionGraphs.FunctionAround(node) is not { } function) return null;
            if (!functions.TryGetValue(function, out var reader)) functions[function] = reader = new FunctionReader(function);
            return reader;
        }
    }

    private sealed class FunctionReader(SyntaxNode function)
    {
        private readonly HashSet<string> _locks = [];
        private bool _hasCalls;
        private int _takes;

        public void Take(ExpressionSyntax taken, bool isCall)
        {
            _takes++;
            _hasCalls |= isCall;
            foreach (var name in NamesIn(taken)) _locks.Add(name);
        }

        public void GiveBack() => _hasCalls = true;

        public LockingFunction Result() => new(
            function,
            [.. _locks],
            _hasCalls,
            _takes > 1,
            [.. FunctionGraphs.OwnNodes(function).OfType<SimpleNameSyntax>().Select(static name => name.Identifier.ValueText)]);

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
