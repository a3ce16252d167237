using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells by which outcome of a test something is done.</summary>
internal static class Decision
{
    /// <summary>What the test has found when the act is done: true or false; null where it may be either, or the code is not so plain.</summary>
    public static bool? Of(IOperation test, IOperation act)
    {
        bool? whenTrue = true, whenFalse = false;
        for (IOperation at = test; at.Parent is { } parent; at = parent)
        {
            switch (parent)
            {
                case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not }: (whenTrue, whenFalse) = (whenFalse, whenTrue); break;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd }: whenFalse = null; break;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalOr }: whenTrue = null; break;
                case IConversionOperation or IParenthesizedOperation: break;
                case IConditionalOperation conditional when conditional.Condition == at:
                    if (conditional.WhenTrue.Contains(act)) return whenTrue;
                    if (conditional.WhenFalse?.Contains(act) == true) return whenFalse;
                    return conditional.Syntax is IfStatementSyntax branch && Leaves(branch.Statement) ? whenFalse : null;
                case IWhileLoopOperation loop when loop.Condition == at && loop.ConditionIsTop: return loop.Body.Contains(act) ? whenTrue : whenFalse;
                default: return null;
            }
        }

        return null;
    }

    private static bool Leaves(StatementSyntax statement) => statement switch
    {
        BlockSyntax { Statements: { Count: > 0 } statements } => Leaves(statements.Last()),
        ReturnStatementSyntax or ThrowStatementSyntax or ContinueStatementSyntax or BreakStatementSyntax or GotoStatementSyntax => true,
        _ => false,
    };
}
