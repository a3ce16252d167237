using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What syntax alone tells of a member: the names in it.</summary>
internal sealed class MemberNames(SyntaxNode member)
{
    public SyntaxNode Member { get; } = member;

    /// <summary>What others call it.</summary>
    public string Name { get; } = member switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
        _ => "",
    };

    /// <summary>All names that it mentions.</summary>
    public HashSet<string> Mentioned { get; } = [];

    /// <summary>The names that it assigns to.</summary>
    public HashSet<string> Assigned { get; } = [];

    /// <summary>The names that a condition or the value of a variable depends on.</summary>
    public HashSet<string> Tested { get; } = [];

    /// <summary>The names that it reads and writes in one expression: <c>x++</c>, <c>x += n</c>, <c>x = x + n</c>.</summary>
    public HashSet<string> Updated { get; } = [];

    /// <summary>The name of the type that it is written in; null for top-level statements.</summary>
    public string? TypeName { get; } = member.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>()?.Identifier.ValueText;

    /// <summary>Whether it or its type says that it is called by several threads.</summary>
    public bool IsAnnotated { get; } = AnnotationSyntax.IsShared(member);

    /// <summary>The names that it calls and does not await at once.</summary>
    public HashSet<string> LeftRunning { get; } = [];

    /// <summary>Whether it may start work that runs concurrently.</summary>
    public bool MayStartWork { get; set; }

    /// <summary>Whether it has a loop.</summary>
    public bool HasLoop { get; set; }

    /// <summary>Whether it has a loop that calls nothing, so that it may wait for another thread.</summary>
    public bool MaySpin { get; set; }

    /// <summary>Whether it may take a lock.</summary>
    public bool MayLock { get; set; }
}
