using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>A place where a lock is copied.</summary>
/// <param name="Place">What to report.</param>
/// <param name="Name">What it is called.</param>
/// <param name="How">What happens to the lock there.</param>
/// <param name="Remedy">What to do instead.</param>
internal sealed record LockCopy(SyntaxNodeOrToken Place, string Name, string How, string Remedy);

/// <summary>Finds the declarations and the expressions that copy a lock. What is made on the spot (<c>new</c>, <c>default</c>, the result of a call) is no copy of anything.</summary>
internal static class LockCopies
{
    private const string ByRef = "pass it by ref";

    private static readonly string[] s_changing = ["Enter", "TryEnter", "Exit"];

    /// <summary>A readonly field, on whose copy each call works; a local that is a copy.</summary>
    public static LockCopy? OfVariable(VariableDeclaratorSyntax variable, SemanticModel model, LockStructs structs) => model.GetDeclaredSymbol(variable) switch
    {
        IFieldSymbol { IsReadOnly: true, RefKind: RefKind.None } field when structs.HasLock(field.Type) =>
            new(variable.Identifier, field.Name, "is readonly, so each call takes a copy of the lock, and it keeps nobody out", "make it not readonly"),
        ILocalSymbol { RefKind: RefKind.None } local when structs.HasLock(local.Type) && variable.Initializer is { Value: var value } && IsStored(model.GetOperation(value)) =>
            new(variable.Identifier, local.Name, $"is a copy of '{value}', and keeps nobody out who takes the original", "make it a ref local"),
        _ => null,
    };

