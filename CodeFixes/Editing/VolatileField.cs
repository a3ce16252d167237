using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>Declares a field volatile.</summary>
internal static class VolatileField
{
    /// <summary>Null for what is no field of this file. Of which types a volatile field may be, the compiler knows.</summary>
    public static TextFix? Of(IOperation read) =>
        read is IFieldReferenceOperation { Field.DeclaringSyntaxReferences: { Length: 1 } declarations } && declarations[0].SyntaxTree == read.Syntax.SyntaxTree
        && declarations[0].GetSyntax().FirstAncestorOrSelf<FieldDeclarationSyntax>() is { } field && !field.Modifiers.Any(SyntaxKind.VolatileKeyword)
            ? new TextFix($"Make '{((IFieldReferenceOperation)read).Field.Name}' volatile", "Volatile", [new TextChange(new TextSpan(field.Declaration.SpanStart, 0), "volatile ")])
            : null;
}
