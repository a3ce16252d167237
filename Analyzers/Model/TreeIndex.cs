using System.Collections.Generic;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What syntax alone tells of a file: its members with code, and which of them mention, and which assign, a name. Kept as long as its tree lives, so that an edit reads one file again.</summary>
internal sealed class TreeIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, TreeIndex> s_byTree = new();

    private readonly Dictionary<string, List<SyntaxNode>> _mentions = [];
    private readonly Dictionary<string, List<SyntaxNode>> _assigns = [];

    private readonly List<SyntaxNode> _members = [];

    private TreeIndex(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodesAndSelf(static node => !IsTypeOnly(node)))
        {
            if (IsMember(node)) _members.Add(node);
            if (node is not SimpleNameSyntax { Identifier.ValueText: var name } mention || MemberOf(mention) is not { } member) continue;
            Note(_mentions, name, member);
            if (IsAssigned(mention)) Note(_assigns, name, member);
        }
    }

    public static TreeIndex Of(SyntaxTree tree) => s_byTree.GetValue(tree, static tree => new TreeIndex(tree.GetRoot()));

    /// <summary>The members that have code, in the order of the source.</summary>
    public IReadOnlyList<SyntaxNode> Members => _members;

    /// <summary>The members whose code mentions the name, in the order of the source.</summary>
    public IReadOnlyList<SyntaxNode> Mentioning(string name) => _mentions.TryGetValue(name, out var members) ? members : [];

    /// <summary>The members whose code assigns to something of that name, in the order of the source.</summary>
    public IReadOnlyList<SyntaxNode> Assigning(string name) => _assigns.TryGetValue(name, out var members) ? members : [];

    /// <summary>The member whose code the node is part of: a method, an accessor, an initializer, or the whole file for top-level statements.</summary>
    public static SyntaxNode? MemberOf(SyntaxNode node)
    {
        for (var at = node; at is not null; at = at.Parent)
        {
            if (IsMember(at)) return at;
            if (at is BaseTypeDeclarationSyntax) return null;
        }

        return null;
    }

    private static bool IsMember(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax or AccessorDeclarationSyntax => true,
        ArrowExpressionClauseSyntax => node.Parent is BasePropertyDeclarationSyntax,
        EqualsValueClauseSyntax => node.Parent is PropertyDeclarationSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax },
        // Top-level statements make up one body.
        CompilationUnitSyntax unit => unit.Members.Any(SyntaxKind.GlobalStatement),
        _ => false,
    };

    private static void Note(Dictionary<string, List<SyntaxNode>> table, string name, SyntaxNode member)
    {
        if (!table.TryGetValue(name, out var members)) table[name] = members = [];
        if (members.Count == 0 || members[members.Count - 1] != member) members.Add(member);
    }

    private static bool IsTypeOnly(SyntaxNode node) => node is UsingDirectiveSyntax or AttributeListSyntax or BaseListSyntax or TypeParameterConstraintClauseSyntax or DocumentationCommentTriviaSyntax;

    private static bool IsAssigned(SimpleNameSyntax name)
    {
        SyntaxNode target = name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => access,
            MemberBindingExpressionSyntax binding => binding,
            _ => name,
        };
        while (target.Parent is ParenthesizedExpressionSyntax || (target.Parent is ElementAccessExpressionSyntax element && element.Expression == target)) target = target.Parent;
        return target.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == target,
            PrefixUnaryExpressionSyntax prefix => prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression),
            PostfixUnaryExpressionSyntax postfix => postfix.IsKind(SyntaxKind.PostIncrementExpression) || postfix.IsKind(SyntaxKind.PostDecrementExpression),
            ArgumentSyntax { RefKindKeyword.RawKind: not 0, RefKindKeyword.RawKind: not (int)SyntaxKind.InKeyword } => true,
            ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax } } => true,
            _ => false,
        };
    }
}
