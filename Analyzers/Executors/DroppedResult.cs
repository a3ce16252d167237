using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Executors;

/// <summary>What a call of Submit or Map gives, where nobody looks at it.</summary>
/// <param name="Value">The result as it is left: the call, or what is made of it, as <c>Task.WhenAll(…)</c>.</param>
/// <param name="Holder">The variable that keeps it unread; null where nothing does.</param>
internal readonly record struct DroppedResult(IOperation Value, ISymbol? Holder)
{
    private static readonly string[] s_sameTask = ["ConfigureAwait", "AsTask", "WaitAsync", "Unwrap", "WithCancellation", "WhenAll", "WhenAny", "WhenEach"];
    private static readonly string[] s_additions = ["Add", "AddRange", "Enqueue", "Push", "AddLast", "AddFirst", "Insert", "TryAdd"];
    private static readonly string[] s_sizes = ["Count", "Length", "Capacity"];

    /// <summary>How the result of <paramref name="call"/> is dropped; null where it is looked at, or goes where others may.</summary>
    public static DroppedResult? Of(IInvocationOperation call, CancellationToken cancellationToken)
    {
        for (IOperation? value = call; value is not null; value = Next(value))
        {
            value = value.Outermost();
            switch (value.Parent)
            {
                case IExpressionStatementOperation statement:
                    return IsToThrow(statement) ? null : new(value, null);
                case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Parent.Parent: IVariableDeclarationGroupOperation { Parent: not (IUsingOperation or IUsingDeclarationOperation) } } declarator }:
                    return IsRead(declarator.Symbol, value) ? null : new(value, declarator.Symbol);
                case ISimpleAssignmentOperation { Parent: IExpressionStatementOperation } assignment when assignment.Value == value:
                    return Kept(assignment.Target, value, cancellationToken);
                case IArgumentOperation { Parent: IInvocationOperation { Instance: { } collection } addition } when s_additions.Contains(addition.TargetMethod.Name):
                    return Kept(collection, value, cancellationToken);
            }
        }

        return null;
    }

    /// <summary>What has the result in it: a choice, a collection, a sequence, a task for all.</summary>
    public static IOperation? Next(IOperation value) => value.Parent switch
    {
        IConditionalAccessOperation access when access.WhenNotNull == value => access,
        IConditionalOperation choice when choice.Condition != value => choice,
        ICoalesceOperation coalesce => coalesce,
        ISwitchExpressionArmOperation { Parent: { } choice } arm when arm.Value == value => choice,
        ITranslatedQueryOperation query => query,
        IArrayInitializerOperation { Parent: IArrayCreationOperation array } => array,
        ICollectionExpressionOperation collection => collection,
        IInvocationOperation call when call.Instance == value && s_sameTask.Contains(call.TargetMethod.Name) => call,
        IArgumentOperation { Parent: IInvocationOperation call } when PassesOn(call) => call,
        // `items.Select(item => pool.Submit(Work, item))`
        IReturnOperation { Parent: IBlockOperation { Parent: IAnonymousFunctionOperation { Symbol.IsAsync: false } lambda } } => lambda.Consumer() switch
        {
            IArgumentOperation { Parent: IInvocationOperation { TargetMethod: { Name: "Select" or "SelectMany", ContainingType.Name: "Enumerable" } } call } => call,
            IInvocationOperation { TargetMethod: { Name: "Select" or "SelectMany", ContainingType.Name: "Enumerable" } } call => call,
            _ => null,
        },
        _ => null,
    };

    /// <summary><c>Assert.Throws&lt;ArgumentException&gt;(() => { pool.Submit(work); })</c>: it is to be refused, and gives no task at all.</summary>
    private static bool IsToThrow(IOperation statement) =>
        statement.Parent is IBlockOperation { Operations.Length: <= 2, Parent: IAnonymousFunctionOperation lambda } && lambda.Consumer() is IArgumentOperation { Parent: IInvocationOperation { TargetMethod.Name: var name } }
        && (name.IndexOf("Throw", System.StringComparison.Ordinal) >= 0 || name == "Exception");

    private static bool PassesOn(IInvocationOperation call) =>
        s_sameTask.Contains(call.TargetMethod.Name) || (call.TargetMethod.ContainingType.Name is "Enumerable" or "AsyncEnumerable" && call.Type is IArrayTypeSymbol or { Name: "IEnumerable" or "IAsyncEnumerable" or "List" or "HashSet" });

    /// <summary>The result in a variable, or in a collection that a variable holds.</summary>
    private static DroppedResult? Kept(IOperation target, IOperation value, CancellationToken cancellationToken) => target.Unconverted() switch
    {
        ILocalReferenceOperation { Local: var local } => IsRead(local, value) ? null : new(value, local),
        IArrayElementReferenceOperation { ArrayReference: var array } => Kept(array, value, cancellationToken),
        IPropertyReferenceOperation { Property.IsIndexer: true, Instance: { } collection } => Kept(collection, value, cancellationToken),
        IFieldReferenceOperation { Field: { DeclaredAccessibility: Accessibility.Private } field } => IsMentioned(field, cancellationToken) ? null : new(value, field),
        IPropertyReferenceOperation { Property: { DeclaredAccessibility: Accessibility.Private } property } when WorkWalker.IsAutoProperty(property) => IsMentioned(property, cancellationToken) ? null : new(value, property),
        _ => null,
    };

    private static bool IsRead(ILocalSymbol local, IOperation value) => WorkValue.Root(value).Descendants().Any(operation =>
        operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local) && !IsFilled(reference));

    /// <summary>Whether <paramref name="variable"/> only gets something here, itself or the collection in it.</summary>
    private static bool IsFilled(IOperation variable) => variable.Consumer() switch
    {
        ISimpleAssignmentOperation { Parent: IExpressionStatementOperation } assignment => assignment.Target == variable,
        IInvocationOperation { Parent: IExpressionStatementOperation } call => s_additions.Contains(call.TargetMethod.Name),
        IPropertyReferenceOperation { Property.IsIndexer: true } element => element.Parent is ISimpleAssignmentOperation { Parent: IExpressionStatementOperation } assignment && assignment.Target == element,
        IPropertyReferenceOperation size => s_sizes.Contains(size.Property.Name),
        IArrayElementReferenceOperation element => element.Parent is ISimpleAssignmentOperation { Parent: IExpressionStatementOperation } assignment && assignment.Target == element,
        _ => false,
    };

    /// <summary>Whether the type names a private member of its own otherwise than to fill it. By the names alone: another member's counts as well.</summary>
    private static bool IsMentioned(ISymbol member, CancellationToken cancellationToken) => member.ContainingType.DeclaringSyntaxReferences.Any(declaration =>
        declaration.GetSyntax(cancellationToken).DescendantNodes().Any(node => node is IdentifierNameSyntax name && name.Identifier.ValueText == member.Name && !IsFilled(name)));

    private static bool IsFilled(IdentifierNameSyntax name)
    {
        ExpressionSyntax member = name.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own ? own : name;
        if (member.Parent is ElementAccessExpressionSyntax element && element.Expression == member) member = element;
        return member.Parent switch
        {
            AssignmentExpressionSyntax { Parent: ExpressionStatementSyntax or ArrowExpressionClauseSyntax { Parent: MethodDeclarationSyntax { ReturnType: PredefinedTypeSyntax { Keyword.RawKind: (int)SyntaxKind.VoidKeyword } } } } assignment => assignment.Left == member,
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax { Parent: ExpressionStatementSyntax } } access => access.Expression == member && s_additions.Contains(access.Name.Identifier.ValueText),
            _ => false,
        };
    }
}
