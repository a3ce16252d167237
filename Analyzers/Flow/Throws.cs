using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Flow;

/// <summary>
/// Which operations may throw in a program that is sound but for the world around it: calls, awaits, element accesses, casts, checked and
/// integer division. Stores, arithmetic and reads of fields don't, nor does what only an aborted thread or an exhausted memory would stop.
/// </summary>
internal static class Throws
{
    // A body of this length is read to see whether it calls anything; a longer one does.
    private const int LongestTrivialBody = 400;

    // The same for one that may be all in a try.
    private const int LongestGuardedBody = 4_000;

    private static readonly ImmutableHashSet<string> s_safeTypes =
    [
        "System.Threading.Interlocked", "System.Threading.Volatile", "System.Math", "System.GC", "System.Diagnostics.Debug",
        "System.Diagnostics.Stopwatch", "System.Threading.SpinWait", "System.Runtime.CompilerServices.RuntimeHelpers",
        "System.Runtime.CompilerServices.Unsafe", "System.Object", "System.BitConverter", "System.HashCode",
    ];

    // A full name is dear to make, and asked of every call.
    private static readonly ImmutableHashSet<string> s_safeNames = [.. s_safeTypes.Select(static type => type.Substring(type.LastIndexOf('.') + 1))];

    private static readonly ImmutableHashSet<string> s_safeMembers =
    [
        "MemoryBarrier", "IsNullOrEmpty", "IsNullOrWhiteSpace", "ReferenceEquals", "GetValueOrDefault", "Dispose", "DisposeAsync", "ConfigureAwait", "Yield", "GetEnumerator",
    ];

    // Of types with other members that do throw.
    private static readonly ImmutableHashSet<string> s_safeCalls =
    [
        "System.Guid.NewGuid", "System.Runtime.InteropServices.GCHandle.Free", "System.Runtime.InteropServices.Marshal.GetLastWin32Error", "System.Runtime.InteropServices.Marshal.GetLastPInvokeError",
        "System.Collections.Concurrent.ConcurrentStack.TryPop", "System.Collections.Concurrent.ConcurrentStack.TryPeek", "System.Collections.Concurrent.ConcurrentStack.Push",
        "System.Collections.Concurrent.ConcurrentQueue.TryDequeue", "System.Collections.Concurrent.ConcurrentQueue.TryPeek", "System.Collections.Concurrent.ConcurrentQueue.Enqueue",
        "System.Collections.Concurrent.ConcurrentBag.TryTake", "System.Collections.Concurrent.ConcurrentBag.TryPeek", "System.Collections.Concurrent.ConcurrentBag.Add",
    ];

    private static readonly ImmutableHashSet<string> s_safeCallNames = [.. s_safeCalls.Select(static call => call.Substring(call.LastIndexOf('.') + 1))];

    private static readonly ImmutableHashSet<string> s_throwingProperties = ["Value", "Result"];

    /// <summary>Whether <paramref name="operation"/> itself may throw, its operands aside.</summary>
    public static bool MayThrow(IOperation operation) => operation switch
    {
        IInvocationOperation call => MayThrow(call),
        IObjectCreationOperation creation => MayThrow(creation),
        IPropertyReferenceOperation property => MayThrow(property),
        ISimpleAssignmentOperation assignment => MayThrowOnStore(assignment.Target),
        IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation => true,
        IAwaitOperation or IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IDynamicIndexerAccessOperation or IDynamicObjectCreationOperation or IFunctionPointerInvocationOperation => true,
        // A consumer that stops here runs the finally blocks and nothing else.
        IReturnOperation { Kind: OperationKind.YieldReturn } => true,
        IBinaryOperation binary => MayThrow(binary),
        ICompoundAssignmentOperation compound => compound.OperatorMethod is { ContainingType.SpecialType: not SpecialType.System_String } || compound.IsChecked || MayDivideByZero(compound.OperatorKind, compound.Type, compound.Value),
        IUnaryOperation unary => unary.OperatorMethod is not null,
        IConversionOperation conversion => MayThrow(conversion),
        _ => false,
    };

    /// <summary>Whether control never comes back from <paramref name="operation"/>, as the process ends there.</summary>
    public static bool EndsProcess(IOperation operation) =>
        operation is IInvocationOperation { TargetMethod: { Name: "Exit" or "FailFast", ContainingType: { Name: "Environment", ContainingNamespace.Name: "System" } } };

    /// <summary>Whether a call always throws, by its declaration.</summary>
    public static bool NeverReturns(IOperation operation) =>
        operation is IInvocationOperation call && call.TargetMethod.GetAttributes().Any(static attribute => attribute.AttributeClass is { Name: "DoesNotReturnAttribute" });

    /// <summary>Whether the members of <paramref name="type"/> neither throw nor keep what they are given.</summary>
    public static bool IsSafe(INamedTypeSymbol? type) =>
        type is { ContainingType: null, IsGenericType: false } && s_safeNames.Contains(type.Name) && s_safeTypes.Contains(type.ToDisplayString());

    private static bool MayThrow(IInvocationOperation call)
    {
        var method = call.TargetMethod;
        if (s_safeMembers.Contains(method.Name) || IsSafe(method.ContainingType) || IsSafe(method)) return false;

        // foreach over an array.
        if (call is { IsImplicit: true, Instance.Type.SpecialType: SpecialType.System_Collections_IEnumerator } or { IsImplicit: true, Instance: IConversionOperation { Operand.Type.TypeKind: TypeKind.Array } }) return false;

        // What goes wrong in a method that returns a task is told by the task: the await throws.
        if (method.ReturnType is INamedTypeSymbol { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace.Name: "Threading" } }) return false;

