using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.Analyzers.Locks;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>TDM2003: a private readonly field to lock instead, wherever the type locks the object.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnsafeLockObjectCodeFix))]
public sealed class UnsafeLockObjectCodeFix() : TextCodeFixProvider(Descriptors.UnsafeLockObject.Id)
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (!diagnostic.Properties.TryGetValue(LockObjectFault.HomeProperty, out var home) || !diagnostic.Properties.TryGetValue(LockObjectFault.StateProperty, out var state)) yield break;
        if (reported.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type || model.GetDeclaredSymbol(type, cancellationToken) is not { } symbol) yield break;

        var all = LockUses.In(model.Compilation);
        if (all.FirstOrDefault(use => use.Expression.SyntaxTree == reported.SyntaxTree && use.Expression.Span.Contains(reported.Span)) is not { } here) yield break;
        var uses = all.Where(use => IsIn(type, use) && use.IsSameAs(here)).DefaultIfEmpty(here).ToList();

        // Which object it is, another type says, and that one locks it as it likes.
        if (LockAccess.IsOverridable(LockAccess.MemberOf(here.Object))) yield break;

        // Whoever else locks the object would no longer keep the type's own code out.
        if (all.Any(use => !uses.Contains(use) && use.MayBe(here)) || IsSynchronized(symbol, here)) yield break;

        // What is taken here and given back where nobody sees it, or the other way round, must stay the same object.
        var calls = uses.Select(static use => use.Expression.Parent?.Parent?.Parent).OfType<InvocationExpressionSyntax>().Select(NameOf).ToList();
        if (calls.Any(static name => name.EndsWith("Enter", System.StringComparison.Ordinal)) != calls.Contains("Exit")) yield break;

        if (NewLock.Field(model, type, state!, home == LockObjectFault.StaticHome, isShared: false, isMonitor: !uses.TrueForAll(IsPlain)) is not { } field) yield break;
        var changes = uses.Select(use => new TextChange(use.Expression.Span, field.Name)).Append(field.Declaration);
        yield return new($"Lock a new field '{field.Name}'", "LockAPrivateField", [.. changes, .. Unused(model, here, uses)]);
    }

    private static bool IsIn(TypeDeclarationSyntax type, LockUse use) => use.Expression.FirstAncestorOrSelf<TypeDeclarationSyntax>() == type;

    /// <summary>Whether the use is a <c>lock</c> statement that a Lock can serve: no yield leaves its block for a while.</summary>
    private static bool IsPlain(LockUse use) => use.Expression.Parent is LockStatementSyntax held && !LockRange.Suspends(held.Statement);

    /// <summary>Whether a method that the runtime locks uses the same object.</summary>
    private static bool IsSynchronized(INamedTypeSymbol type, LockUse use) =>
        use.Object is IInstanceReferenceOperation or ITypeOfOperation or IInvocationOperation
        && type.GetMembers().OfType<IMethodSymbol>().Any(method => method.IsStatic != use.Object is IInstanceReferenceOperation && (method.MethodImplementationFlags & MethodImplAttributes.Synchronized) != 0);

    /// <summary>A local that was there to be locked has no use any more.</summary>
    private static IEnumerable<TextChange> Unused(SemanticModel model, LockUse here, List<LockUse> uses)
    {
        if (here.Object is not ILocalReferenceOperation { Local: var local }) yield break;
        if (local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not VariableDeclaratorSyntax { Parent.Parent: LocalDeclarationStatementSyntax { Declaration.Variables.Count: 1, Parent: BlockSyntax block } declaration }) yield break;
        var mentions = block.DescendantNodes().OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == local.Name);
        if (mentions.All(mention => uses.Any(use => use.Expression.Span.Contains(mention.Span)))) yield return WrapStatements.Remove(model.SyntaxTree.GetText(), declaration);
    }

    private static string NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => "",
    };
}
