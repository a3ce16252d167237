using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.CodeFixes.Editing;

/// <summary>The methods that an operation runs, those included that the source does not write as calls: accessors, constructors, operators, what <c>using</c> and <c>foreach</c> do.</summary>
internal static class ImplicitCalls
{
    /// <summary>Those of the operation itself, not of its parts.</summary>
    public static IEnumerable<IMethodSymbol> Of(IOperation operation, SemanticModel model) => operation switch
    {
        IInvocationOperation call => [call.TargetMethod],
        IPropertyReferenceOperation reference => Accessors(reference),
        IEventAssignmentOperation { EventReference: IEventReferenceOperation { Event: var happening } } attachment => Some(attachment.Adds ? happening.AddMethod : happening.RemoveMethod),
        IObjectCreationOperation creation => Some(creation.Constructor),
        IBinaryOperation binary => Some(binary.OperatorMethod),
        IUnaryOperation unary => Some(unary.OperatorMethod),
        IConversionOperation conversion => Some(conversion.OperatorMethod),
        ICompoundAssignmentOperation assignment => Some(assignment.OperatorMethod, assignment.InConversion.MethodSymbol, assignment.OutConversion.MethodSymbol),
        IIncrementOrDecrementOperation step => Some(step.OperatorMethod),
        IUsingOperation scope => Disposals(scope.Resources),
        IUsingDeclarationOperation scope => Disposals(scope.DeclarationGroup),
        IForEachLoopOperation { Syntax: CommonForEachStatementSyntax syntax } => Enumeration(syntax, model),
        _ => [],
    };

    private static IEnumerable<IMethodSymbol> Accessors(IPropertyReferenceOperation reference) => reference.Parent switch
    {
        ISimpleAssignmentOperation assignment when assignment.Target == reference => Some(reference.Property.SetMethod),
        ICompoundAssignmentOperation or ICoalesceAssignmentOperation or IIncrementOrDecrementOperation when reference.Parent.ChildOperations.First() == reference => Some(reference.Property.GetMethod, reference.Property.SetMethod),
        _ => Some(reference.Property.GetMethod),
    };

    private static IEnumerable<IMethodSymbol> Disposals(IOperation resources)
    {
        var types = resources is IVariableDeclarationGroupOperation group
            ? group.Declarations.SelectMany(static declaration => declaration.Declarators).Select(static declarator => declarator.Symbol.Type)
            : Some(resources.Type);
        return types.Select(static type => type.GetMembers("Dispose").OfType<IMethodSymbol>().FirstOrDefault(static method => method.Parameters.IsEmpty)).SelectMany(static method => Some(method));
    }

    private static IEnumerable<IMethodSymbol> Enumeration(CommonForEachStatementSyntax syntax, SemanticModel model)
    {
        // The loop may be in a callee of another file.
        if (syntax.SyntaxTree != model.SyntaxTree) model = model.Compilation.GetSemanticModel(syntax.SyntaxTree);
        var info = model.GetForEachStatementInfo(syntax);
        return Some(info.GetEnumeratorMethod, info.MoveNextMethod, info.CurrentProperty?.GetMethod, info.DisposeMethod);
    }

    private static IEnumerable<T> Some<T>(params T?[] symbols) where T : class, ISymbol => symbols.OfType<T>();
}
