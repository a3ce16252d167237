using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Two uses of one concurrent collection, the second decided by or made of what the first found. Each is one step to other threads; both are not.</summary>
/// <param name="Check">The first.</param>
/// <param name="Act">The second; the same where one expression does both: <c>d[k] += n</c>.</param>
internal sealed record TwoSteps(CollectionUse Check, CollectionUse Act)
{
    /// <summary>Whether the second step goes wrong if another thread comes in between.</summary>
    public static bool Matters(CollectionUse check, CollectionUse act) => act.Act switch
    {
        // `d[k] += n`
        CollectionAct.Update => check == act || IsSameKey(check, act),
        CollectionAct.Set => act.Type.HasKeys && IsSameKey(check, act) && !IsIdempotent(check, act),
        CollectionAct.Add when act.Type.HasKeys => IsSameKey(check, act) && (Name(act) == "Add" || (!IsResultUsed(act) && IsKeptElsewhere(act))),
        CollectionAct.Add => !IsResultUsed(act) && (check.Act is CollectionAct.Count ? check.Key is null : Name(check) == "Contains" && SameValue.Of(check.Key, act.Key)),
        CollectionAct.Take when act.Type.HasKeys => !IsResultUsed(act) && IsSameKey(check, act) && (IsValueTested(check) || IsTakenUsed(act)),
        CollectionAct.Take => !IsResultUsed(act) && (Name(check) == "TryPeek" || (check.Act is CollectionAct.Count && (IsTakenUsed(act) || Name(act) == "Take"))),
        // `if (d.ContainsKey(k)) Use(d[k]);` throws if it is removed.
        CollectionAct.Look => Name(check) == "ContainsKey" && act.Operation is IPropertyReferenceOperation && IsSameKey(check, act) && check != act,
        _ => false,
    };

    /// <summary>Whether that use by another thread makes it go wrong.</summary>
    public bool IsUpsetBy(CollectionUse other) => Act.Act switch
    {
        CollectionAct.Take when Act.Type.HasKeys && !IsTakenUsed(Act) => other.Act is CollectionAct.Set or CollectionAct.Update || Name(other) is "AddOrUpdate" or "TryUpdate",
        CollectionAct.Take => other.Act is CollectionAct.Take or CollectionAct.Change,
        CollectionAct.Look => other.Act is CollectionAct.Take or CollectionAct.Change,
        CollectionAct.Add => other.Act is CollectionAct.Add or CollectionAct.Set or CollectionAct.Decide,
        _ => other.Writes,
    };

    /// <summary>Whether the act puts in what any thread would compute alike: a memo of values, whose identity nobody sees.</summary>
    public bool IsMemo => Act is { Act: CollectionAct.Set, Value: { } value } && Decision.Of(Check.Operation, Act.Operation) is false
        && value.Type is { IsValueType: true } or { SpecialType: SpecialType.System_String } or { Name: "Type", ContainingNamespace.Name: "System" }
        && !Act.Sources.Any(source => source is CollectionUse use && use != Check && use.Place.Equals(Act.Place)) && !WorkValue.Root(value).Descendants().Any(part => IsWrittenInto(part, value) && part.Descendants().Any(IsUnique));

