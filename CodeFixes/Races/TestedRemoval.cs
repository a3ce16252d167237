using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>Only the value that was tested is removed: <c>d.TryRemove(k, out _)</c> becomes <c>d.TryRemove(KeyValuePair.Create(k, v))</c>.</summary>
internal static class TestedRemoval
{
    public static TextFix? Of(CollectionSteps steps)
    {
        if (!steps.IsCheckedBy("TryGetValue") || steps is not { Acts: { Count: 1 } acts } || acts[0] is not IInvocationOperation { TargetMethod.Name: "TryRemove", Syntax: InvocationExpressionSyntax removal, Arguments: { Length: 2 } arguments }) return null;
        if (arguments[1].Value is not IDiscardOperation || ((IInvocationOperation)steps.Check).Arguments is not { Length: 2 } looked) return null;
        var found = looked[1].Syntax switch
        {
            ArgumentSyntax { Expression: DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax designation } } => designation.Identifier.ValueText,
            ArgumentSyntax { Expression: IdentifierNameSyntax name } => name.Identifier.ValueText,
            _ => null,
        };
        if (found is null || steps.Model.Compilation.GetTypeByMetadataName("System.Collections.Generic.KeyValuePair") is not { } pair) return null;
        return new TextFix("Remove only the value that was tested", "RemoveAtomically",
            [new TextChange(removal.ArgumentList.Span, $"({pair.ToMinimalDisplayString(steps.Model, removal.SpanStart)}.Create({arguments[0].Syntax}, {found}))")]);
    }
}
