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

    /// <summary>How it can be called.</summary>
    public CallShapes Shapes { get; } = CallShapes.Of(member);

    /// <summary>The names that it mentions, and how, but for those of its own locals.</summary>
    public Dictionary<string, CallShapes> Mentioned { get; } = [];

    /// <summary>The locals and parameters that stand for what others can see: captured by a lambda, used for the elements of what they hold, or a reference to something.</summary>
    public HashSet<string> Captured { get; } = [];

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

    /// <summary>The names that it calls, and how, whose tasks it does not wait for at once.</summary>
    public Dictionary<string, CallShapes> LeftRunning { get; } = [];

    /// <summary>Whether it may pass work on that runs concurrently.</summary>
    public bool MayStartWork { get; set; } = HostedService.MayBeRun(member);

    /// <summary>Whether work can be passed to it.</summary>
    public bool MayTakeWork { get; } = StartSyntax.TakesWork(member);

    /// <summary>Whether it may run work concurrently and wait for it, or wait for several tasks at once.</summary>
    public bool MayGather { get; set; }

    /// <summary>Whether it does something only under a condition.</summary>
    public bool HasCondition { get; set; }

    /// <summary>Whether it has a loop.</summary>
    public bool HasLoop { get; set; }

    /// <summary>Whether it has a loop that calls nothing, so that it may wait for another thread.</summary>
    public bool MaySpin { get; set; }

    /// <summary>Whether all of it may run under a lock, or before anybody else sees the object: it says so, or is a constructor.</summary>
    public bool MayRunAlone { get; } = AnnotationSyntax.SaysAlone(member);

    /// <summary>Whether it may take a lock.</summary>
    public bool MayLock { get; set; }

    /// <summary>Whether it is written in a type of that name, or in one nested in it.</summary>
    public bool IsWithin(string? typeName)
    {
        if (TypeName == typeName) return true;
        for (var at = Member.Parent; at is not null; at = at.Parent)
            if (at is BaseTypeDeclarationSyntax type && type.Identifier.ValueText == typeName) return true;
        return false;
    }

    /// <summary>Whether it mentions one of the names.</summary>
    public bool Mentions(HashSet<string> names)
    {
        foreach (var name in Mentioned.Keys)
            if (names.Contains(name)) return true;
        return false;
    }
}
