using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>
/// What is set where nothing was found becomes what is added if there is still nothing: <c>d[k] = v</c> becomes <c>v = d.GetOrAdd(k, v)</c>, so that
/// all threads go on with one value, or <c>d.TryAdd(k, v)</c> where nobody goes on with it. The check before it stays, and saves making values.
/// </summary>
internal static class AtomicAdd
{
    public static TextFix? Of(CollectionSteps steps)
    {
        if (steps is not { Acts: { Count: 1 } acts } || steps.Found(acts[0]) is not false) return null;
        var (value, isTryAdd) = acts[0] switch
        {
            ISimpleAssignmentOperation { Target: IPropertyReferenceOperation, Value: var assigned } => (assigned.Unconverted()!, false),
            IInvocationOperation { TargetMethod.Name: "TryAdd", Arguments: { Length: 2 } arguments } => (arguments[1].Value.Unconverted()!, true),
            _ => (null, false),
        };
        if (value is null || CollectionSteps.Collection(acts[0]) is not { } collection || CollectionSteps.Key(acts[0]) is not { } key) return null;

        // `return d[k] = v;`, `found = d[k] = v;`
        var added = value is ISimpleAssignmentOperation inner ? inner.Value : value;
        var isUsed = acts[0].Consumer() is not IExpressionStatementOperation;
        var getOrAdd = $"{collection}.GetOrAdd({key}, {added.Syntax})";
        var text = value switch
        {
            // `d[k] = v = Make();`
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } => $"{target.Syntax} = {getOrAdd}",
            _ when isUsed && !isTryAdd => getOrAdd,
            ILocalReferenceOperation { Local: var local } reference when IsUsedAfter(local, acts[0]) => $"{reference.Syntax} = {getOrAdd}",
            _ => null,
        };
        if (text is null && !isUsed && !isTryAdd && value is not ISimpleAssignmentOperation) text = $"{collection}.TryAdd({key}, {value.Syntax})";
        return text is null || acts[0].Syntax.DescendantTrivia().Any(static trivia => trivia.ToString().StartsWith("/", System.StringComparison.Ordinal)) ? null
            : new TextFix(text.Contains(".GetOrAdd(") ? "Use GetOrAdd" : "Use TryAdd", "AddAtomically", [new TextChange(acts[0].Syntax.Span, text)]);
    }

    private static bool IsUsedAfter(ILocalSymbol local, IOperation act) => WorkValue.Root(act).Descendants().Any(operation =>
        operation is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local) && reference.Position() > act.Syntax.Span.End);
}
