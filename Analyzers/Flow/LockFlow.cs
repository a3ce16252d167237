using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// The lock analysis of a compilation, shared by all rules: <c>LockFlow.For(compilation).At(operation, model, token)</c> gives the locks
/// that are held, surely or maybe, just before an operation of the source is evaluated. A function is analysed when it is first asked
/// about, and only if it acquires something.
/// </summary>
internal sealed class LockFlow
{
    private static readonly ConditionalWeakTable<Compilation, LockFlow> s_byCompilation = new();

    private readonly ConcurrentDictionary<SyntaxNode, HeldLocks?> _functions = new();
    private readonly ConcurrentDictionary<SyntaxTree, bool> _acquiringFiles = new();

    private LockFlow(Compilation compilation)
    {
        Table = LockTable.For(compilation);
        Summaries = new ReleaseSummaries(Table);
    }

    public LockTable Table { get; }

    public ReleaseSummaries Summaries { get; }

    public static LockFlow For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new LockFlow(c));

    /// <summary>The locks held just before <paramref name="operation"/>, an operation of the source, is evaluated. Compare them by <see cref="HeldLock.Lock"/>.</summary>
    public LockSet At(IOperation operation, SemanticModel model, CancellationToken cancellationToken) =>
        FunctionGraphs.FunctionAround(operation.Syntax) is { } function && In(function, model, cancellationToken) is { } held ? held.At(operation) : LockSet.None;

    /// <summary>The locks of <paramref name="function"/> (a member's body, a local function, a lambda); null where it takes none, or is too much to follow.</summary>
    public HeldLocks? In(SyntaxNode function, SemanticModel model, CancellationToken cancellationToken)
    {
        if (_functions.TryGetValue(function, out var known)) return known;

        HeldLocks? held = null;
        if (MayAcquire(function) && FunctionGraphs.Of(function, model, cancellationToken) is { } graph)
            held = HeldLocks.Of(graph, new FlowContext(Table, Summaries, model, model.GetEnclosingSymbol(function.SpanStart, cancellationToken)?.ContainingType), cancellationToken);
        return _functions.GetOrAdd(function, held);
    }

    /// <summary>Whether any code of <paramref name="tree"/> may acquire a lock by a call. Most files do not, and cost no more than this.</summary>
    public bool MayAcquireIn(SyntaxTree tree, CancellationToken cancellationToken) =>
        _acquiringFiles.TryGetValue(tree, out var may) ? may : _acquiringFiles.GetOrAdd(tree, Table.Names.MayAcquire(tree.GetText(cancellationToken).ToString()));

    /// <summary>Whether the text of <paramref name="function"/> has a <c>lock</c> or calls something named like an acquire.</summary>
    private bool MayAcquire(SyntaxNode function) => FunctionGraphs.OwnNodes(function).Any(node => node is LockStatementSyntax || ReadsLikeAcquire(node));

    /// <summary>Whether <paramref name="node"/> reads like an acquire: a call of such a name, or <c>new Mutex</c>. A first look, before anything is bound.</summary>
    public static bool IsAcquire(SyntaxNode node) => ReadsLikeAcquire(node, LockTable.KnownNames);

    /// <summary>As <see cref="IsAcquire"/>, for the user's locks too.</summary>
    public bool ReadsLikeAcquire(SyntaxNode node) => ReadsLikeAcquire(node, Table.Names);

    private static bool ReadsLikeAcquire(SyntaxNode node, LockNames names) => node switch
    {
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } => names.IsAcquire(member.Name.Identifier.ValueText),
        InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax binding } => names.IsAcquire(binding.Name.Identifier.ValueText),
        InvocationExpressionSyntax { Expression: SimpleNameSyntax name } => names.IsAcquire(name.Identifier.ValueText),
        ObjectCreationExpressionSyntax { Type: NameSyntax type } => type is SimpleNameSyntax { Identifier.ValueText: "Mutex" } or QualifiedNameSyntax { Right.Identifier.ValueText: "Mutex" },
        ImplicitObjectCreationExpressionSyntax { Parent.Parent.Parent: VariableDeclarationSyntax { Type: SimpleNameSyntax { Identifier.ValueText: "Mutex" } } } => true,
        _ => false,
    };

    /// <summary>The calls in <paramref name="block"/> that read like a release of a lock. A scope that is disposed is no such call.</summary>
    public IEnumerable<InvocationExpressionSyntax> ReleasesIn(SyntaxNode block) =>
        block.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call => LockNames.CalledName(call) is { } name && Table.Names.IsRelease(name));
}
