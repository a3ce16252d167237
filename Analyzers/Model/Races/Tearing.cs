using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells values of more than one word, which are copied in several steps, so that a reader can see half of a change.</summary>
internal static class Tearing
{
    /// <summary>Whether the variable, field or property holds such a value, and may change.</summary>
    public static bool CanTear(ISymbol state) => TypeOf(state) is { } type && IsLarge(type);

    /// <summary>The type of a variable, field or property that may change; null for what is read-only or volatile.</summary>
    public static ITypeSymbol? TypeOf(ISymbol? state) => state switch
    {
        IFieldSymbol { IsReadOnly: false, IsConst: false, IsVolatile: false } field => field.Type,
        IPropertySymbol { SetMethod.IsInitOnly: false } property => property.Type,
        ILocalSymbol { IsConst: false, RefKind: RefKind.None } local => local.Type,
        IParameterSymbol { RefKind: RefKind.None } parameter => parameter.Type,
        _ => null,
    };

    /// <summary>Whether the access copies more than a word of the value: not if it wants one of its fields, or works on the value in its place.</summary>
    public static bool IsWhole(Access access) => access.Writes || access.Operation.Consumer() switch
    {
        IFieldReferenceOperation or IPropertyReferenceOperation { Property.Name: "HasValue" } => false,
        // `x is null`, `x != null`
        IIsPatternOperation { Pattern: IConstantPatternOperation or INegatedPatternOperation { Pattern: IConstantPatternOperation } } => false,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals, RightOperand: { } right } when IsNull(right) => false,
        IMemberReferenceOperation => IsOneValue(access.Operation.Type),
        IInvocationOperation call => call.Instance != access.Operation || IsOneValue(access.Operation.Type),
        _ => true,
    };

    private static bool IsOneValue(ITypeSymbol? type) => type is { IsReadOnly: true } || (type is not null && TornSyntax.Framework.Contains(type.Name));

    private static bool IsNull(IOperation value) => value.Unconverted() is { ConstantValue: { HasValue: true, Value: null } };

    // Of what the compiler can't find, nothing is known.
    private static bool IsLarge(ITypeSymbol type) => type is INamedTypeSymbol { IsValueType: true, TypeKind: TypeKind.Struct, TypeArguments: var arguments } && !arguments.Any(static argument => argument.TypeKind is TypeKind.Error) && (TornSyntax.Framework.Contains(type.Name) || Words(type, depth: 4) > 1);

    /// <summary>How many fields the structure is made of. Reference assemblies say <c>_dummy</c> for those that they hide.</summary>
    private static int Words(ITypeSymbol type, int depth) => depth == 0 || type.SpecialType is not (SpecialType.None or SpecialType.System_Nullable_T) || type is not { IsValueType: true, TypeKind: TypeKind.Struct } ? 1
        : type.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic && !field.Name.StartsWith("_dummy", System.StringComparison.Ordinal)).Sum(field => Words(field.Type, depth - 1));
}
