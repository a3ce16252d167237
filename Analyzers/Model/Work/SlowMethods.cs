using System.Collections.Concurrent;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Model;

/// <summary>A slow call.</summary>
/// <param name="Operation">The call itself.</param>
/// <param name="Kind">Why it is slow.</param>
internal sealed record SlowCall(IOperation Operation, SlowKind Kind);

/// <summary>The methods of a compilation that surely make a slow call, whenever they are called: one level down, and no further.</summary>
internal sealed class SlowMethods
{
    private static readonly ConditionalWeakTable<Compilation, SlowMethods> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly Lazy<HashSet<string>> _names;
    private readonly ConcurrentDictionary<IMethodSymbol, SlowCall?> _calls = new(SymbolEqualityComparer.Default);

    private SlowMethods(Compilation compilation)
    {
        _compilation = compilation;
        _names = new(FindNames);
    }

    public static SlowMethods For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new SlowMethods(c));

    /// <summary>Whether a method of that name may make a slow call, by syntax alone.</summary>
    public bool IsName(string name) => _names.Value.Contains(name);

    /// <summary>The first slow call that each call of <paramref name="method"/> comes to; null where it may come to none, and where another method may run in its place.</summary>
    public SlowCall? Of(IMethodSymbol method, CancellationToken cancellationToken)
    {
        if (method.DeclaringSyntaxReferences.IsEmpty || method.IsAsync || method.IsAbstract || ((method.IsVirtual || method.IsOverride) && !method.ContainingType.IsSealed)) return null;
        method = method.OriginalDefinition;
        if (_calls.TryGetValue(method, out var known)) return known;

        var body = WorkClassifier.Of(_compilation).Body(method, cancellationToken);
        var code = body switch
        {
            IMethodBodyOperation member => member.BlockBody ?? member.ExpressionBody,
            ILocalFunctionOperation local => local.Body,
            _ => null,
        };
        return _calls.GetOrAdd(method, code is null ? null : First(code));
    }

    /// <summary>The first slow call that <paramref name="operation"/> surely comes to. Whatever may leave early ends the search.</summary>
    private static SlowCall? First(IOperation operation)
    {
        if (operation is IBlockOperation block)
        {
            foreach (var statement in block.Operations)
            {
                if (First(statement) is { } found) return found;
                if (MayLeave(statement)) return null;
            }

            return null;
        }

        // What comes first is evaluated whatever happens then; what hangs on a condition is not.
        var certain = operation switch
        {
            IConditionalOperation conditional => [conditional.Condition],
            IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr } binary => [binary.LeftOperand],
            ICoalesceOperation coalesce => [coalesce.Value],
            ICoalesceAssignmentOperation => [],
            IConditionalAccessOperation access => [access.Operation],
            ISwitchOperation choice => [choice.Value],
            ISwitchExpressionOperation choice => [choice.Value],
            IForEachLoopOperation each => [each.Collection],
            IWhileLoopOperation { ConditionIsTop: true, Condition: { } condition } => [condition],
            IForLoopOperation loop => loop.Before,
            ITryOperation attempt => [attempt.Body],
            IAnonymousFunctionOperation or ILocalFunctionOperation or IDelegateCreationOperation or IThrowOperation or INameOfOperation => [],
            _ => (IEnumerable<IOperation>)operation.ChildOperations,
        };
        foreach (var child in certain)
            if (First(child) is { } found) return found;
        return SlowCalls.Of(operation) is { } kind ? new SlowCall(operation, kind) : null;
    }

    private static bool MayLeave(IOperation statement) =>
        statement is IReturnOperation or IBranchOperation or IThrowOperation
        || (statement is not IAnonymousFunctionOperation and not ILocalFunctionOperation && statement.ChildOperations.Any(MayLeave));

    /// <summary>Only what is called under some lock is worth reading: of the other methods no more than the name is looked at.</summary>
    private HashSet<string> FindNames()
    {
        var locking = _compilation.SyntaxTrees.SelectMany(tree => LockFlow.For(_compilation).FunctionsIn(tree, default)).ToList();
        var called = new HashSet<string>(locking.SelectMany(static function => function.Mentioned));
        var names = new HashSet<string>();
        foreach (var tree in _compilation.SyntaxTrees)
            foreach (var method in tree.GetRoot().DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax).OfType<MethodDeclarationSyntax>())
                Add(method.Identifier.ValueText, method);
        foreach (var function in locking)
            foreach (var local in function.Function.DescendantNodes().OfType<LocalFunctionStatementSyntax>()) Add(local.Identifier.ValueText, local);
        return names;

        void Add(string name, SyntaxNode declaration)
        {
            if (called.Contains(name) && !names.Contains(name) && declaration.DescendantNodes().Any(static node => node is SimpleNameSyntax mention && SlowCalls.Names.Contains(mention.Identifier.ValueText))) names.Add(name);
        }
    }
}
