using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Locks;

/// <summary>One place that uses the lock of a field.</summary>
/// <param name="Lock">The expression that names the field: <c>_gate</c>, <c>this._gate</c>.</param>
/// <param name="Statement">The <c>lock</c> statement that locks it, or the <c>using</c> statement that holds its scope; null for a call.</param>
/// <param name="Call">The call that acquires or releases it; null for a <c>lock</c> statement.</param>
/// <param name="Operation">What the call does.</param>
internal sealed record FieldLockUse(ExpressionSyntax Lock, StatementSyntax? Statement, InvocationExpressionSyntax? Call, LockOperation? Operation);

/// <summary>A private field that is a lock and nothing else, with all its uses: what it takes to make it a lock of another kind.</summary>
/// <param name="Declaration">The field, alone in its declaration.</param>
/// <param name="Creation">What it is made by; null for a SpinLock, which needs nothing.</param>
/// <param name="Uses">Where it is acquired and released.</param>
internal sealed record FieldLock(FieldDeclarationSyntax Declaration, BaseObjectCreationExpressionSyntax? Creation, ImmutableArray<FieldLockUse> Uses)
{
    /// <summary>The lock that <paramref name="expression"/> names; null where it is used in a way that another kind of lock does not know, or may be used out of sight.</summary>
    public static FieldLock? Of(ExpressionSyntax expression, SemanticModel model, CancellationToken cancellationToken)
    {
        if (model.GetSymbolInfo(expression, cancellationToken).Symbol is not IFieldSymbol { DeclaredAccessibility: Accessibility.Private } field) return null;
        // A part of the type in another file may use it too.
        if (field.ContainingType.DeclaringSyntaxReferences is not { Length: 1 } types || types[0].SyntaxTree != model.SyntaxTree) return null;
        if (field.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellationToken) is not VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Variables.Count: 1, Parent: FieldDeclarationSyntax declaration } } variable) return null;

        var creation = variable.Initializer?.Value as BaseObjectCreationExpressionSyntax;
        if (variable.Initializer is null ? field.Type is not { Name: "SpinLock", TypeKind: TypeKind.Struct } : creation is null || !IsPlain(creation, field.Type)) return null;

        var table = LockTable.For(model.Compilation);
        var uses = ImmutableArray.CreateBuilder<FieldLockUse>();
        foreach (var name in types[0].GetSyntax(cancellationToken).DescendantNodes().OfType<IdentifierNameSyntax>())
        {
            if (name.Identifier.ValueText != field.Name || !SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name, cancellationToken).Symbol?.OriginalDefinition, field.OriginalDefinition)) continue;
            if (IsNameOnly(name)) continue;
            if (UseOf(name, model, table, cancellationToken) is not { } use) return null;
            uses.Add(use);
        }

        return new FieldLock(declaration, creation, uses.ToImmutable());
    }

    /// <summary>Whether some code may take the lock while it holds it, so that it has to be a reentrant one: it mentions a member that takes it, itself or through others.</summary>
    public bool MayBeTakenAgain()
    {
        var type = Declaration.Parent!;
        var takers = Uses.Where(static use => use.Operation is null or { IsAcquire: true }).Select(static use => FunctionGraphs.FunctionAround(use.Lock)).OfType<SyntaxNode>().Distinct().ToList();
        if (takers.Any(taker => Uses.Any(use => use.Statement is LockStatementSyntax held && Uses.Any(inner => inner != use && held.Statement.Span.Contains(inner.Lock.Span))))) return true;

        var names = new HashSet<string>(takers.Select(NameOf));
        var members = type.DescendantNodes().Where(static node => NameOf(node).Length > 0).Select(static node => (Name: NameOf(node), Node: node)).ToList();
        for (var count = 0; count != names.Count;)
        {
            count = names.Count;
            foreach (var (name, node) in members)
                if (Mentions(node, names)) names.Add(name);
        }

        return takers.Any(taker => Mentions(taker, names));
    }

    // What is called on another object takes that one's lock.
    private bool Mentions(SyntaxNode node, HashSet<string> names) =>
        node.DescendantNodes().Any(inner => inner is SimpleNameSyntax name && names.Contains(name.Identifier.ValueText)
            && (name.Parent is not MemberAccessExpressionSyntax access || access.Name != name || access.Expression is ThisExpressionSyntax or BaseExpressionSyntax || access.Expression.ToString() == ((TypeDeclarationSyntax)Declaration.Parent!).Identifier.ValueText));

    private static string NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax function => function.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        AccessorDeclarationSyntax { Parent.Parent: EventDeclarationSyntax member } => member.Identifier.ValueText,
        VariableDeclaratorSyntax { Initializer.Value: AnonymousFunctionExpressionSyntax } variable => variable.Identifier.ValueText,
        _ => "",
    };

    /// <summary>A lock that is only for this process, and that its holder does not take again by intent.</summary>
    private static bool IsPlain(BaseObjectCreationExpressionSyntax creation, ITypeSymbol type) => type switch
    {
        { SpecialType: SpecialType.System_Object } or { Name: "Lock" or "SpinLock" or "ReaderWriterLock" } => creation.Initializer is null && creation.ArgumentList?.Arguments.All(static argument => argument.Expression is LiteralExpressionSyntax) != false,
        { Name: "Mutex" } => creation.ArgumentList?.Arguments is null or { Count: 0 } || (creation.ArgumentList.Arguments.Count == 1 && creation.ArgumentList.Arguments[0].Expression.IsKind(SyntaxKind.FalseLiteralExpression)),
        { Name: "ReaderWriterLockSlim" } => creation.ArgumentList?.Arguments is null or { Count: 0 } || creation.ArgumentList.Arguments[0].Expression.ToString().EndsWith("NoRecursion", System.StringComparison.Ordinal),
        _ => false,
    };

    private static bool IsNameOnly(SyntaxNode name) =>
        name.Ancestors().Any(static node => node is InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.ValueText: "nameof" } } or XmlCrefAttributeSyntax or XmlNameAttributeSyntax);

    private static FieldLockUse? UseOf(IdentifierNameSyntax name, SemanticModel model, LockTable table, CancellationToken cancellationToken)
    {
        ExpressionSyntax theLock = name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;
        if (theLock.Parent is LockStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax or GlobalStatementSyntax } statement) return new FieldLockUse(theLock, statement, null, null);

        var call = theLock.Parent switch
        {
            ArgumentSyntax { Parent: ArgumentListSyntax { Parent: InvocationExpressionSyntax monitor } } => monitor,
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax own } => own,
            _ => null,
        };
        if (call is null || model.GetOperation(call, cancellationToken) is not { } operation) return null;
        if (call is { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Dispose" }, ArgumentList.Arguments.Count: 0 }) return new FieldLockUse(theLock, null, null, null);

        var found = table.Find(operation);
        return found switch
        {
            { Action: LockAction.Acquire, Mode: not LockMode.UpgradeableRead, ReturnsScope: true } when call.Parent is UsingStatementSyntax { Declaration: null, Parent: BlockSyntax } scope => new FieldLockUse(theLock, scope, call, found),
            // A limit of time that throws has no like.
            { Action: LockAction.Acquire, Mode: not LockMode.UpgradeableRead, ReturnsScope: false, MayFail: false } when call.Parent is ExpressionStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax } => new FieldLockUse(theLock, null, call, found),
            { Action: LockAction.TryAcquire, Mode: not LockMode.UpgradeableRead, Taken: null } => new FieldLockUse(theLock, null, call, found),
            { Action: LockAction.TryAcquire, Mode: not LockMode.UpgradeableRead } when call.Parent is ExpressionStatementSyntax { Parent: BlockSyntax or SwitchSectionSyntax } => new FieldLockUse(theLock, null, call, found),
            { Action: LockAction.Release } when call.Parent is ExpressionStatementSyntax => new FieldLockUse(theLock, null, call, found),
            _ => null,
        };
    }
}
