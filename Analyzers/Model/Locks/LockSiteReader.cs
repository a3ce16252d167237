using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>Reads a file once, from its first node to its last, for what its functions do to locks.</summary>
internal sealed class LockSiteReader(LockNames names, string text)
{
    // `Wait` is mostly a task's; code that locks by it mentions the release, or the type, somewhere near.
    private readonly bool _hasSemaphores = text.IndexOf("Release", StringComparison.Ordinal) >= 0 || text.IndexOf("Semaphore", StringComparison.Ordinal) >= 0 || text.IndexOf("Mutex", StringComparison.Ordinal) >= 0;

    private readonly Dictionary<string, HashSet<string>> _mentioned = [];
    private readonly List<OpenFunction> _found = [];

    // The functions around the node at hand, the innermost on top.
    private readonly Stack<OpenFunction> _open = new();

    public LockSites Read(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodesAndSelf(static node => !IsTypeOnly(node)))
        {
            while (_open.Count > 0 && _open.Peek().End <= node.FullSpan.Start) _open.Pop();
            if (FunctionGraphs.IsFunction(node) && !(node is CompilationUnitSyntax file && !file.Members.Any(SyntaxKind.GlobalStatement))) _open.Push(new OpenFunction(node, _open.Count > 0 ? _open.Peek() : null));
            if (_open.Count > 0) Note(node, _open.Peek());
        }

        if (_found.Count == 0) return LockSites.None;
        var functions = _found.ToDictionary(static function => function, static function => function.Result());
        return new LockSites([.. _found.Select(function => functions[function])], [.. _found.Where(static function => function.Leaves).Select(function => functions[function])], _mentioned);
    }

    private void Note(SyntaxNode node, OpenFunction function)
    {
        switch (node)
        {
            case SimpleNameSyntax { Identifier.ValueText: var name }:
                foreach (var around in _open) around.Mentioned.Add(name);
                if (function.Name.Length > 0) MentionsOf(function.Name).Add(name);
                return;
            case VariableDeclaratorSyntax { Initializer: not null } local:
                foreach (var around in _open) around.Locals.Add(local);
                return;
            case LockStatementSyntax statement:
                function.Take(statement);
                break;
            case InvocationExpressionSyntax call when LockNames.CalledName(call) is { } name && IsOfInterest(name):
                if (names.IsRelease(name)) function.Releases.Add(call);
                if (IsSignal(name)) function.Signals.Add(call);
                if (names.IsAcquire(name) ? _hasSemaphores || !IsWait(call) : names.IsHelper(name)) function.Take(call, names.LocksOf(name));
                break;
            case BaseObjectCreationExpressionSyntax creation when names.IsAcquire(creation) && creation.ArgumentList?.Arguments.FirstOrDefault() is { } owned && !owned.Expression.IsKind(SyntaxKind.FalseLiteralExpression):
                function.Take(creation, []);
                break;
            case BaseObjectCreationExpressionSyntax creation when names.HelperIn(creation) is { } helper:
                function.Take(creation, names.LocksOf(helper));
                break;
            default: return;
        }

        if (function.IsFound || !function.TouchesLocks) return;
        function.IsFound = true;
        _found.Add(function);
    }

    private HashSet<string> MentionsOf(string member)
    {
        if (!_mentioned.TryGetValue(member, out var mentions)) _mentioned[member] = mentions = [];
        return mentions;
    }

    private bool IsOfInterest(string name) => names.IsAcquire(name) || names.IsRelease(name) || names.IsHelper(name) || IsSignal(name);

    private static bool IsSignal(string name) => name is "Wait" or "WaitAsync" or "Pulse" or "PulseAll";

    private static bool IsWait(InvocationExpressionSyntax call) => call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" or "WaitOne" or "WaitAsync" };

    /// <summary>What has no code in it.</summary>
    private static bool IsTypeOnly(SyntaxNode node) =>
        node is UsingDirectiveSyntax or AttributeListSyntax or BaseListSyntax or ParameterListSyntax or TypeParameterConstraintClauseSyntax or TypeArgumentListSyntax;

    /// <summary>A function that is being read.</summary>
    private sealed class OpenFunction(SyntaxNode function, OpenFunction? around)
    {
        private readonly List<LockStatementSyntax> _statements = [];
        private readonly List<ExpressionSyntax> _acquires = [];
        private readonly HashSet<string> _helpersLocks = [];
        private int _lambdasThatTake;

        public int End { get; } = function.FullSpan.End;

        public string Name { get; } = LockSites.NameOf(function);

        public HashSet<string> Mentioned { get; } = [];

        public IReadOnlyList<LockStatementSyntax> Statements => _statements;

        public List<InvocationExpressionSyntax> Releases { get; } = [];

        public List<InvocationExpressionSyntax> Signals { get; } = [];

        public List<VariableDeclaratorSyntax> Locals { get; } = [];

        /// <summary>Whether it is among the functions found.</summary>
        public bool IsFound { get; set; }

        public bool TouchesLocks => Statements.Count + _acquires.Count + Releases.Count + Signals.Count > 0;

        public bool Leaves => _acquires.Count > 0 && Name.Length > 0
            && !Releases.Exists(static call => !LockNames.IsDisposal(LockNames.CalledName(call)!) && call.FirstAncestorOrSelf<CatchClauseSyntax>() is null);

        public void Take(LockStatementSyntax statement)
        {
            NoteTake();
            _statements.Add(statement);
        }

        public void Take(ExpressionSyntax acquire, IEnumerable<string> locks)
        {
            NoteTake();
            _acquires.Add(acquire);
            _helpersLocks.UnionWith(locks);
        }

        private void NoteTake()
        {
            if (_statements.Count + _acquires.Count == 0 && around is not null && function is AnonymousFunctionExpressionSyntax) around._lambdasThatTake++;
        }

        public LockingFunction Result() => new(function, Statements, _acquires, Releases, Signals, NamesOfLocks(), Mentioned)
        {
            LambdasThatTake = _lambdasThatTake,
            HasCalls = _acquires.Count > 0 || Releases.Exists(static release => release.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Exit" }),
        };

        private HashSet<string> NamesOfLocks()
        {
            var locks = new HashSet<string>(_helpersLocks);
            var locals = Locals.ToLookup(static local => local.Identifier.ValueText, static local => local.Initializer!.Value);
            foreach (var taken in Statements.Select(static statement => statement.Expression).Concat(_acquires))
            {
                foreach (var name in NamesIn(taken))
                {
                    locks.Add(name);
                    foreach (var value in locals[name]) locks.UnionWith(NamesIn(value));
                }

                if (taken is ThisExpressionSyntax) locks.Add("this");
            }

            return locks;
        }

        private static IEnumerable<string> NamesIn(SyntaxNode code) => code.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Select(static name => name.Identifier.ValueText);
    }
}
