using System.Collections.Generic;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What syntax alone tells of a file: its members with code, and the names in each. Kept as long as its tree lives, so that an edit reads one file again.</summary>
internal sealed class TreeIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, TreeIndex> s_byTree = new();

    private readonly Dictionary<string, List<MemberNames>> _mentioning = [];
    private readonly Dictionary<SyntaxNode, MemberNames> _byMember = [];

    private TreeIndex()
    {
    }

    /// <summary>The members that have code, in the order of the source.</summary>
    public List<MemberNames> Members { get; } = [];

    /// <summary>The names of the fields and properties that can be set after their object is made, or hold an array; and whether other types can see one of that name.</summary>
    public Dictionary<string, bool> State { get; } = [];

    /// <summary>The names of the fields and properties that are declared to be shared or guarded, themselves or by their type.</summary>
    public HashSet<string> Shared { get; } = [];

    /// <summary>The names of the variables, fields, properties and parameters that may hold a concurrent collection.</summary>
    public HashSet<string> ConcurrentCollections { get; } = [];

    /// <summary>The same for a collection that is not made for several threads.</summary>
    public HashSet<string> PlainCollections { get; } = [];

    /// <summary>The names of the methods whose callers are declared to hold a lock.</summary>
    public HashSet<string> Held { get; } = [];

    /// <summary>The fields and properties that may be structures of several words, which are not read in one step, each with its type's name.</summary>
    public List<(string Name, string Type)> Torn { get; } = [];

    /// <summary>The names of the structures that the file declares.</summary>
    public HashSet<string> Structures { get; } = [];

    /// <summary>The names of the methods that may go on after they have returned, async ones and those that return a task, and how they can be called.</summary>
    public Dictionary<string, CallShapes> GoingOn { get; } = [];

    public static TreeIndex Of(SyntaxTree tree) => s_byTree.GetValue(tree, static tree =>
    {
        var index = new TreeIndex();
        new TreeReader(index).Read(tree.GetRoot());
        return index;
    });

    /// <summary>The members whose code mentions the name, in the order of the source.</summary>
    public IReadOnlyList<MemberNames> Mentioning(string name) => _mentioning.TryGetValue(name, out var members) ? members : [];

    /// <summary>The names in the member, as <see cref="MemberOf"/> names it.</summary>
    public MemberNames? NamesIn(SyntaxNode member) => _byMember.TryGetValue(member, out var names) ? names : null;

    /// <summary>Part of reading the file.</summary>
    public MemberNames Add(SyntaxNode member)
    {
        var names = new MemberNames(member);
        Members.Add(names);
        _byMember[member] = names;
        return names;
    }

    /// <summary>Part of reading the file.</summary>
    public void Mention(MemberNames member, string name, CallShapes shapes)
    {
        if (member.Mentioned.TryGetValue(name, out var known))
        {
            member.Mentioned[name] = known | shapes;
            return;
        }

        member.Mentioned[name] = shapes;
        if (!_mentioning.TryGetValue(name, out var members)) _mentioning[name] = members = [];
        members.Add(member);
    }

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

    public static bool IsMember(SyntaxNode node) => node switch
    {
        BaseMethodDeclarationSyntax or AccessorDeclarationSyntax => true,
        ArrowExpressionClauseSyntax => node.Parent is BasePropertyDeclarationSyntax,
        EqualsValueClauseSyntax => node.Parent is PropertyDeclarationSyntax or VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax },
        // Top-level statements make up one body.
        CompilationUnitSyntax unit => unit.Members.Any(SyntaxKind.GlobalStatement),
        _ => false,
    };
}
