using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Locals that are locked: what they stand for, and whether any other thread can see them.</summary>
internal static class FreshLocal
{
    /// <summary>The only value that the local ever gets, where it is declared; null if there are others, or none.</summary>
    public static IOperation? InitialValueOf(ILocalReferenceOperation reference)
    {
        if (reference.Local is not { IsRef: false } local || reference.SemanticModel is not { } model) return null;
        if (local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not VariableDeclaratorSyntax { Initializer.Value: { } initial } declarator) return null;
        return UsesOf(declarator).Any(IsAssigned) ? null : model.GetOperation(initial);
    }

    /// <summary>Whether <paramref name="reference"/> is to a local whose object only this call of its function ever has.</summary>
    public static bool IsFresh(ILocalReferenceOperation reference, IOperation initial)
    {
        if (initial.Unconverted() is not (IObjectCreationOperation or IArrayCreationOperation or ICollectionExpressionOperation) || !KeepsToItself(initial.Unconverted()!.Type)) return false;

        // What is passed on, stored, returned or captured by work that runs elsewhere is not this call's alone.
        var declarator = (VariableDeclaratorSyntax)reference.Local.DeclaringSyntaxReferences[0].GetSyntax();
        var function = FunctionGraphs.FunctionAround(declarator);
        return UsesOf(declarator).All(use => FunctionGraphs.FunctionAround(use) == function && IsKept(use) && !IsExtended(use, reference.SemanticModel!));
    }

    private static bool IsKept(IdentifierNameSyntax use) => use.Parent switch
    {
        LockStatementSyntax => true,
        ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var type } } } => type is IdentifierNameSyntax { Identifier.ValueText: "Monitor" } or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Monitor" },
        MemberAccessExpressionSyntax access => access.Expression == use && !IsHandedOn(access),
        ElementAccessExpressionSyntax element => element.Expression == use,
        ForEachStatementSyntax => true,
        _ => false,
    };

    /// <summary>An extension method gets the object as an argument.</summary>
    private static bool IsExtended(IdentifierNameSyntax use, SemanticModel model) => use.Parent is MemberAccessExpressionSyntax access && model.GetSymbolInfo(access).Symbol is IMethodSymbol { ReducedFrom: not null };

    /// <summary>A member of the object that is made a delegate: <c>Task.Run(list.Clear)</c>.</summary>
    private static bool IsHandedOn(MemberAccessExpressionSyntax access) => access.Parent is ArgumentSyntax or EqualsValueClauseSyntax || (access.Parent is AssignmentExpressionSyntax assignment && assignment.Right == access);

    private static bool IsAssigned(IdentifierNameSyntax use) => use.Parent switch
    {
        AssignmentExpressionSyntax assignment => assignment.Left == use,
        ArgumentSyntax { RefKindKeyword.RawKind: not 0 } or RefExpressionSyntax => true,
        ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } tuple } => assignment.Left == tuple,
        _ => false,
    };

    /// <summary>Objects that hand themselves to nobody.</summary>
    private static bool KeepsToItself(ITypeSymbol? type) =>
        type is { SpecialType: SpecialType.System_Object } or IArrayTypeSymbol
        || type?.ContainingNamespace?.ToDisplayString() is "System.Collections.Generic" or "System.Collections" or "System.Text"
        || type is { Name: "Lock", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } };

    private static IEnumerable<IdentifierNameSyntax> UsesOf(VariableDeclaratorSyntax declarator) =>
        ScopeOf(declarator).DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == declarator.Identifier.ValueText && !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name));

    private static SyntaxNode ScopeOf(VariableDeclaratorSyntax declarator) =>
        declarator.Parent?.Parent?.Parent switch
        {
            GlobalStatementSyntax global => global.Parent!,
            { } scope => scope,
            null => declarator,
        };
}
