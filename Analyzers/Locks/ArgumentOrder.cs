using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>
/// The bank transfer: the same lock of two objects, taken in the order in which the caller passes the objects. Whoever calls with the
/// arguments swapped takes them in the other order.
/// </summary>
internal static class ArgumentOrder
{
    private static readonly string[] s_ranked = ["parent", "child", "owner", "root", "inner", "outer", "nested"];
    private static readonly string[] s_relations = ["parent", "child"];
    private static readonly string[] s_orderings = ["Compare", "CompareTo", "CompareOrdinal", "Min", "Max", "OrderBy", "Order", "Sort", "ThenBy"];

    /// <summary>Whether <paramref name="order"/>, of two locks of one class, follows the arguments.</summary>
    public static bool Decides(LockOrder order, SemanticModel model, CancellationToken cancellationToken)
    {
        if (order.From != order.To || order.Taking.Taken.Lock is not { } taken || !order.WaitsFor(order)) return false;

        // Under a lock of another class only one call at a time comes here.
        if (order.Taking.Held.Any(held => LockClass.Of(held.Lock, order.Taking.Function?.ContainingType) != order.From)) return false;

        var member = order.Taking.At.Syntax.FirstAncestorOrSelf<MemberDeclarationSyntax>() ?? order.Taking.At.Syntax.SyntaxTree.GetRoot(cancellationToken);
        var first = Choosers(order.Held.Lock, member);
        var second = Choosers(taken, member);
        if (first.Except(second).IsEmpty || second.Except(first).IsEmpty) return false;

        // What an object looks up by a key is its part, and locked after it.
        if ((IsThis(order.Held.Lock) && IsLookedUp(taken, member)) || (IsThis(taken) && IsLookedUp(order.Held.Lock, member))) return false;
        if (member is MethodDeclarationSyntax { Identifier.ValueText: var method } && s_relations.Any(rank => method.IndexOf(rank, StringComparison.OrdinalIgnoreCase) >= 0)) return false;

        // A name that tells a rank tells an order, too.
        if (first.Union(second).Any(static name => s_ranked.Any(rank => name.IndexOf(rank, StringComparison.OrdinalIgnoreCase) >= 0))) return false;
        return !IsOrdered(member, first, second) && !first.Union(second).Any(name => IsAssigned(member, name));
    }

    /// <summary>The parameters (and <c>this</c>) that choose which object's lock <paramref name="path"/> is; empty where something else does.</summary>
    private static ImmutableHashSet<string> Choosers(AccessPath path, SyntaxNode member)
    {
        for (var part = path; part is not null; part = part.Owner)
        {
            // A step to another object of the structure: its own order is not known here.
            if (part.IsElement) return part.Indices.Select(index => OfRoot(index.Root, member)).Aggregate(ImmutableHashSet<string>.Empty, static (all, some) => all.Union(some));
        }

        // `this.Next._gate` is further down than `this._gate`.
        if (path.Owner is { } owner && owner.Owner is not null) return [];
        return OfRoot(path.Root, member);
    }

    private static ImmutableHashSet<string> OfRoot(AccessPath root, SyntaxNode member) => root switch
    {
        { IsThis: true } => ["this"],
        { Symbol: IParameterSymbol parameter } => [parameter.Name],
        { Symbol: ILocalSymbol local } => OfLocal(local.Name, member, 0),
        _ => [],
    };

    /// <summary>The parameters that a local is looked up by: <c>var from = _accounts[fromId];</c></summary>
    private static ImmutableHashSet<string> OfLocal(string name, SyntaxNode member, int depth)
    {
        if (depth > 3 || ValueOf(name, member) is not { } value || IsAssigned(member, name)) return [];

        var parameters = Parameters(member);
        var found = ImmutableHashSet<string>.Empty;
        foreach (var mentioned in value.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(static id => id.Identifier.ValueText).Distinct())
            found = parameters.Contains(mentioned) ? found.Add(mentioned) : mentioned == name ? found : found.Union(OfLocal(mentioned, member, depth + 1));
        return found;
    }

    private static bool IsThis(AccessPath path) => path.Root.IsThis;

    private static bool IsLookedUp(AccessPath path, SyntaxNode member) => path.Root.Symbol is ILocalSymbol local && ValueOf(local.Name, member) is not (null or IdentifierNameSyntax);

    /// <summary>What a local is declared to be: the value itself, or the call that gives it out, or what a pattern looks at.</summary>
    private static ExpressionSyntax? ValueOf(string name, SyntaxNode member)
    {
        var values = Declared(member).Where(declared => declared.Name == name).Select(static declared => declared.Value).ToList();
        return values.Count == 1 && Unconverted(values[0]) is (ElementAccessExpressionSyntax or InvocationExpressionSyntax or IdentifierNameSyntax) and var value ? value : null;
    }

