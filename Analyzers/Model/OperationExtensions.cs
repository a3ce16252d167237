using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

internal static class OperationExtensions
{
    /// <summary>The operation below conversions, parentheses and the making of a delegate.</summary>
    public static IOperation? Unconverted(this IOperation? value)
    {
        while (true)
        {
            switch (value)
            {
                case IConversionOperation conversion: value = conversion.Operand; break;
                case IParenthesizedOperation parenthesized: value = parenthesized.Operand; break;
                case IDelegateCreationOperation creation: value = creation.Target; break;
                default: return value;
            }
        }
    }

    /// <summary>The operation above conversions, parentheses and the making of a delegate: the one that uses the value.</summary>
    public static IOperation? Consumer(this IOperation value) => value.Outermost().Parent;

    /// <summary>The value with the conversions around it.</summary>
    public static IOperation Outermost(this IOperation value)
    {
        while (value.Parent is IConversionOperation or IParenthesizedOperation or IDelegateCreationOperation) value = value.Parent;
        return value;
    }

    public static int Position(this IOperation operation) => operation.Syntax.SpanStart;

    /// <summary>The loops around the operation, innermost first, up to the body it stands in.</summary>
    public static IEnumerable<ILoopOperation> Loops(this IOperation operation)
    {
        for (var (at, from) = (operation.Parent, operation); at is not null and not (IAnonymousFunctionOperation or ILocalFunctionOperation); (at, from) = (at.Parent, at))
        {
            // What a foreach runs over is evaluated once.
            if (at is ILoopOperation loop && !(loop is IForEachLoopOperation each && each.Collection == from)) yield return loop;
        }
    }

    public static bool Contains(this IOperation outer, IOperation inner) => outer.Syntax.SyntaxTree == inner.Syntax.SyntaxTree && outer.Syntax.Span.Contains(inner.Syntax.Span);
}
