using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>Passes static state that work reads as an argument: `Submit(() => Work(s_rate))` becomes `Submit(static rate => Work(rate), s_rate)`.</summary>
internal static class PassState
{
    /// <summary>The changes, or null where the work is not plain enough. <paramref name="read"/> is the first use in the work.</summary>
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IMemberReferenceOperation read, SyntaxNode site)
    {
        if (model.GetOperation(site) is not IInvocationOperation call || Work(call) is not { } work) return null;

        var (function, declaration) = work switch
        {
            IAnonymousFunctionOperation lambda => ((IOperation)lambda, null),
            IMethodReferenceOperation { Method: { IsStatic: true, DeclaredAccessibility: Accessibility.Private, MethodKind: MethodKind.Ordinary, DeclaringSyntaxReferences: { Length: 1 } declarations } }
                when declarations[0].GetSyntax() is MethodDeclarationSyntax method && method.SyntaxTree == model.SyntaxTree && IsMentionedOnce(method) => (model.GetOperation(method), method),
            _ => (null, (MethodDeclarationSyntax?)null),
        };
        if (function is null || !function.Syntax.Span.Contains(read.Syntax.Span)) return null;

        var uses = function.Descendants().OfType<IMemberReferenceOperation>().Where(use => SymbolEqualityComparer.Default.Equals(use.Member, read.Member)).ToList();
        if (read.Type is not { } type || PassedValue.OfState(read.Member, type, uses) is not { } value) return null;

        return work.Syntax is AnonymousFunctionExpressionSyntax syntax
            ? PassCaptures.Pass(model, call, syntax, [value])?.ToImmutableArray()
            : ToMethod(model, call, declaration!, value);
    }

    /// <summary>Gives the method that is the work another parameter.</summary>
    private static ImmutableArray<TextChange>? ToMethod(SemanticModel model, IInvocationOperation call, MethodDeclarationSyntax method, PassedValue value)
    {
        // Behind a token, an optional parameter or `params` nothing can follow.
        var parameters = method.ParameterList.Parameters;
        if (parameters.Any(static parameter => parameter.Default is not null || parameter.Modifiers.Count > 0) || model.GetDeclaredSymbol(method) is not IMethodSymbol { Parameters: var declared } || declared.Any(static parameter => parameter.Type.Name == "CancellationToken")) return null;
        if (PassCaptures.ArgumentChanges(model, call, [value]) is not { } arguments) return null;

        var taken = new HashSet<string>(method.DescendantTokens().Select(static token => token.ValueText));
        value.Name = value.Wish;
        for (var number = 2; taken.Contains(value.Name); number++) value.Name = value.Wish + number;
        var parameter = $"{(parameters.Count > 0 ? ", " : "")}{value.Type.ToMinimalDisplayString(model, method.SpanStart)} {value.Escaped}";
        return [.. arguments, new TextChange(new TextSpan(method.ParameterList.CloseParenToken.SpanStart, 0), parameter), .. value.Renamings()];
    }

    /// <summary>The work, where it is written at the call: in a local it may have other uses.</summary>
    private static IOperation? Work(IInvocationOperation call) =>
        call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "work") is { } argument && WorkValue.Unconverted(argument.Value) is (IAnonymousFunctionOperation or IMethodReferenceOperation) and var work ? work : null;

    /// <summary>Whether nobody but the one who hands it over knows the method: it is private, so that all of them are in its type.</summary>
    private static bool IsMentionedOnce(MethodDeclarationSyntax method) =>
        method.Ancestors().OfType<TypeDeclarationSyntax>().Last() is var type && !type.Modifiers.Any(static modifier => modifier.ValueText == "partial")
        && type.DescendantNodes().OfType<SimpleNameSyntax>().Count(name => name.Identifier.ValueText == method.Identifier.ValueText) == 1;
}