    private static IEnumerable<(string Name, ExpressionSyntax? Value)> Declared(SyntaxNode member) => member.DescendantNodes().SelectMany(static node => node switch
    {
        VariableDeclaratorSyntax declarator => [(declarator.Identifier.ValueText, declarator.Initializer?.Value)],
        SingleVariableDesignationSyntax designation => [(designation.Identifier.ValueText, Designated(designation))],
        _ => Enumerable.Empty<(string, ExpressionSyntax?)>(),
    });

    /// <summary><c>TryGetValue(id, out var x)</c>, <c>Find(id) is { } x</c>, <c>other is not C x</c>; a part of a pattern is a step further.</summary>
    private static ExpressionSyntax? Designated(SingleVariableDesignationSyntax designation) => designation.Parent switch
    {
        DeclarationExpressionSyntax { Parent: ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call } } => call,
        PatternSyntax { Parent: IsPatternExpressionSyntax matched } => matched.Expression,
        PatternSyntax { Parent: UnaryPatternSyntax { Parent: IsPatternExpressionSyntax matched } } => matched.Expression,
        _ => null,
    };

    private static ExpressionSyntax? Unconverted(ExpressionSyntax? value) => value switch
    {
        CastExpressionSyntax cast => Unconverted(cast.Expression),
        ParenthesizedExpressionSyntax parenthesized => Unconverted(parenthesized.Expression),
        PostfixUnaryExpressionSyntax postfix => Unconverted(postfix.Operand),
        AwaitExpressionSyntax awaited => Unconverted(awaited.Expression),
        _ => value,
    };

    private static HashSet<string> Parameters(SyntaxNode member) => [.. member.DescendantNodes().OfType<ParameterSyntax>().Select(static parameter => parameter.Identifier.ValueText)];

    /// <summary>Whether the code compares something of one object with something of the other.</summary>
    private static bool IsOrdered(SyntaxNode member, ImmutableHashSet<string> first, ImmutableHashSet<string> second)
    {
        var (ofFirst, ofSecond) = (WithDerived(member, first), WithDerived(member, second));
        return member.DescendantNodes().Any(node => IsComparison(node) && Mentions(node, ofFirst) && Mentions(node, ofSecond));
    }

    private static bool IsComparison(SyntaxNode node) => node switch
    {
        BinaryExpressionSyntax binary => binary.Kind() is SyntaxKind.LessThanExpression or SyntaxKind.GreaterThanExpression or SyntaxKind.LessThanOrEqualExpression or SyntaxKind.GreaterThanOrEqualExpression,
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } } => s_orderings.Contains(name),
        InvocationExpressionSyntax { Expression: SimpleNameSyntax { Identifier.ValueText: var name } } => s_orderings.Any(ordering => name.IndexOf(ordering, StringComparison.Ordinal) >= 0),
        _ => false,
    };

    /// <summary>The names, and those of the locals that are made from them.</summary>
    private static HashSet<string> WithDerived(SyntaxNode member, ImmutableHashSet<string> names)
    {
        var all = new HashSet<string>(names);
        foreach (var (name, value) in Declared(member))
            if (value is not null && Mentions(value, all)) all.Add(name);
        return all;
    }

    private static bool Mentions(SyntaxNode node, HashSet<string> names) => node.DescendantNodesAndSelf().Any(inner => inner switch
    {
        ThisExpressionSyntax => names.Contains("this"),
        // A bare name of no variable is a member of `this`.
        IdentifierNameSyntax name => names.Contains(name.Identifier.ValueText) || (names.Contains("this") && !(name.Parent is MemberAccessExpressionSyntax access && access.Name == name) && !IsVariable(name)),
        _ => false,
    });

    private static bool IsVariable(IdentifierNameSyntax name) =>
        name.FirstAncestorOrSelf<MemberDeclarationSyntax>() is { } member
        && member.DescendantNodes().Any(node => node switch
        {
            VariableDeclaratorSyntax declarator => declarator.Identifier.ValueText == name.Identifier.ValueText,
            SingleVariableDesignationSyntax designation => designation.Identifier.ValueText == name.Identifier.ValueText,
            ParameterSyntax parameter => parameter.Identifier.ValueText == name.Identifier.ValueText,
            _ => false,
        });

    private static bool IsAssigned(SyntaxNode member, string name) => member.DescendantNodes().Any(node => node switch
    {
        AssignmentExpressionSyntax { Left: IdentifierNameSyntax left } => left.Identifier.ValueText == name,
        AssignmentExpressionSyntax { Left: TupleExpressionSyntax tuple } => tuple.Arguments.Any(argument => argument.Expression is IdentifierNameSyntax part && part.Identifier.ValueText == name),
        ArgumentSyntax { RefKindKeyword.RawKind: not 0, Expression: IdentifierNameSyntax passed } => passed.Identifier.ValueText == name,
        _ => false,
    });
}
