using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Finds where the type of a lock puts another one in its place, once objects of the type are in use.</summary>
internal static class LockReplacement
{
    // What a framework or a test runner calls before anybody else has the object.
    private static readonly string[] s_setUpAttributes = ["SetUp", "Setup", "Initialize", "Deserializ"];
    private static readonly string[] s_setUpNames = ["InitializeComponent", "Awake", "OnInitialized", "OnInitializedAsync"];

    /// <summary>The assignment of <paramref name="member"/> outside of declaration and constructors; null if there is none, or none but the one that sets it up.</summary>
    public static Location? Of(ISymbol member, Compilation compilation)
    {
        if (member is IFieldSymbol { IsReadOnly: true } or IFieldSymbol { IsConst: true } or IPropertySymbol { SetMethod: null or { IsInitOnly: true } }) return null;
        if (member is IPropertySymbol property && !IsAutomatic(property)) return null;

        var type = member.ContainingType;
        while (type.ContainingType is { } outer) type = outer;
        var mentions = type.DeclaringSyntaxReferences
            .Where(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree))
            .SelectMany(static reference => reference.GetSyntax().DescendantNodes().OfType<IdentifierNameSyntax>())
            .Where(name => name.Identifier.ValueText == member.Name)
            .ToList();
        var replacements = mentions.Where(name => Replaces(name, member) && IsFor(name, member, compilation)).Take(2).ToList();
        return replacements.Count == 0 || (replacements.Count == 1 && IsSetUp(replacements[0], member, mentions)) ? null : replacements[0].GetLocation();
    }

    /// <summary>Whether the one assignment gives the member, which had nothing before, its only object: nobody can have locked another one. A method that locks it, too, may be called again.</summary>
    private static bool IsSetUp(IdentifierNameSyntax assigned, ISymbol member, IReadOnlyList<IdentifierNameSyntax> mentions) =>
        Target(assigned) is { Parent: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression, Right: not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } } }
        && member.DeclaringSyntaxReferences.All(static reference => reference.GetSyntax() switch
        {
            VariableDeclaratorSyntax { Initializer: var initial } => initial is null || IsNothing(initial.Value),
            PropertyDeclarationSyntax { Initializer: var initial } => initial is null || IsNothing(initial.Value),
            _ => false,
        })
        && Flow.FunctionGraphs.FunctionAround(assigned) is MethodDeclarationSyntax method
        && mentions.All(mention => mention == assigned || !(IsWritten(mention) || (method.Span.Contains(mention.Span) && mention.Ancestors().OfType<LockStatementSyntax>().Any(held => held.Expression.Span.Contains(mention.Span)))));

    private static bool IsWritten(IdentifierNameSyntax name) =>
        Target(name).Parent is AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } assignment && assignment.Left == Target(name) && !IsNothing(assignment.Right);

    private static ExpressionSyntax Target(IdentifierNameSyntax name) => name.Parent is MemberAccessExpressionSyntax access && access.Name == name ? access : name;

    private static bool IsNothing(ExpressionSyntax value) =>
        value.IsKind(SyntaxKind.NullLiteralExpression) || value.IsKind(SyntaxKind.DefaultLiteralExpression) || value is PostfixUnaryExpressionSyntax { Operand.RawKind: (int)SyntaxKind.NullLiteralExpression };

    private static bool Replaces(IdentifierNameSyntax name, ISymbol member)
    {
        var target = Target(name);
        var isAssigned = target.Parent switch
        {
            // Without a lock nobody takes it: the next one to try gets an exception, not another lock.
            AssignmentExpressionSyntax assignment => assignment.Left == target && !IsNothing(assignment.Right),
            ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.OutKeyword } => true,
            // `Interlocked.Exchange(ref _gate, …)`; CompareExchange and LazyInitializer set it once.
            ArgumentSyntax { RefKindKeyword.RawKind: (int)SyntaxKind.RefKeyword, Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Exchange" }, ArgumentList.Arguments: { Count: 2 } exchanged } } => !IsNothing(exchanged[1].Expression),
            ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } tuple } => assignment.Left == tuple,
            _ => false,
        };
        if (!isAssigned) return false;

        // `new C { Gate = … }` and `copy._gate = …` give a lock to an object that nobody else has yet.
        if (target.Parent?.Parent is InitializerExpressionSyntax) return false;
        if (target is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } && IsLocal(receiver)) return false;

        return !IsInSetUp(target, member) && !IsFirstUnderAnotherLock(target, member.Name) && !IsUnderALockOfAll(target, member.Name);
    }

    /// <summary>Whether the assignment is part of the making of the object (or of the type, for a static member).</summary>
    private static bool IsInSetUp(SyntaxNode assignment, ISymbol member)
    {
        for (var node = assignment.Parent; node is not null; node = node.Parent)
        {
            switch (node)
            {
                // It runs later.
                case AnonymousFunctionExpressionSyntax: return false;
                case ConstructorDeclarationSyntax constructor: return constructor.Modifiers.Any(SyntaxKind.StaticKeyword) == member.IsStatic;
                case AccessorDeclarationSyntax { RawKind: (int)SyntaxKind.InitAccessorDeclaration }: return true;
                case MethodDeclarationSyntax method:
                    return s_setUpNames.Contains(method.Identifier.ValueText)
                        || method.AttributeLists.SelectMany(static list => list.Attributes).Any(attribute => s_setUpAttributes.Any(attribute.Name.ToString().Contains))
                        || IsCalledByConstructorsOnly(method);
                case BaseTypeDeclarationSyntax: return false;
            }
        }

        return false;
    }

    private static bool IsCalledByConstructorsOnly(MethodDeclarationSyntax method)
    {
        if (method.Modifiers.Any(static modifier => modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword or SyntaxKind.ProtectedKeyword)) return false;
        if (method.Parent is not TypeDeclarationSyntax type || type.Modifiers.Any(SyntaxKind.PartialKeyword)) return false;
        var uses = type.DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name.Identifier.ValueText == method.Identifier.ValueText).ToList();
        return uses.Count > 0 && uses.TrueForAll(static use => use.Parent is InvocationExpressionSyntax or MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax } && Flow.FunctionGraphs.FunctionAround(use) is ConstructorDeclarationSyntax);
    }

    /// <summary><c>lock (s_all) _gate ??= new();</c>, also as an <c>if (_gate == null)</c>: made once.</summary>
    private static bool IsFirstUnderAnotherLock(ExpressionSyntax target, string name) =>
        target.Ancestors().OfType<LockStatementSyntax>().Any(held => !Mentions(held.Expression, name))
        && (target.Parent.IsKind(SyntaxKind.CoalesceAssignmentExpression) || target.Ancestors().OfType<IfStatementSyntax>().Any(test => Mentions(test.Condition, name)));

    /// <summary>Whether the assignment stands under a lock that is also around every place which locks the member: nobody holds the old one then.</summary>
    private static bool IsUnderALockOfAll(ExpressionSyntax target, string name)
    {
        if (target.Ancestors().OfType<TypeDeclarationSyntax>().LastOrDefault() is not { } type) return false;
        var holders = type.DescendantNodes().OfType<LockStatementSyntax>().Where(held => Mentions(held.Expression, name)).ToList();
        return target.Ancestors().OfType<LockStatementSyntax>().Any(outer => !Mentions(outer.Expression, name)
            && holders.TrueForAll(held => held.Ancestors().OfType<LockStatementSyntax>().Any(around => SyntaxFactory.AreEquivalent(around.Expression, outer.Expression))));
    }

    private static bool Mentions(SyntaxNode code, string name) => code.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(mention => mention.Identifier.ValueText == name);

    private static bool IsLocal(IdentifierNameSyntax receiver) =>
        receiver.Ancestors().FirstOrDefault(static node => node is MemberDeclarationSyntax) is { } member
        && member.DescendantNodes().Any(node => node is VariableDeclaratorSyntax { Identifier.ValueText: var name } && name == receiver.Identifier.ValueText);

    private static bool IsFor(IdentifierNameSyntax name, ISymbol member, Compilation compilation) =>
        SymbolEqualityComparer.Default.Equals(compilation.GetSemanticModel(name.SyntaxTree).GetSymbolInfo(name).Symbol?.OriginalDefinition, member);

    private static bool IsAutomatic(IPropertySymbol property) =>
        property.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is PropertyDeclarationSyntax { AccessorList.Accessors: var accessors } && accessors.All(static accessor => accessor is { Body: null, ExpressionBody: null })
        && property.ContainingType.TypeKind != TypeKind.Interface && !property.IsAbstract;
}
