using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Flow;

/// <summary>Which handlers an exception comes to, as far as its type is known.</summary>
internal static class Caught
{
    /// <param name="handler">A catch clause.</param>
    /// <param name="thrown">What a <c>throw</c> throws; null for the exception of a call, which may be any.</param>
    /// <param name="isFree">Whether what throws takes no lock by it.</param>
    public static bool MayCatch(ControlFlowRegion handler, IOperation? thrown, bool isFree)
    {
        if (handler.ExceptionType is not { } caught) return true;

        // Only the acquire of a mutex finds it abandoned, and the mutex is held then.
        if (caught is { Name: "AbandonedMutexException", ContainingNamespace: { Name: "Threading", ContainingNamespace.Name: "System" } } && isFree) return false;
        if (thrown?.Type is not { } type) return true;
        return Is(type, caught) || (thrown is not IObjectCreationOperation && Is(caught, type));
    }

    /// <summary>Whether nothing of what is thrown gets past <paramref name="handler"/>; the parameters are those of <see cref="MayCatch"/>.</summary>
    public static bool Catches(ControlFlowRegion handler, IOperation? thrown) =>
        handler.Kind == ControlFlowRegionKind.Catch
        && (handler.ExceptionType is null or { SpecialType: SpecialType.System_Object } or { Name: "Exception", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } }
            || (thrown?.Type is { } type && Is(type, handler.ExceptionType)));

    private static bool Is(ITypeSymbol type, ITypeSymbol other)
    {
        for (ITypeSymbol? at = type; at is not null; at = at.BaseType)
            if (SymbolEqualityComparer.Default.Equals(at, other)) return true;
        return false;
    }
}
