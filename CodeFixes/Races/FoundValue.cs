using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>The value that a test finds is kept, instead of looked up again: <c>TryGetValue</c> in place of <c>ContainsKey</c>.</summary>
internal static class FoundValue
{
    public static TextFix? Of(CollectionSteps steps)
    {
        if (!steps.IsCheckedBy("ContainsKey") || steps.Acts.Count == 0 || steps.Check is not IInvocationOperation { Instance: { } collection, Arguments: { Length: 1 } arguments }) return null;
        if (!steps.Acts.All(act => act is IPropertyReferenceOperation { Property.IsIndexer: true } && steps.Found(act) is true)) return null;
        // No name of the member's is taken.
        var member = steps.Check.Syntax.Ancestors().FirstOrDefault(static node => node is MemberDeclarationSyntax) ?? steps.Check.Syntax.SyntaxTree.GetRoot();
        var taken = member.DescendantTokens().Select(static token => token.ValueText).ToImmutableHashSet();
        if (new[] { "value", "found", "foundValue" }.FirstOrDefault(name => !taken.Contains(name)) is not { } name) return null;

        return new TextFix("Use TryGetValue", "FindAtomically",
        [
            new TextChange(steps.Check.Syntax.Span, $"{collection.Syntax}.TryGetValue({arguments[0].Syntax}, out var {name})"),
            .. steps.Acts.Select(act => new TextChange(act.Syntax.Span, name)),
        ]);
    }
}
