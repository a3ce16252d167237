using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The type of what a variable surely holds, where that is more than its own: of a local, or a readonly field, all of whose values are of one type.</summary>
internal static class HeldType
{
    public static ITypeSymbol? Of(IOperation variable) => WorkValue.Of(variable) switch
    {
        ILocalReferenceOperation local => Only(Values(local)) ?? local.Type,
        IFieldReferenceOperation { Field.IsReadOnly: true } field => Only(Values(field)) ?? field.Type,
        var value => value.Type,
    };

    private static ITypeSymbol? Only(IEnumerable<ITypeSymbol?> types) =>
        types.Distinct<ITypeSymbol?>(SymbolEqualityComparer.Default).Take(2).ToList() is { Count: 1 } only ? only[0] : null;

    private static IEnumerable<ITypeSymbol?> Values(ILocalReferenceOperation local)
    {
        foreach (var operation in WorkValue.Root(local).Descendants())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation declarator when SymbolEqualityComparer.Default.Equals(declarator.Symbol, local.Local) && declarator.GetVariableInitializer() is { } initializer:
                    yield return WorkValue.Unconverted(initializer.Value).Type;
                    break;
                // Any other write gives it what cannot be seen.
                case ILocalReferenceOperation other when SymbolEqualityComparer.Default.Equals(other.Local, local.Local) && WorkValue.IsWritten(other):
                    yield return other.Parent is ISimpleAssignmentOperation { Value: var value } ? WorkValue.Unconverted(value).Type : null;
                    break;
            }
        }
    }

    private static IEnumerable<ITypeSymbol?> Values(IFieldReferenceOperation use)
    {
        // A part of the type in another file may have a constructor of its own.
        if (use is not { Field: { Name: var name, ContainingType.DeclaringSyntaxReferences: { Length: 1 } references } field, SemanticModel: { } model } || references[0].SyntaxTree != model.SyntaxTree) yield break;

        foreach (var node in references[0].GetSyntax().DescendantNodes())
        {
            var value = node switch
            {
                VariableDeclaratorSyntax { Initializer.Value: { } initial } declarator when declarator.Identifier.ValueText == name => initial,
                IdentifierNameSyntax identifier when identifier.Identifier.ValueText == name => Written(identifier),
                _ => null,
            };
            if (value is not null && SymbolEqualityComparer.Default.Equals(node is VariableDeclaratorSyntax ? model.GetDeclaredSymbol(node) : model.GetSymbolInfo(node).Symbol, field.OriginalDefinition))
                yield return value.Parent is ArgumentSyntax ? null : model.GetTypeInfo(value).Type;
        }
    }

    // `_pool = value`, `this._pool = value`, `Make(out _pool)`
    private static ExpressionSyntax? Written(IdentifierNameSyntax name)
    {
        ExpressionSyntax target = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        return target.Parent switch
        {
            AssignmentExpressionSyntax assignment when assignment.Left == target => assignment.Right,
            ArgumentSyntax { RefKindKeyword.RawKind: not 0 } or ArgumentSyntax { Parent: TupleExpressionSyntax } => target,
            _ => null,
        };
    }
}
