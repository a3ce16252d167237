using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A use, by a delegate, of state that belongs to the code around it.</summary>
/// <param name="Variable">The local or parameter that is captured; null where it is `this`.</param>
/// <param name="Through">The member that `this` is used for, or null where the object itself is.</param>
/// <param name="Use">Where.</param>
internal readonly record struct WorkCapture(ISymbol? Variable, ISymbol? Through, IOperation Use);

/// <summary>The state that a delegate captures: what a closure would hold, and a worker process could not see.</summary>
internal static class WorkCaptures
{
    /// <summary>The captures of a lambda or method group, in the order of their uses; empty where it runs without its surroundings.</summary>
    public static ImmutableArray<WorkCapture> Of(IOperation work) => work switch
    {
        // The compiler sees to it that a static one captures nothing.
        IAnonymousFunctionOperation { Symbol.IsStatic: true } => [],
        IAnonymousFunctionOperation lambda => [.. Within(lambda, lambda, new HashSet<ISymbol>(SymbolEqualityComparer.Default))],
        IMethodReferenceOperation { Method.MethodKind: MethodKind.LocalFunction } reference => [.. LocalFunction(reference, reference.Method, new HashSet<ISymbol>(SymbolEqualityComparer.Default))],
        IMethodReferenceOperation { Instance: { } receiver } reference => [Receiver(receiver, reference.Method)],
        _ => [],
    };

    /// <summary>The captures in words: `'rate' and 'this' (through '_factor')`.</summary>
    public static string Describe(ImmutableArray<WorkCapture> captures)
    {
        var variables = captures.Where(static c => c.Variable is not null).GroupBy(static c => c.Variable!.Name)
            .Select(static uses => $"'{uses.Key}'{Through(uses)}");
        var self = captures.Where(static c => c.Variable is null).ToImmutableArray();
        var names = self.IsEmpty ? [.. variables] : variables.Append($"'this'{Through(self)}").ToImmutableArray();
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names.Take(names.Length - 1))} and {names.Last()}";
    }

    private static string Through(IEnumerable<WorkCapture> uses)
    {
        var members = uses.Select(static c => c.Through?.Name).OfType<string>().Distinct().Select(static name => $"'{name}'").ToImmutableArray();
        return members.IsEmpty ? "" : $" (through {string.Join(", ", members)})";
    }

    private static IEnumerable<WorkCapture> Within(IOperation operation, IOperation closure, HashSet<ISymbol> seen)
    {
        // `nameof(x)` is a constant, and so is a use of a const.
        if (operation is INameOfOperation or ITypeOfOperation or ISizeOfOperation || operation.ConstantValue.HasValue) return [];

        var captures = operation switch
        {
            ILocalReferenceOperation local when IsOutside(local.Local, closure) => [new WorkCapture(local.Local, null, local)],
            // A parameter of a primary constructor lives on as a field.
            IParameterReferenceOperation { Parameter: { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } } parameter when IsOutside(parameter.Parameter, closure)
                => [IsPrimary(parameter, closure) ? new WorkCapture(null, parameter.Parameter, parameter) : new WorkCapture(parameter.Parameter, null, parameter)],
            IParameterReferenceOperation parameter when IsOutside(parameter.Parameter, closure) => [new WorkCapture(parameter.Parameter, null, parameter)],
            // Of several variables of a query, each is a property of what holds them together.
            IPropertyReferenceOperation { SemanticModel: { } model } part when model.GetSymbolInfo(part.Syntax).Symbol is IRangeVariableSymbol variable && IsOutside(variable, closure) => [new WorkCapture(variable, null, part)],
            IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } self => [new WorkCapture(null, MemberOf(self), self)],
            IInvocationOperation { TargetMethod: { MethodKind: MethodKind.LocalFunction } function } when IsOutside(function, closure) => LocalFunction(operation, function, seen),
            IMethodReferenceOperation { Method: { MethodKind: MethodKind.LocalFunction } function } when IsOutside(function, closure) => LocalFunction(operation, function, seen),
            _ => Enumerable.Empty<WorkCapture>(),
        };

        return captures.Concat(operation.ChildOperations.SelectMany(child => Within(child, closure, seen)));
    }

    // A local function carries its own captures into whatever calls it.
    private static IEnumerable<WorkCapture> LocalFunction(IOperation use, IMethodSymbol function, HashSet<ISymbol> seen)
    {
        function = function.OriginalDefinition;
        if (function.IsStatic || !seen.Add(function)) return [];
        var declaration = WorkValue.Root(use).Descendants().OfType<ILocalFunctionOperation>().FirstOrDefault(f => SymbolEqualityComparer.Default.Equals(f.Symbol, function));
        return declaration is null ? [] : Within(declaration, declaration, seen);
    }

    private static WorkCapture Receiver(IOperation receiver, IMethodSymbol method) => WorkValue.Unconverted(receiver) switch
    {
        IInstanceReferenceOperation self => new(null, method, self),
        ILocalReferenceOperation local => new(local.Local, method, local),
        IParameterReferenceOperation parameter => new(parameter.Parameter, method, parameter),
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation } field => new(null, field.Field, field),
        IPropertyReferenceOperation { Instance: IInstanceReferenceOperation } property => new(null, property.Property, property),
        var other => new(method, method, other),
    };

    private static ISymbol? MemberOf(IOperation self) => self.Parent switch
    {
        IMemberReferenceOperation member when member.Instance == self => member.Member,
        IInvocationOperation call when call.Instance == self => call.TargetMethod,
        _ => null,
    };

    private static bool IsPrimary(IParameterReferenceOperation use, IOperation closure) =>
        closure.SemanticModel?.GetEnclosingSymbol(closure.Syntax.SpanStart) is var enclosing && !SymbolEqualityComparer.Default.Equals(Member(enclosing), use.Parameter.ContainingSymbol);

    private static ISymbol? Member(ISymbol? symbol)
    {
        while (symbol is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction }) symbol = symbol.ContainingSymbol;
        return symbol;
    }

    // Declared outside the closure's own text. By location: the variable of a query and the `value` of a setter have no declaration to refer to.
    private static bool IsOutside(ISymbol symbol, IOperation closure) =>
        symbol is not IMethodSymbol { IsStatic: true }
        // What holds the variables of a query together, made by the compiler. The `value` of a setter is implicit too, but has a name to write.
        && !symbol.Name.StartsWith("<", System.StringComparison.Ordinal)
        && !symbol.Locations.Any(location => location.SourceTree == closure.Syntax.SyntaxTree && closure.Syntax.Span.Contains(location.SourceSpan));
}
