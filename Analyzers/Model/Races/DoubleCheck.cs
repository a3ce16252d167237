using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// A flag that is tested outside of a lock, again inside, and tells that other state is there: <c>if (!_ready) lock (_gate) if (!_ready) { _value = …; _ready = true; }</c>.
/// A reference that is tested and set in this way is safe, since what it refers to is written before it is (ECMA-335 augmented by .NET's memory
/// model, docs/design/specs/Memory-model.md in dotnet/runtime); a plain flag orders nothing.
/// </summary>
/// <param name="Outer">The test outside of the lock.</param>
/// <param name="Set">The change of the flag.</param>
/// <param name="Told">The change that it tells of.</param>
internal sealed record DoubleCheck(Access Outer, Access Set, Access Told)
{
    /// <summary>Of the facts: that the flag would do if it were volatile.</summary>
    public const string IsPlainFlag = nameof(IsPlainFlag);

    public Place Place => Set.Place;

    public bool IsSetLast => Told.Operation.Position() < Set.Operation.Position();

    public static IEnumerable<DoubleCheck> In(Body body)
    {
        foreach (var set in body.Steps.OfType<Access>())
        {
            if (set is not { Kind: AccessKind.Write, Place.Symbol: IFieldSymbol { Type.SpecialType: SpecialType.System_Boolean } flag, Value.ConstantValue.HasValue: true, Holds.IsEmpty: false }) continue;
            var tests = Tests(set).ToList();
            var outer = tests.LastOrDefault(test => test.Operation is IFieldReferenceOperation && test.Holds.IsEmpty);
            if (outer is null || !tests.Any(test => test.Holds.Any(hold => set.Holds.Contains(hold)))) continue;

            // What else is set there, for those who do not take the lock.
            var told = body.Steps.OfType<Access>().Where(other => other is { Kind: AccessKind.Write, Place.Symbol: IFieldSymbol or IPropertySymbol } and not CollectionUse && !other.Place.Equals(set.Place) && other.Holds.Any(hold => set.Holds.Contains(hold))).ToList();
            if (told.LastOrDefault() is not { } last || (flag.IsVolatile && told.All(other => other.Operation.Position() < set.Operation.Position()))) continue;
            yield return new DoubleCheck(outer, set, last);
        }
    }

    private static IEnumerable<Access> Tests(Access set)
    {
        for (var under = set.Under; under is not null; under = under.Outer)
            foreach (var test in under.Tests.OfType<Access>())
                if (test.Kind is AccessKind.Read && test.Place.Equals(set.Place)) yield return test;
    }
}
