using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>Makes a private method static that needs no instance, so that work can call it without `this`.</summary>
internal static class MakeStatic
{
    /// <summary>The changes for work that is <paramref name="group"/>, a method of `this`; null where it can't be static.</summary>
    public static ImmutableArray<TextChange>? MethodGroup(IMethodReferenceOperation group) =>
        group.Instance is IInstanceReferenceOperation self ? Call(self, group.Method) : null;

    /// <summary>The changes for a call of <paramref name="method"/> on <paramref name="self"/>, which is `this`; null where the method can't be static.</summary>
    public static ImmutableArray<TextChange>? Call(IOperation self, IMethodSymbol method)
    {
        var changes = new List<TextChange>();
        if (self.Syntax is ThisExpressionSyntax { Parent: MemberAccessExpressionSyntax access })
            changes.Add(new(TextSpan.FromBounds(access.SpanStart, access.Name.SpanStart), ""));
        else if (self.Syntax is BaseExpressionSyntax)
            return null;

        return Declare(self.SemanticModel!, method.OriginalDefinition, changes, []) ? [.. changes.Distinct()] : null;
    }

    private static bool Declare(SemanticModel model, IMethodSymbol method, List<TextChange> changes, HashSet<ISymbol> seen)
    {
        if (!seen.Add(method) || method.IsStatic) return true;

        // Only a private method has all of its callers in sight; a virtual one or one for an interface is not private.
        if (method is not { DeclaredAccessibility: Accessibility.Private, MethodKind: MethodKind.Ordinary, DeclaringSyntaxReferences.Length: 1, PartialImplementationPart: null, PartialDefinitionPart: null }
            || method.DeclaringSyntaxReferences[0].GetSyntax() is not MethodDeclarationSyntax declaration
            || declaration.SyntaxTree != model.SyntaxTree
            || model.GetOperation(declaration) is not { } body)
            return false;

        foreach (var operation in body.Descendants())
        {
            // `this` is needed, unless for methods that become static too.
            if (operation is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } self
                && !(self.IsImplicit && self.Parent is IInvocationOperation call && call.Instance == self && Declare(model, call.TargetMethod.OriginalDefinition, changes, seen)))
                return false;
            // The parameter of a primary constructor is a field.
            if (operation is IParameterReferenceOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } }) return false;
        }

        var modifier = declaration.Modifiers.FirstOrDefault(static m => m.Kind() is SyntaxKind.AsyncKeyword or SyntaxKind.UnsafeKeyword);
        var start = modifier.IsKind(SyntaxKind.None) ? declaration.ReturnType.SpanStart : modifier.SpanStart;
        changes.Add(new(new TextSpan(start, 0), "static "));
        return true;
    }
}