    public static LockCopy? OfParameter(ParameterSyntax parameter, SemanticModel model, LockStructs structs)
    {
        if (model.GetDeclaredSymbol(parameter) is not { } symbol || !structs.HasLock(symbol.Type)) return null;

        // The signature is another's.
        if (symbol.ContainingSymbol is IMethodSymbol { IsOverride: true } or IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator or MethodKind.Conversion or MethodKind.ExplicitInterfaceImplementation } || IsForInterface(symbol.ContainingSymbol)) return null;
        return symbol.RefKind switch
        {
            RefKind.None => new(parameter.Identifier, symbol.Name, "gets a copy of the lock, which keeps nobody out who takes the original", ByRef),
            RefKind.In or RefKind.RefReadOnlyParameter when IsChanged(symbol, parameter) => new(parameter.Identifier, symbol.Name, "may not be changed here, so each call takes a copy of the lock, and it keeps nobody out", ByRef),
            _ => null,
        };
    }

    public static LockCopy? OfProperty(PropertyDeclarationSyntax property, SemanticModel model, LockStructs structs)
    {
        if (model.GetDeclaredSymbol(property) is not { RefKind: RefKind.None, IsOverride: false, GetMethod: not null } symbol || !structs.HasLock(symbol.Type)) return null;
        if (property.AccessorList is { } accessors && accessors.Accessors.All(static accessor => accessor is { Body: null, ExpressionBody: null }))
            return symbol.IsAbstract ? null : new(property.Identifier, symbol.Name, "gives each caller a copy of the lock, which keeps nobody out", "make it a field");
        return ReturnsStored(property, model) ? new(property.Identifier, symbol.Name, "gives each caller a copy of the lock, which keeps nobody out", "return it by ref") : null;
    }

    public static LockCopy? OfIndexer(IndexerDeclarationSyntax indexer, SemanticModel model, LockStructs structs) =>
        model.GetDeclaredSymbol(indexer) is { RefKind: RefKind.None, IsOverride: false, GetMethod: not null } symbol && structs.HasLock(symbol.Type) && ReturnsStored(indexer, model)
            ? new(indexer.ThisKeyword, "this[]", "gives each caller a copy of the lock, which keeps nobody out", "return it by ref")
            : null;

    /// <summary><c>counter with { Step = 2 }</c></summary>
    public static LockCopy? OfChanged(WithExpressionSyntax changed, SemanticModel model, LockStructs structs) =>
        structs.HasLock(model.GetTypeInfo(changed.Expression).Type) && IsStored(model.GetOperation(changed.Expression))
            ? new(changed.Expression, changed.Expression.ToString(), "is copied with the lock in it, and the copy keeps nobody out who takes the original", "keep the lock in an object")
            : null;

    /// <summary>A method or local function that returns a lock which is stored somewhere.</summary>
    public static LockCopy? OfResult(SyntaxNode function, SemanticModel model, LockStructs structs)
    {
        if (model.GetDeclaredSymbol(function) is not IMethodSymbol { RefKind: RefKind.None } method || !structs.HasLock(method.ReturnType) || !ReturnsStored(function, model)) return null;
        var name = function is MethodDeclarationSyntax declaration ? declaration.Identifier : ((LocalFunctionStatementSyntax)function).Identifier;
        return new(name, method.Name, "returns a copy of the lock, which keeps nobody out who takes the original", "return it by ref");
    }

    public static LockCopy? OfElement(ForEachStatementSyntax each, SemanticModel model, LockStructs structs) =>
        each.Type is not RefTypeSyntax && model.GetDeclaredSymbol(each) is { RefKind: RefKind.None } element && structs.HasLock(element.Type)
            ? new(each.Identifier, element.Name, $"is a copy of an element of '{each.Expression}', and keeps nobody out who takes the original", "go through them by ref")
            : null;

    /// <summary>A stored lock that is assigned elsewhere, boxed, or passed by value to code that is not ours; a lock that is taken on a result.</summary>
    public static LockCopy? OfValue(ExpressionSyntax expression, SemanticModel model, LockStructs structs)
    {
        // What is inside a larger path is read for its part.
        if (expression is not (IdentifierNameSyntax or MemberAccessExpressionSyntax or ElementAccessExpressionSyntax or InvocationExpressionSyntax)) return null;
        if (expression.Parent is MemberAccessExpressionSyntax access) return access.Expression == expression ? OfReceiver(expression, access, model, structs) : null;
        if (expression.Parent is not (AssignmentExpressionSyntax or ArgumentSyntax { RefKindKeyword.RawKind: 0 } or EqualsValueClauseSyntax or CastExpressionSyntax or ReturnStatementSyntax or ArrowExpressionClauseSyntax)) return null;
        if (!structs.HasLock(model.GetTypeInfo(expression).Type) || model.GetOperation(expression) is not { } value || !IsStored(value)) return null;

        return value.Parent switch
        {
            IConversionOperation { Operand.Type.IsValueType: true, Type.IsReferenceType: true } => new(expression, expression.ToString(), "is boxed, and the copy in the box keeps nobody out", "pass the object that holds the lock"),
            ISimpleAssignmentOperation { IsRef: false } assignment when assignment.Value == value => new(expression, expression.ToString(), $"is copied to '{assignment.Target.Syntax}', and the copy keeps nobody out who takes the original", "keep one lock"),
            ITupleOperation => new(expression, expression.ToString(), "is copied into a tuple, and the copy keeps nobody out who takes the original", "pass the object that holds the lock"),
            // A parameter of this program's is reported where it is declared, unless it takes all types.
            // What a delegate stands for has a parameter of its own, too.
            IArgumentOperation { Parameter.ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.DelegateInvoke } } => null,
            IArgumentOperation { Parameter: { RefKind: RefKind.None } parameter } when parameter.DeclaringSyntaxReferences.IsEmpty || parameter.OriginalDefinition.Type is ITypeParameterSymbol =>
                new(expression, expression.ToString(), $"is copied into '{parameter.ContainingSymbol.Name}', and the copy keeps nobody out who takes the original", "pass the object that holds the lock"),
            _ => null,
        };
    }

    private static LockCopy? OfReceiver(ExpressionSyntax receiver, MemberAccessExpressionSyntax access, SemanticModel model, LockStructs structs)
    {
        if (access.Parent is not InvocationExpressionSyntax || !structs.HasLock(model.GetTypeInfo(receiver).Type)) return null;
        if (structs.IsSpinLock(model.GetTypeInfo(receiver).Type) ? !s_changing.Contains(access.Name.Identifier.ValueText) : model.GetSymbolInfo(access).Symbol is not IMethodSymbol { IsReadOnly: false, IsStatic: false }) return null;

        return model.GetOperation(receiver) switch
        {
            // Those of this program are reported where they are declared.
            IPropertyReferenceOperation { Property: { RefKind: RefKind.None, DeclaringSyntaxReferences.IsEmpty: true } } or IInvocationOperation { TargetMethod: { RefKind: RefKind.None, DeclaringSyntaxReferences.IsEmpty: true } } =>
                new(receiver, receiver.ToString(), "is a copy of the lock, and keeps nobody out who takes another", "keep the locks in an array or a field"),
            IPropertyReferenceOperation { Property.ReturnsByRefReadonly: true } or IInvocationOperation { TargetMethod.ReturnsByRefReadonly: true } =>
                new(receiver, receiver.ToString(), "may not be changed there, so each call takes a copy of the lock, and it keeps nobody out", "return it by ref, not ref readonly"),
            IFieldReferenceOperation { Field: { IsReadOnly: false, IsStatic: false } field, Instance: IInstanceReferenceOperation } when IsInReadonlyMember(receiver, model) =>
                new(receiver, field.Name, "may not be changed in a readonly member, so each call takes a copy of the lock, and it keeps nobody out", "make the member not readonly"),
            _ => null,
        };
    }

    /// <summary>Whether the value is somewhere, and a copy of it would be a second one.</summary>
    private static bool IsStored(IOperation? value) => value.Unconverted() switch
    {
        ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation or IArrayElementReferenceOperation => true,
        IInstanceReferenceOperation { Type.IsValueType: true } => true,
        IPropertyReferenceOperation { Property: var property } => property.ReturnsByRef || property.ReturnsByRefReadonly,
        IInvocationOperation { TargetMethod: var method } => method.ReturnsByRef || method.ReturnsByRefReadonly,
        IConditionalOperation conditional => IsStored(conditional.WhenTrue) || IsStored(conditional.WhenFalse),
        _ => false,
    };

    private static bool ReturnsStored(SyntaxNode member, SemanticModel model)
    {
        var returned = member.DescendantNodes(node => node == member || !Flow.FunctionGraphs.IsFunction(node) || node is ArrowExpressionClauseSyntax or AccessorDeclarationSyntax { Keyword.RawKind: (int)SyntaxKind.GetKeyword }).Select(static node => node switch
        {
            ReturnStatementSyntax statement => statement.Expression,
            ArrowExpressionClauseSyntax arrow => arrow.Expression,
            _ => null,
        });
        // A local that the function itself made is given away, not shared.
        return returned.OfType<ExpressionSyntax>().Any(value => model.GetOperation(value) is { } operation && operation.Unconverted() is not ILocalReferenceOperation && IsStored(operation));
    }

    private static bool IsChanged(IParameterSymbol parameter, ParameterSyntax syntax) =>
        syntax.Parent?.Parent is { } function && function.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Any(call => call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } && receiver.Identifier.ValueText == parameter.Name);

    private static bool IsForInterface(ISymbol member) =>
        member.ContainingType is { TypeKind: not TypeKind.Interface } type
        && type.AllInterfaces.SelectMany(implemented => implemented.GetMembers(member.Name)).Any(declared => SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(declared), member));

    private static bool IsInReadonlyMember(SyntaxNode node, SemanticModel model)
    {
        var around = model.GetEnclosingSymbol(node.SpanStart);
        while (around?.ContainingSymbol is IMethodSymbol outer) around = outer;
        return around is IMethodSymbol { IsReadOnly: true };
    }
}
