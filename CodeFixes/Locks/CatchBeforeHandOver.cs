using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>
/// The changes that release a lock where an exception comes before its hand-over: <c>try { … } catch { release; throw; }</c>. A finally
/// would release what is another owner's by then.
/// </summary>
internal static class CatchBeforeHandOver
{
    public static List<TextChange>? Of(SourceText text, ExpressionSyntax acquire, string? release)
    {
        // Only what runs to the end of the function is known to end with the hand-over.
        if (acquire.FirstAncestorOrSelf<StatementSyntax>() is not { Parent: BlockSyntax { Parent: not StatementSyntax } block } statement) return null;

        // var scope = x.Acquire(); or x.Enter();
        switch (statement)
        {
            case LocalDeclarationStatementSyntax { Declaration.Variables: { Count: 1 } variables }:
                release = $"{variables[0].Identifier}.Dispose();";
                if (variables[0].Initializer?.Value is not { } value || LockedSection.Unwrapped(value) != acquire) return null;
                break;
            case ExpressionStatementSyntax simple when LockedSection.Unwrapped(simple.Expression) == acquire: break;
            default: return null;
        }

        var section = block.Statements.Skip(block.Statements.IndexOf(statement) + 1).ToList();
        if (release is null || section.Count == 0 || section.Take(section.Count - 1).Any(earlier => MayHandOver(earlier, statement, acquire))) return null;
        if (WrapStatements.Of(text, section) is not { } wrap) return null;
        return [wrap.Open("try"), .. wrap.Deepen([]), wrap.Close("catch", release, "throw;")];
    }

    /// <summary>Whether <paramref name="earlier"/> may give the lock away, so that an exception behind it finds another owner.</summary>
    private static bool MayHandOver(StatementSyntax earlier, StatementSyntax acquiring, ExpressionSyntax acquire)
    {
        // What leads to the lock; what else the acquire is given (a token, a time) does not give it away. Monitor's is an argument.
        var receiver = acquire is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: not SimpleNameSyntax { Identifier.ValueText: "Monitor" } } access } ? access.Expression : acquire;
        var names = new HashSet<string>(receiver.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Select(static name => name.Identifier.ValueText));
        if (acquiring is LocalDeclarationStatementSyntax local) names.Add(local.Declaration.Variables[0].Identifier.ValueText);
        return earlier.DescendantNodes().Any(node => node is AnonymousFunctionExpressionSyntax or ReturnStatementSyntax
            || node is ThisExpressionSyntax { Parent: ArgumentSyntax }
            || (node is IdentifierNameSyntax name && names.Contains(name.Identifier.ValueText)));
    }
}