    /// <summary>Whether it gives the variable that is put in its value, or is itself what is put in.</summary>
    private static bool IsWrittenInto(IOperation part, IOperation value) => part == value || value.Unconverted() is ILocalReferenceOperation { Local: var local } && part switch
    {
        ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } => SymbolEqualityComparer.Default.Equals(target.Local, local),
        IVariableDeclaratorOperation declarator => SymbolEqualityComparer.Default.Equals(declarator.Symbol, local),
        _ => false,
    };

    /// <summary>What gives another value each time: <c>_next++</c>, <c>Guid.NewGuid()</c>.</summary>
    private static bool IsUnique(IOperation part) => part is IIncrementOrDecrementOperation or ICompoundAssignmentOperation
        or IInvocationOperation { TargetMethod: { ContainingType.Name: "Interlocked" or "Guid" or "Random" } or { Name: "Next" or "NextId" } } or IPropertyReferenceOperation { Property.Name: "Count" };

    /// <summary>The remedy, as the message names it.</summary>
    public string Remedy => Act.Act switch
    {
        CollectionAct.Update => "use AddOrUpdate",
        CollectionAct.Set when Act.Sources.Any(source => source is CollectionUse { Act: CollectionAct.Look } look && look.Place.Equals(Act.Place)) => "use AddOrUpdate or TryUpdate",
        CollectionAct.Set when Name(Check) == "ContainsKey" => "use TryAdd or TryUpdate",
        CollectionAct.Set or CollectionAct.Add when Act.Type.HasKeys => "use GetOrAdd",
        CollectionAct.Look => "use TryGetValue",
        CollectionAct.Take when Name(Check) == "TryPeek" || !IsTakenUsed(Act) && Act.Type.HasKeys => "lock both, or test what was taken out",
        CollectionAct.Take => Name(Act) == "Take" ? "use TryTake" : $"test the result of {Name(Act)}",
        _ => "lock both",
    };

    public static string Name(CollectionUse use) => use.Operation switch
    {
        IInvocationOperation call => call.TargetMethod.Name,
        IPropertyReferenceOperation reference => reference.Property.Name,
        _ => "",
    };

    private static bool IsSameKey(CollectionUse check, CollectionUse act) => check.Act is CollectionAct.Look && SameValue.Of(check.Key, act.Key);

    /// <summary><c>if (!_seen.ContainsKey(k)) _seen[k] = true;</c>: set twice, it comes to the same.</summary>
    private static bool IsIdempotent(CollectionUse check, CollectionUse act) =>
        act.Value.Unconverted() is { ConstantValue.HasValue: true } && Name(check) == "ContainsKey" && IsAlone(act);

    private static bool IsAlone(CollectionUse act) =>
        act.Operation.Parent is IExpressionStatementOperation { Parent: IConditionalOperation { WhenFalse: null } or IBlockOperation { Operations.Length: 1, Parent: IConditionalOperation { WhenFalse: null } } };

    private static bool IsResultUsed(CollectionUse use) => use.Operation.Type?.SpecialType is not SpecialType.System_Void
        && use.Operation.Consumer() is not (IExpressionStatementOperation or ISimpleAssignmentOperation { Target: IDiscardOperation } or null)
        && !(use.Operation is IInvocationOperation { TargetMethod.Name: "Take" });

    /// <summary>Whether what was taken out goes into a variable.</summary>
    private static bool IsTakenUsed(CollectionUse take) => take.Operation is IInvocationOperation call && call.Arguments.Any(static argument => argument is { Parameter.RefKind: RefKind.Out, Value: not IDiscardOperation });

    /// <summary>Whether the value that was to be added goes on to be used, though another may be there: <c>if (!d.TryGetValue(k, out v)) { v = new(); d.TryAdd(k, v); } return v;</c></summary>
    private static bool IsKeptElsewhere(CollectionUse add)
    {
        if (add.Value.Unconverted() is not ILocalReferenceOperation { Local: var value } || !value.Type.IsReferenceType) return false;
        return WorkValue.Root(add.Operation).Descendants().Any(use => use is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, value)
            && use.Position() > add.Operation.Syntax.Span.End && !(use.Parent is ISimpleAssignmentOperation assignment && assignment.Target == use));
    }

    /// <summary>Whether what was found is itself looked at: <c>if (d.TryGetValue(k, out var v) &amp;&amp; v.IsOld)</c>.</summary>
    private static bool IsValueTested(CollectionUse check)
    {
        if (check.Operation is IPropertyReferenceOperation) return true;
        if (check.Operation is not IInvocationOperation call || call.Arguments.FirstOrDefault(static argument => argument.Parameter?.RefKind is RefKind.Out)?.Value is not { } found) return false;
        if ((found is IDeclarationExpressionOperation declaration ? declaration.Expression : found) is not ILocalReferenceOperation { Local: var local }) return false;
        return WorkValue.Root(call).Descendants().Any(operation => operation is IConditionalOperation conditional && conditional.Condition.Descendants().Any(use =>
            use is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, local) && use.Position() > call.Syntax.Span.End));
    }
}
