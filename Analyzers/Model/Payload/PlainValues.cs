using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Tells the values that mean the same in every process and travel as their bytes: numbers, enums, dates, Guids, and structs of them. Not what
/// holds references, pointers or handles, nor what the user converts to JSON in a way of his own.
/// </summary>
internal static class PlainValues
{
    public static bool IsPlain(this ITypeSymbol type)
    {
        switch (type)
        {
            case { TypeKind: TypeKind.Enum } or { SpecialType: SpecialType.System_Boolean or SpecialType.System_Char or >= SpecialType.System_SByte and <= SpecialType.System_Double }:
                return true;
            case not INamedTypeSymbol { IsValueType: true, IsRefLikeType: false } or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr }:
            case var _ when type.IsConverted() || Portability.RemedyFor(type) is not null:
                return false;
            case INamedTypeSymbol { DeclaringSyntaxReferences.IsEmpty: true, IsTupleType: false } named:
                // What a library's struct is made of is its own matter, but for what it is told to hold.
                return named.IsUnmanagedType && named.TypeArguments.All(IsPlain);
            default:
                // The compiler knows of fields that are no members: those of events and of kept parameters.
                return type.IsUnmanagedType && type.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic).All(static field => field.IsFixedSizeBuffer || field.Type.IsPlain());
        }
    }
}
