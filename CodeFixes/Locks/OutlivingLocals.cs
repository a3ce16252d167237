using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Locks;

/// <summary>What a locked section declares and the code behind it uses: a block around the section would hide it.</summary>
internal static class OutlivingLocals
{
    /// <summary>The section with the <c>return</c> that follows it, where that returns what the section declares.</summary>
    public static LockedSection TakeInReturn(LockedSection section, SemanticModel model) =>
        Behind(section).FirstOrDefault() is ReturnStatementSyntax { Expression: { } value } follows && !LockedSection.Runs(value) && DeclaredIn(section, follows, model).Any()
            ? section with { Statements = [.. section.Statements, follows] }
            : section;

    /// <summary>The section without the declarations at its beginning that stay outside as they are: <c>int n;</c></summary>
    public static LockedSection LeaveOut(LockedSection section, SemanticModel model)
    {
        var names = new HashSet<ISymbol?>(Behind(section).SelectMany(statement => DeclaredIn(section, statement, model)), SymbolEqualityComparer.Default);
        var statements = section.Statements.SkipWhile(statement =>
            statement is LocalDeclarationStatementSyntax { Declaration.Variables: var variables } && variables.All(variable => variable.Initializer is null && names.Contains(model.GetDeclaredSymbol(variable))));
        return section with { Statements = [.. statements] };
    }

    /// <summary>The changes that declare in front of the section what is used behind it; null where that can't be.</summary>
    public static IReadOnlyList<TextChange>? Declare(SourceText text, LockedSection section, SemanticModel model)
    {
        var outliving = Behind(section).SelectMany(statement => DeclaredIn(section, statement, model)).Distinct(SymbolEqualityComparer.Default).OrderBy(static symbol => symbol!.Locations[0].SourceSpan).ToList();
        if (outliving.Count == 0) return [];

        var declarations = new List<string>();
        var changes = new List<TextChange>();
        var seen = new HashSet<VariableDeclarationSyntax>();
        foreach (var symbol in outliving)
        {
            // Local functions, variables of patterns and deconstructions have no declaration of their own that could go up.
            if (symbol is not ILocalSymbol local || DeclarationOf(local) is not { } declaration) return null;
            if (!seen.Add(declaration)) continue;

            declarations.Add($"{TypeOf(local, declaration, model)} {string.Join(", ", declaration.Variables.Select(static variable => variable.Identifier.Text))};");
            if (declaration.Variables.All(static variable => variable.Initializer is null))
            {
                changes.Add(WrapStatements.Remove(text, (StatementSyntax)declaration.Parent!));
                continue;
            }

            // `int a = 1, b = 2;` becomes `a = 1; b = 2;`.
            if (declaration.Variables.Any(static variable => variable.Initializer is null)) return null;
            changes.Add(new TextChange(TextSpan.FromBounds(declaration.Type.SpanStart, declaration.Variables[0].SpanStart), ""));
            changes.AddRange(declaration.Variables.GetSeparators().Select(static comma => new TextChange(comma.Span, ";")));
        }

        if (WrapStatements.Of(text, [section.Acquire ?? section.Statements[0]]) is not { } front) return null;
        return [front.Precede(declarations), .. changes];
    }

    private static IEnumerable<StatementSyntax> Behind(LockedSection section)
    {
        var last = section.Statements[section.Statements.Count - 1];
        return ((BlockSyntax)last.Parent!).Statements.SkipWhile(statement => statement != last).Skip(1);
    }

    /// <summary>The variables and local functions of the section that <paramref name="statement"/> names.</summary>
    private static IEnumerable<ISymbol> DeclaredIn(LockedSection section, StatementSyntax statement, SemanticModel model)
    {
        var span = TextSpan.FromBounds(section.Statements[0].SpanStart, section.Statements[section.Statements.Count - 1].Span.End);
        return statement.DescendantNodes().OfType<SimpleNameSyntax>()
            .Select(name => model.GetSymbolInfo(name).Symbol)
            .OfType<ISymbol>()
            .Where(symbol => symbol is ILocalSymbol or IMethodSymbol { MethodKind: MethodKind.LocalFunction } && symbol.DeclaringSyntaxReferences.Any(reference => span.Contains(reference.Span)));
    }

    private static VariableDeclarationSyntax? DeclarationOf(ILocalSymbol local)
    {
        if (local.DeclaringSyntaxReferences[0].GetSyntax() is not VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax { Parent: LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0 } } declaration }) return null;

        // A reference, or what may hold one, needs its value where it is declared.
        if (local.IsConst || local.IsRef || local.Type.IsRefLikeType) return null;
        return declaration.Type is not (RefTypeSyntax or ScopedTypeSyntax) && declaration.Type.GetTrailingTrivia().All(static trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)) ? declaration : null;
    }

    private static string TypeOf(ILocalSymbol local, VariableDeclarationSyntax declaration, SemanticModel model)
    {
        if (!declaration.Type.IsVar || declaration.Variables[0].Initializer?.Value is not { } value) return declaration.Type.ToString();

        // `var` takes null too. The type need not say so if the one value that it gets is none.
        var isNeverNull = model.GetTypeInfo(value).Nullability.FlowState == NullableFlowState.NotNull && !IsWrittenAgain(local, declaration, model);
        var type = isNeverNull ? local.Type.WithNullableAnnotation(NullableAnnotation.NotAnnotated) : local.Type;
        return type.ToMinimalDisplayString(model, declaration.SpanStart, SymbolDisplayFormat.MinimallyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier));
    }

    private static bool IsWrittenAgain(ILocalSymbol local, VariableDeclarationSyntax declaration, SemanticModel model) =>
        declaration.FirstAncestorOrSelf<BlockSyntax>()!.DescendantNodes().OfType<IdentifierNameSyntax>()
            .Where(name => name.Identifier.ValueText == local.Name && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol, local))
            .Any(static name => name.FirstAncestorOrSelf<AssignmentExpressionSyntax>()?.Left.Contains(name) == true || name.Parent is ArgumentSyntax { RefKindKeyword.RawKind: not 0 });
}
