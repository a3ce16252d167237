using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Flow;

namespace Tandem.CodeFixes.Editing;

/// <summary>Makes a method that returns another's task an asynchronous one, which awaits it: its callers see no difference.</summary>
internal static class Asynchronous
{
    /// <summary>The changes, or null where <paramref name="function"/> returns no task, or returns it in a way that an await can't stand for.</summary>
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, SyntaxNode function, CancellationToken cancellationToken)
    {
        var (returnType, body) = function switch
        {
            MethodDeclarationSyntax method => (method.ReturnType, method.Body),
            LocalFunctionStatementSyntax local => (local.ReturnType, local.Body),
            _ => default,
        };
        if (body is null || model.GetTypeInfo(returnType, cancellationToken).Type is not INamedTypeSymbol { Name: "Task", ContainingNamespace.Name: "Tasks" } type) return null;

        // Each parameter is a copy in an asynchronous method.
        if (model.GetDeclaredSymbol(function, cancellationToken) is not IMethodSymbol { IsAsync: false } symbol || symbol.Parameters.Any(static parameter => parameter.RefKind != RefKind.None)) return null;

        var changes = new List<TextChange> { new(new TextSpan(returnType.SpanStart, 0), "async ") };
        foreach (var statement in FunctionGraphs.OwnNodes(function).OfType<ReturnStatementSyntax>())
        {
            // Of a method without a result the last return may go.
            if (type.Arity == 0 && statement != body.Statements.Last()) return null;
            if (statement.Expression is not { } value || !SymbolEqualityComparer.Default.Equals(model.GetTypeInfo(value, cancellationToken).Type?.OriginalDefinition, type.OriginalDefinition)) return null;
            var head = type.Arity == 0 ? TextSpan.FromBounds(statement.SpanStart, value.SpanStart) : new TextSpan(value.SpanStart, 0);
            changes.Add(new(head, value is ConditionalExpressionSyntax or BinaryExpressionSyntax or SwitchExpressionSyntax or AssignmentExpressionSyntax ? "await (" : "await "));
            if (changes[changes.Count - 1].NewText!.EndsWith("(", System.StringComparison.Ordinal)) changes.Add(new(new TextSpan(value.Span.End, 0), ")"));
        }

        return changes.Count > 1 ? [.. changes] : null;
    }
}
