using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>TDM2010: the one lock instead of a copy: a field that may be changed, a parameter, a result or a local by reference.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(LockCopiedCodeFix))]
public sealed class LockCopiedCodeFix() : TextCodeFixProvider(Descriptors.LockCopied.Id)
{
    private const string Key = "UseTheOneLock";

    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var fix = reported switch
        {
            VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax field } => NotReadonly(field),
            VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Parent: LocalDeclarationStatementSyntax, Variables.Count: 1 } declaration, Initializer: { } initializer } => Fix("Make it a ref local", Insert(declaration.Type, "ref "), Insert(initializer.Value, "ref ")),
            ParameterSyntax parameter when model.GetDeclaredSymbol(parameter, cancellationToken) is { } symbol => ByRef(model, parameter, symbol, cancellationToken),
            PropertyDeclarationSyntax { AccessorList: { } accessors } property when accessors.Accessors.All(static accessor => accessor is { Body: null, ExpressionBody: null }) => Field(property),
            PropertyDeclarationSyntax { ExpressionBody.Expression: var value } property => Fix("Return it by ref", Insert(property.Type, "ref "), Insert(value, "ref ")),
            IndexerDeclarationSyntax { ExpressionBody.Expression: var value } indexer => Fix("Return it by ref", Insert(indexer.Type, "ref "), Insert(value, "ref ")),
            MethodDeclarationSyntax { ExpressionBody.Expression: var value } method => Fix("Return it by ref", Insert(method.ReturnType, "ref "), Insert(value, "ref ")),
            LocalFunctionStatementSyntax { ExpressionBody.Expression: var value } function => Fix("Return it by ref", Insert(function.ReturnType, "ref "), Insert(value, "ref ")),
            ForEachStatementSyntax each when model.GetTypeInfo(each.Expression, cancellationToken).Type is IArrayTypeSymbol { Rank: 1 } => ByRef(model, each),
            _ => null,
        };
        if (fix is not null) yield return fix;
    }

    private static TextFix? NotReadonly(FieldDeclarationSyntax field) =>
        field.Modifiers.FirstOrDefault(static modifier => modifier.IsKind(SyntaxKind.ReadOnlyKeyword)) is { RawKind: not 0 } modifier
            ? Fix("Make it not readonly", new TextChange(TextSpan.FromBounds(modifier.SpanStart, modifier.GetNextToken().SpanStart), ""))
            : null;

    /// <summary><c>SpinLock Gate { get; } = new(true);</c> becomes <c>SpinLock Gate = new(true);</c>.</summary>
    private static TextFix? Field(PropertyDeclarationSyntax property)
    {
        // What an interface or a derived type asks of it is a property.
        if (property.Modifiers.Any(static modifier => modifier.Kind() is SyntaxKind.VirtualKeyword or SyntaxKind.AbstractKeyword or SyntaxKind.OverrideKeyword or SyntaxKind.RequiredKeyword)) return null;
        var accessors = TextSpan.FromBounds(property.Identifier.Span.End, property.AccessorList!.Span.End);
        return Fix("Make it a field", new TextChange(accessors, property.Initializer is null ? ";" : ""));
    }

    /// <summary>The parameter and the arguments of all calls, where these are in sight.</summary>
    private static TextFix? ByRef(SemanticModel model, ParameterSyntax parameter, IParameterSymbol symbol, CancellationToken cancellationToken)
    {
        if (symbol.ContainingSymbol is not IMethodSymbol { IsVirtual: false, IsAbstract: false, MethodKind: MethodKind.Ordinary or MethodKind.LocalFunction or MethodKind.Constructor } method || parameter.Type is null) return null;
        if (method.DeclaredAccessibility != Accessibility.Private && MentionsElsewhere(model, method)) return null;

        var changes = new List<TextChange>();
        if (parameter.Modifiers.FirstOrDefault(static modifier => modifier.IsKind(SyntaxKind.InKeyword)) is { RawKind: not 0 } isIn) changes.Add(new TextChange(isIn.Span, "ref"));
        else if (parameter.Modifiers.FirstOrDefault(static modifier => modifier.IsKind(SyntaxKind.ReadOnlyKeyword)) is { RawKind: not 0 } isReadonly) changes.Add(new TextChange(TextSpan.FromBounds(isReadonly.SpanStart, parameter.Type.SpanStart), ""));
        else changes.Add(Insert(parameter.Type, "ref "));

        foreach (var argument in model.SyntaxTree.GetRoot(cancellationToken).DescendantNodes().OfType<ArgumentSyntax>())
        {
            if (argument.RefKindKeyword.IsKind(SyntaxKind.RefKeyword)) continue;
            if (model.GetOperation(argument, cancellationToken) is not Microsoft.CodeAnalysis.Operations.IArgumentOperation { Parameter: { } passed } || !SymbolEqualityComparer.Default.Equals(passed.OriginalDefinition, symbol)) continue;
            changes.Add(argument.RefKindKeyword.RawKind == 0 ? Insert(argument.Expression, "ref ") : new TextChange(argument.RefKindKeyword.Span, "ref"));
        }

        return Fix("Pass it by ref", [.. changes]);
    }

    /// <summary><c>foreach (ref var item in items.AsSpan())</c></summary>
    private static TextFix ByRef(SemanticModel model, ForEachStatementSyntax each)
    {
        var asSpan = model.LookupNamespacesAndTypes(each.SpanStart, name: "MemoryExtensions").IsEmpty ? $"System.MemoryExtensions.AsSpan({each.Expression})" : $"{each.Expression}.AsSpan()";
        return Fix("Go through them by ref", Insert(each.Type, "ref "), new TextChange(each.Expression.Span, asSpan));
    }

    private static bool MentionsElsewhere(SemanticModel model, IMethodSymbol method)
    {
        var name = method.MethodKind == MethodKind.Constructor ? method.ContainingType.Name : method.Name;
        return model.Compilation.SyntaxTrees.Any(tree => tree != model.SyntaxTree && tree.GetText().ToString().Contains(name));
    }

    private static TextChange Insert(SyntaxNode before, string text) => new(new TextSpan(before.SpanStart, 0), text);

    private static TextFix Fix(string title, params TextChange[] changes) => new(title, Key, [.. changes]);
}
