using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A value that crosses a process boundary.</summary>
/// <param name="Type">As what it is declared, which is as what it crosses.</param>
/// <param name="Place">Where it is handed over.</param>
/// <param name="Role">What it is, in words.</param>
/// <param name="Value">The argument; null where the value is a result, or there is none yet.</param>
internal sealed record Crossing(ITypeSymbol Type, Location Place, string Role, IOperation? Value = null)
{
    public bool IsResult { get; private init; }

    /// <summary>The parameter of the work that it is for, counted from 0.</summary>
    public int Number { get; private init; }

    /// <summary>The arguments and the result of work that a call hands to a process. A token among the arguments of <c>Submit</c> is told over, and does not cross.</summary>
    public static IEnumerable<Crossing> Of(IInvocationOperation call)
    {
        var definition = call.TargetMethod.OriginalDefinition;
        for (var i = 0; i < definition.Arity; i++)
        {
            var (parameter, type) = (definition.TypeParameters[i], call.TargetMethod.TypeArguments[i]);
            if (parameter.Name == "TResult" && Argument("work") is { } work)
                yield return new(type, HandOver.Head(work.Value), "the result of this work") { IsResult = true };
            else if (definition.Name == "Map" && Argument("items") is { } items)
                yield return new(type, items.Value.Syntax.GetLocation(), "each of these items", items.Value) { Number = i };
            else if (definition.Parameters.FirstOrDefault(p => SymbolEqualityComparer.Default.Equals(p.Type, parameter)) is { } declared && Argument(declared.Name) is { } argument && !type.IsOneOf("System.Threading.CancellationToken"))
                yield return new(type, argument.Value.Syntax.GetLocation(), "this argument", argument.Value) { Number = i };
        }

        IArgumentOperation? Argument(string name) => call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == name);
    }

    /// <summary>Where a queue or a pipe is told what its items are.</summary>
    public static Location TypeArgument(IOperation making) =>
        making.Syntax.DescendantNodes().OfType<TypeArgumentListSyntax>().FirstOrDefault()?.Arguments.FirstOrDefault()?.GetLocation() ?? making.Syntax.GetLocation();
}
