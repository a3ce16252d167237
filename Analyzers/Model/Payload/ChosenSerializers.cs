using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Where a serializer of the user's own may stand in place of System.Text.Json. It carries what it likes, but for what goes as its bytes.</summary>
internal static class ChosenSerializers
{
    private static readonly ConditionalWeakTable<Compilation, StrongBox<bool>> s_areChosen = new();

    /// <summary>Whether a serializer may carry values of <paramref name="type"/> at <paramref name="call"/>, which starts work.</summary>
    public static bool MayCarry(IInvocationOperation call, ITypeSymbol type, Compilation compilation)
    {
        if (type.IsUnmanagedType || type.OriginalDefinition.SpecialType is SpecialType.System_Collections_IEnumerable or SpecialType.System_Collections_Generic_IEnumerable_T) return false;
        if (!s_areChosen.GetValue(compilation, static c => new(AreChosen(c))).Value) return false;

        var options = call.Instance is { } executor ? Options(WorkValue.Of(executor)) : Argument(call.Arguments);
        return options is null || !IsWithout(options);
    }

    private static bool AreChosen(Compilation compilation) => compilation.SyntaxTrees.Any(static tree => tree.GetRoot().DescendantNodes().Any(static node =>
        node is AssignmentExpressionSyntax { Left: IdentifierNameSyntax { Identifier.ValueText: "Serializer" } or MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Serializer" } }));

    // Null where the code does not show what the executor was made with.
    private static IOperation? Options(IOperation executor) =>
        executor is IObjectCreationOperation creation ? Argument(creation.Arguments) : null;

    private static IOperation? Argument(System.Collections.Immutable.ImmutableArray<IArgumentOperation> arguments) =>
        arguments.FirstOrDefault(static argument => argument.Parameter?.Name is "options" or "maxWorkers")?.Value;

    private static bool IsWithout(IOperation options)
    {
        var made = WorkValue.Of(options);
        if (made is not IObjectCreationOperation) return made is ILiteralOperation or IDefaultValueOperation || made.Type?.SpecialType == SpecialType.System_Int32;

        // Options in a local may be given the serializer later.
        return !(WorkValue.Unconverted(options) is ILocalReferenceOperation ? WorkValue.Root(options) : made).Descendants()
            .Any(static operation => operation is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.Name: "Serializer" } });
    }
}
