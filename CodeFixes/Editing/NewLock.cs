using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>A lock that is not there yet: its name, and the change that declares it.</summary>
internal readonly record struct NewLock(string Name, TextChange Declaration)
{
    /// <summary>A private readonly field of <paramref name="type"/>, before its other fields; null where there is no room for one.</summary>
    /// <param name="model">The model of the type's file.</param>
    /// <param name="type">The type that gets the field.</param>
    /// <param name="state">What the lock guards, which it is named after; empty if that has no name.</param>
    /// <param name="isStatic">Whether the type has one lock, not each of its objects.</param>
    /// <param name="isShared">Whether other types use it, too.</param>
    /// <param name="isMonitor">Whether more is done with it than a Lock can do: <c>Monitor.Wait</c>.</param>
    public static NewLock? Field(SemanticModel model, TypeDeclarationSyntax type, string state, bool isStatic, bool isShared, bool isMonitor = false)
    {
        // Two records are equal if all their fields are, and no lock is equal to another.
        if (!(type is ClassDeclarationSyntax || (type is RecordDeclarationSyntax or StructDeclarationSyntax && isStatic)) || type.Members.Count == 0) return null;
        if (model.GetDeclaredSymbol(type) is not { } symbol) return null;

        var fields = type.Members.OfType<FieldDeclarationSyntax>().ToList();
        var before = fields.FirstOrDefault(field => field.Modifiers.Any(SyntaxKind.StaticKeyword) == isStatic && !field.Modifiers.Any(SyntaxKind.ConstKeyword)) ?? fields.FirstOrDefault(static field => !field.Modifiers.Any(SyntaxKind.ConstKeyword)) ?? type.Members[0];
        if (Free(Base(state, symbol, isStatic, isShared), name => symbol.GetMembers(name).IsEmpty && !type.DescendantTokens().Any(token => token.ValueText == name)) is not { } name) return null;

        var text = type.SyntaxTree.GetText();
        var position = before.SpanStart;
        // Attributes belong to the member; comments above it speak of it, too.
        if (before.HasLeadingTrivia && before.GetLeadingTrivia().FirstOrDefault(static trivia => !trivia.IsKind(SyntaxKind.WhitespaceTrivia) && !trivia.IsKind(SyntaxKind.EndOfLineTrivia)) is { RawKind: not 0 } comment) position = comment.FullSpan.Start;
        var newLine = text.Lines[0].EndIncludingLineBreak - text.Lines[0].End == 2 ? "\r\n" : "\n";
        var line = text.Lines.GetLineFromPosition(position);
        var onOwnLine = text.ToString(TextSpan.FromBounds(line.Start, position)).Trim().Length == 0;
        var gap = !onOwnLine ? " " : newLine + (before is FieldDeclarationSyntax ? "" : newLine) + text.ToString(TextSpan.FromBounds(line.Start, position));
        return new NewLock(name, new TextChange(new TextSpan(position, 0), $"{(isShared ? "internal" : "private")} {(isStatic ? "static " : "")}readonly {TypeName(model, position, isMonitor)} {name} = {New(model, position, isMonitor)};{gap}"));
    }

    private static string New(SemanticModel model, int position, bool isMonitor) =>
        model.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: >= LanguageVersion.CSharp9 } ? "new()" : $"new {TypeName(model, position, isMonitor)}()";

    /// <summary>A local before the statement that declares <paramref name="local"/>, for the lambdas that share it.</summary>
    public static NewLock? Local(SemanticModel model, ILocalSymbol local)
    {
        if (local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax().FirstAncestorOrSelf<LocalDeclarationStatementSyntax>() is not { Parent: BlockSyntax or GlobalStatementSyntax } declaration) return null;
        if (Free(local.Name + "Lock", name => model.LookupSymbols(declaration.Span.End, name: name).IsEmpty) is not { } name) return null;

        var text = declaration.SyntaxTree.GetText();
        var line = text.Lines.GetLineFromPosition(declaration.SpanStart);
        var indent = text.ToString(TextSpan.FromBounds(line.Start, declaration.SpanStart));
        var gap = indent.Trim().Length > 0 ? " " : (text.Lines[0].EndIncludingLineBreak - text.Lines[0].End == 2 ? "\r\n" : "\n") + indent;
        return new NewLock(name, new TextChange(new TextSpan(declaration.SpanStart, 0), $"var {name} = new {TypeName(model, declaration.SpanStart)}();{gap}"));
    }

    /// <summary>System.Threading.Lock where the framework has it and the language knows it.</summary>
    private static string TypeName(SemanticModel model, int position, bool isMonitor = false)
    {
        if (isMonitor) return "object";
        var known = model.Compilation.GetTypeByMetadataName("System.Threading.Lock");
        return known is { DeclaredAccessibility: Accessibility.Public } && model.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: >= LanguageVersion.CSharp13 } ? known.ToMinimalDisplayString(model, position) : "object";
    }

    private static string Base(string state, INamedTypeSymbol type, bool isStatic, bool isShared)
    {
        if (state.Length == 0) return Prefix(type, isStatic) is { Length: > 0 } before ? before + "lock" : "gate";
        var bare = state.StartsWith("s_", System.StringComparison.Ordinal) || state.StartsWith("m_", System.StringComparison.Ordinal) ? state.Substring(2) : state.TrimStart('_');
        if (isShared) return char.ToUpperInvariant(bare[0]) + bare.Substring(1) + "Lock";

        return Prefix(type, isStatic) + char.ToLowerInvariant(bare[0]) + bare.Substring(1) + "Lock";
    }

    /// <summary>The prefix that the type's own private fields have.</summary>
    private static string Prefix(INamedTypeSymbol type, bool isStatic)
    {
        var siblings = type.GetMembers().OfType<IFieldSymbol>().Where(field => field is { IsConst: false, IsImplicitlyDeclared: false, DeclaredAccessibility: Accessibility.Private } && field.IsStatic == isStatic).Select(static field => field.Name).ToList();
        return siblings.Count == 0 ? (isStatic ? "s_" : "_") : siblings.Any(static name => name.StartsWith("s_", System.StringComparison.Ordinal)) ? "s_" : siblings.Any(static name => name[0] == '_') ? "_" : "";
    }

    private static string? Free(string name, System.Func<string, bool> isFree) => new[] { name, name + "2", name + "3" }.FirstOrDefault(isFree);
}
