using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Locks;

/// <summary>A place that uses an object's monitor: the expression that names the object, and what it is.</summary>
internal sealed record LockUse(ExpressionSyntax Expression, IOperation Object)
{
    /// <summary>Whether both surely use the monitor of one object, in the code of one type.</summary>
    public bool IsSameAs(LockUse other) => (Object, other.Object) switch
    {
        (IInstanceReferenceOperation one, IInstanceReferenceOperation two) => SymbolEqualityComparer.Default.Equals(one.Type, two.Type),
        (ITypeOfOperation one, ITypeOfOperation two) => SymbolEqualityComparer.Default.Equals(one.TypeOperand, two.TypeOperand),
        (IInvocationOperation { TargetMethod.Name: "GetType", Instance: IInstanceReferenceOperation }, IInvocationOperation { TargetMethod.Name: "GetType", Instance: IInstanceReferenceOperation }) => true,
        (IMemberReferenceOperation { Member: var one, Instance: null or IInstanceReferenceOperation }, IMemberReferenceOperation { Member: var two, Instance: null or IInstanceReferenceOperation }) => SymbolEqualityComparer.Default.Equals(one, two),
        (ILocalReferenceOperation one, ILocalReferenceOperation two) => SymbolEqualityComparer.Default.Equals(one.Local, two.Local),
        ({ ConstantValue: { HasValue: true, Value: var one } }, { ConstantValue: { HasValue: true, Value: var two } }) => Equals(one, two),
        _ => false,
    };

    /// <summary>Whether both may use the monitor of one object.</summary>
    public bool MayBe(LockUse other) => IsSameAs(other) || (Object, other.Object) switch
    {
        // Two members of one object by two names: the property returns the field, or whatever an overriding one does.
        (IMemberReferenceOperation or IInvocationOperation or ILocalReferenceOperation, IMemberReferenceOperation or IInvocationOperation or ILocalReferenceOperation) when LockAccess.MayBeSame(Object, other.Object) => true,
        (IInstanceReferenceOperation self, _) => Related(self.Type, other.Object.Type),
        (_, IInstanceReferenceOperation self) => Related(self.Type, Object.Type),
        (ITypeOfOperation or IInvocationOperation, ITypeOfOperation or IInvocationOperation) => SymbolEqualityComparer.Default.Equals(Object.Type, other.Object.Type) && !(Object is ITypeOfOperation && other.Object is ITypeOfOperation),
        _ => false,
    };

    private static bool Related(ITypeSymbol? one, ITypeSymbol? two) => one is not null && two is not null && (Is(one, two) || Is(two, one));

    private static bool Is(ITypeSymbol type, ITypeSymbol other)
    {
        for (var at = type; at is { SpecialType: not SpecialType.System_Object }; at = at.BaseType)
            if (SymbolEqualityComparer.Default.Equals(at.OriginalDefinition, other.OriginalDefinition)) return true;
        return type.AllInterfaces.Any(implemented => SymbolEqualityComparer.Default.Equals(implemented.OriginalDefinition, other.OriginalDefinition));
    }
}

/// <summary>All places of a compilation that use the monitor of some object: <c>lock</c> statements and calls of Monitor. Read once, for all fixes.</summary>
internal sealed class LockUses
{
    private static readonly ConditionalWeakTable<Compilation, LockUses> s_byCompilation = new();

    private readonly ImmutableArray<LockUse> _uses;

    private LockUses(Compilation compilation)
    {
        var monitor = KnownSymbols.Of(compilation).Type("System.Threading.Monitor");
        var uses = ImmutableArray.CreateBuilder<LockUse>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            SemanticModel? model = null;
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                var expression = node switch
                {
                    LockStatementSyntax statement => statement.Expression,
                    InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } call when call.Expression.ToString().Contains("Monitor") => arguments[0].Expression,
                    _ => null,
                };
                if (expression is null) continue;
                model ??= compilation.GetSemanticModel(tree);
                if (node is InvocationExpressionSyntax && !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(node).Symbol?.ContainingType, monitor)) continue;
                if (model.GetOperation(LockObjects.Bare(expression))?.Unconverted() is { } locked) uses.Add(new LockUse(expression, locked));
            }
        }

        _uses = uses.ToImmutable();
    }

    public static IReadOnlyList<LockUse> In(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new LockUses(c))._uses;
}
