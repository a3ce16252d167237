using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>A kind of lock that belongs to no thread, and how it is written in place of one that does.</summary>
internal sealed record AsyncLock(string TypeName, string Arguments, string Acquire, string AcquireAsync, bool HasScopes)
{
    public static AsyncLock Semaphore { get; } = new("System.Threading.SemaphoreSlim", "1, 1", "Wait", "WaitAsync", HasScopes: false);

    public static AsyncLock ThreadLock { get; } = new("Tandem.ThreadLock", "", "Acquire", "AcquireAsync", HasScopes: true);

    /// <summary>What makes the field such a lock, with all its uses; null where a use has no like.</summary>
    public IReadOnlyList<TextChange>? Replace(FieldLock field, SemanticModel model)
    {
        if (model.Compilation.GetTypeByMetadataName(TypeName) is not { } type) return null;
        // A ThreadLock that is tried gives a scope, not an answer alone.
        if (HasScopes && field.Uses.Any(static use => use.Operation?.Action == LockAction.TryAcquire)) return null;

        var changes = new List<TextChange>(Declare(field, type.ToMinimalDisplayString(model, field.Declaration.SpanStart)));
        foreach (var use in field.Uses) changes.AddRange(Rewrite(use));
        return changes;
    }

    private IEnumerable<TextChange> Declare(FieldLock field, string type)
    {
        var declaration = field.Declaration;
        var variable = declaration.Declaration.Variables[0];
        if (!declaration.Modifiers.Any(SyntaxKind.ReadOnlyKeyword)) yield return new TextChange(new TextSpan(declaration.Declaration.Type.SpanStart, 0), "readonly ");
        yield return new TextChange(declaration.Declaration.Type.Span, type);
        if (field.Creation is { } creation) yield return new TextChange(creation.Span, creation is ImplicitObjectCreationExpressionSyntax ? $"new({Arguments})" : $"new {type}({Arguments})");
        else yield return new TextChange(new TextSpan(variable.Span.End, 0), $" = new {type}({Arguments})");
    }

    private IEnumerable<TextChange> Rewrite(FieldLockUse use) => use switch
    {
        { Statement: LockStatementSyntax held } => Scope(held, held.Statement, use),
        { Statement: UsingStatementSyntax scope } => Scope(scope, scope.Statement, use),
        { Call: { } call, Operation: { } operation } => [Call(call, operation, use)],
        _ => [],
    };

    private TextChange Call(InvocationExpressionSyntax call, LockOperation operation, FieldLockUse use)
    {
        if (operation.Action == LockAction.Release) return new TextChange(call.Span, $"{use.Lock}.Release()");

        var taken = call.ArgumentList.Arguments.FirstOrDefault(static argument => argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword))?.Expression;
        var timeout = call.ArgumentList.Arguments.FirstOrDefault(argument => argument.RefKindKeyword.RawKind == 0 && !argument.Span.Contains(use.Lock.Span))?.Expression;
        if (operation.Action == LockAction.TryAcquire) return new TextChange(call.Span, (taken is null ? "" : $"{taken} = ") + Taking(use, timeout?.ToString() ?? "0"));
        return new TextChange(call.Span, Taking(use, "") + (taken is null ? "" : $"; {taken} = true"));
    }

    /// <summary><c>lock (x) { … }</c> becomes a <c>using</c> scope, or a try that releases in its finally.</summary>
    private IEnumerable<TextChange> Scope(StatementSyntax whole, StatementSyntax body, FieldLockUse use)
    {
        var head = TextSpan.FromBounds(whole.SpanStart, whole is LockStatementSyntax held ? held.CloseParenToken.Span.End : ((UsingStatementSyntax)whole).CloseParenToken.Span.End);
        if (HasScopes)
        {
            yield return new TextChange(head, $"using ({Taking(use, "")})");
            yield break;
        }

        var text = whole.SyntaxTree.GetText();
        var indent = LockRange.IndentAt(text, whole.SpanStart);
        var newLine = text.Lines[0].EndIncludingLineBreak - text.Lines[0].End == 2 ? "\r\n" : "\n";
        if (body is not BlockSyntax || text.Lines.GetLineFromPosition(whole.SpanStart).Span.Contains(whole.Span.End))
        {
            yield return new TextChange(head, $"{Taking(use, "")}; try" + (body is BlockSyntax ? "" : " {"));
            yield return new TextChange(new TextSpan(body.Span.End, 0), $"{(body is BlockSyntax ? "" : " }")} finally {{ {use.Lock}.Release(); }}");
            yield break;
        }

        yield return new TextChange(head, $"{Taking(use, "")};{newLine}{indent}try");
        yield return new TextChange(new TextSpan(body.Span.End, 0), $"{newLine}{indent}finally{newLine}{indent}{{{newLine}{indent}{(indent.Contains('\t') ? "\t" : "    ")}{use.Lock}.Release();{newLine}{indent}}}");
    }

    /// <summary>The acquire: awaited where the function is asynchronous.</summary>
    private string Taking(FieldLockUse use, string argument)
    {
        var function = FunctionGraphs.FunctionAround(use.Lock);
        if (!MayAwait(use.Lock, function)) return $"{use.Lock}.{Acquire}({argument})";
        var goesOnAnywhere = function!.DescendantNodes().Any(static node => node is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait", Parent: InvocationExpressionSyntax { Parent: AwaitExpressionSyntax } });
        return $"await {use.Lock}.{AcquireAsync}({argument})" + (goesOnAnywhere ? ".ConfigureAwait(false)" : "");
    }

    private static bool MayAwait(SyntaxNode use, SyntaxNode? function)
    {
        var isAsync = function switch
        {
            MethodDeclarationSyntax method => method.Modifiers.Any(SyntaxKind.AsyncKeyword),
            LocalFunctionStatementSyntax local => local.Modifiers.Any(SyntaxKind.AsyncKeyword),
            AnonymousFunctionExpressionSyntax lambda => lambda.AsyncKeyword.RawKind != 0,
            CompilationUnitSyntax => true,
            _ => false,
        };
        // Another lock around it forbids it.
        return isAsync && !use.Ancestors().TakeWhile(node => node != function).Any(node => node is LockStatementSyntax other && !other.Expression.Span.Contains(use.Span));
    }
}