        return !IsTrivial(method);
    }

    private static bool IsSafe(IMethodSymbol method) =>
        (s_safeCallNames.Contains(method.Name) && s_safeCalls.Contains($"{method.ContainingType.ContainingNamespace}.{method.ContainingType.Name}.{method.Name}"))
        // What goes wrong in native code is told by its result.
        || (method.IsExtern && method.GetDllImportData() is not null)
        // A log that throws has nobody to tell; no code is written with that in mind.
        || method.ContainingType is { Name: "LoggerExtensions" or "ILogger", ContainingNamespace: { Name: "Logging", ContainingNamespace.Name: "Extensions" } }
        || method.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name is "LoggerMessageAttribute" or "LibraryImportAttribute");

    private static bool MayThrow(IObjectCreationOperation creation)
    {
        if (creation.Constructor is not { } constructor || constructor.IsImplicitlyDeclared) return false;
        for (ITypeSymbol? type = creation.Type; type is not null; type = type.BaseType)
            if (type is { Name: "Exception", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } }) return false;
        return constructor.DeclaringSyntaxReferences.IsEmpty ? !constructor.Parameters.IsEmpty : !IsTrivial(constructor);
    }

    private static bool MayThrow(IPropertyReferenceOperation property)
    {
        if (property.Arguments.Length > 0) return true;
        if (property.Property.DeclaringSyntaxReferences.IsEmpty) return s_throwingProperties.Contains(property.Property.Name) && property.Property.ContainingType.OriginalDefinition.SpecialType != SpecialType.System_Nullable_T;
        return property.Property.GetMethod is { IsAbstract: false } getter && !IsTrivial(getter);
    }

    private static bool MayThrowOnStore(IOperation target) => target switch
    {
        IArrayElementReferenceOperation or IImplicitIndexerReferenceOperation or IPropertyReferenceOperation { Arguments.IsEmpty: false } => true,
        IPropertyReferenceOperation { Property.SetMethod: { } setter } => !IsTrivial(setter),
        _ => false,
    };

    private static bool MayThrow(IBinaryOperation binary) =>
        binary.OperatorMethod is { ContainingType.SpecialType: SpecialType.None } method && !IsTimeComparison(method) || binary.IsChecked || MayDivideByZero(binary.OperatorKind, binary.Type, binary.RightOperand);

    // How much later one time is than another.
    private static bool IsTimeComparison(IMethodSymbol method) =>
        method.ReturnType is { SpecialType: SpecialType.System_Boolean } or { Name: "TimeSpan" }
        && method.Parameters.All(static parameter => parameter.Type is { Name: "DateTime" or "DateTimeOffset", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } });

    private static bool MayThrow(IConversionOperation conversion) =>
        conversion.OperatorMethod is not null || conversion.IsChecked || (conversion is { IsImplicit: false, IsTryCast: false } && conversion.GetConversion() is { IsImplicit: false, IsReference: true } or { IsUnboxing: true });

    private static bool MayDivideByZero(BinaryOperatorKind operatorKind, ITypeSymbol? type, IOperation divisor) =>
        operatorKind is BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder
        && type?.SpecialType is not (SpecialType.System_Single or SpecialType.System_Double)
        && divisor.ConstantValue is not { HasValue: true, Value: not 0 };

    /// <summary>Whether the member's own body, read as text, does nothing that may throw, or catches whatever is thrown in it. False where there is no body to read.</summary>
    private static bool IsTrivial(IMethodSymbol method)
    {
        if (method.IsAbstract || method.IsVirtual || method.IsOverride || method.IsExtern || method.DeclaringSyntaxReferences.Length != 1) return false;
        var declaration = method.DeclaringSyntaxReferences[0];
        if (declaration.Span.Length > LongestGuardedBody) return false;

        var syntax = declaration.GetSyntax();
        return syntax is MethodDeclarationSyntax { Body: { } body }
            ? body.Statements.All(static statement => statement is TryStatementSyntax attempt ? CatchesAll(attempt) : IsHarmless(statement))
            : IsHarmless(syntax);
    }

    private static bool CatchesAll(TryStatementSyntax attempt) =>
        attempt.Catches.Any(static handler => handler.Filter is null && handler.Declaration?.Type is null or IdentifierNameSyntax { Identifier.ValueText: "Exception" } or QualifiedNameSyntax { Right.Identifier.ValueText: "Exception" })
        && attempt.Catches.All(static handler => IsHarmless(handler.Block))
        && (attempt.Finally is null || IsHarmless(attempt.Finally.Block));

    private static bool IsHarmless(SyntaxNode code)
    {
        if (code.Span.Length > LongestTrivialBody) return false;
        foreach (var node in code.DescendantNodesAndSelf())
            if (node is InvocationExpressionSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax or ThrowStatementSyntax or ThrowExpressionSyntax
                or AwaitExpressionSyntax or YieldStatementSyntax or ConstructorInitializerSyntax or CheckedStatementSyntax or CommonForEachStatementSyntax
                || node.IsKind(SyntaxKind.DivideExpression) || node.IsKind(SyntaxKind.ModuloExpression)) return false;
        return true;
    }
}
