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

    private readonly List<MemberNames> _members = [];
    private readonly Dictionary<string, List<MemberNames>> _mentioning = [];
    private readonly HashSet<string> _goingOn = [];
    private readonly HashSet<string> _shared = [];
    private readonly HashSet<string> _concurrentCollections = [];
    private readonly HashSet<string> _plainCollections = [];
    private readonly HashSet<string> _held = [];
    private readonly List<(string Name, string Type)> _torn = [];
    private readonly HashSet<string> _structures = [];

    private TreeIndex(SyntaxNode root)
    {
        var names = new Dictionary<SyntaxNode, MemberNames>();
        foreach (var node in root.DescendantNodesAndSelf(static node => !IsTypeOnly(node)))
        {
            if (CollectionSyntax.IsConcurrent(node)) _concurrentCollections.UnionWith(CollectionSyntax.Declared(node));
            else if (CollectionSyntax.IsPlain(node)) _plainCollections.UnionWith(CollectionSyntax.Declared(node));
            if (IsMember(node))
            {
                names[node] = new MemberNames(node);
                _members.Add(names[node]);
            }

            NoteDeclaration(node);
            switch (node)
            {
                case SimpleNameSyntax { Identifier.ValueText: var name } mention when MemberOf(node) is { } member:
                    Note(names[member], name, mention);
                    break;
                case LockStatementSyntax when MemberOf(node) is { } member:
                    names[member].MayLock = true;
                    break;
                case WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax when MemberOf(node) is { } member:
                    names[member].HasLoop = true;
                    names[member].MaySpin |= SpinSyntax.MaySpin(node);
                    break;
                case ImplicitObjectCreationExpressionSyntax creation when StartSyntax.MayStart(creation) && MemberOf(node) is { } member:
                    names[member].MayStartWork = true;
                    break;
                case PropertyDeclarationSyntax property when AnnotationSyntax.IsShared(property):
                    _shared.Add(property.Identifier.ValueText);
                    break;
                case FieldDeclarationSyntax field when AnnotationSyntax.IsShared(field):
                    foreach (var variable in field.Declaration.Variables) _shared.Add(variable.Identifier.ValueText);
                    break;
                case MethodDeclarationSyntax method when StartSyntax.MayGoOn(method.Modifiers, method.ReturnType):
                    _goingOn.Add(method.Identifier.ValueText);
                    break;
                case LocalFunctionStatementSyntax function when StartSyntax.MayGoOn(function.Modifiers, function.ReturnType):
                    _goingOn.Add(function.Identifier.ValueText);
                    break;
            }
        }
    }

    /// <summary>The names of the fields and properties that are declared to be shared or guarded, themselves or by their type.</summary>
    public IReadOnlyCollection<string> Shared => _shared;

    /// <summary>The names of the variables, fields, properties and parameters that may hold a concurrent collection.</summary>
    public IReadOnlyCollection<string> ConcurrentCollections => _concurrentCollections;

    /// <summary>The same for a collection that is not made for several threads.</summary>
    public IReadOnlyCollection<string> PlainCollections => _plainCollections;

    /// <summary>The names of the methods whose callers are declared to hold a lock.</summary>
    public IReadOnlyCollection<string> Held => _held;

    /// <summary>The fields and properties that may be structures of several words, which are not read in one step, each with its type's name.</summary>
    public IReadOnlyCollection<(string Name, string Type)> Torn => _torn;

    /// <summary>The names of the structures that the file declares.</summary>
    public IReadOnlyCollection<string> Structures => _structures;

    /// <summary>The names of the methods that may go on after they have returned: async ones, and those that return a task.</summary>
    public IReadOnlyCollection<string> GoingOn => _goingOn;

    /// <summary>The members that have code, in the order of the source.</summary>
    public IReadOnlyList<MemberNames> Members => _members;

    public static TreeIndex Of(SyntaxTree tree) => s_byTree.GetValue(tree, static tree => new TreeIndex(tree.GetRoot()));

    /// <summary>The members whose code mentions the name, in the order of the source.</summary>
    public IReadOnlyList<MemberNames> Mentioning(string name) => _mentioning.TryGetValue(name, out var members) ? members : [];

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

    private void NoteDeclaration(SyntaxNode node)
    {
        switch (node)
        {
            case MethodDeclarationSyntax method when AnnotationSyntax.SaysHeld(method):
                _held.Add(method.Identifier.ValueText);
                break;
            case PropertyDeclarationSyntax property when TornSyntax.Candidate(property.Type) is { } type:
                _torn.Add((property.Identifier.ValueText, type));
                break;
            case FieldDeclarationSyntax field when TornSyntax.Candidate(field.Declaration.Type) is { } type:
                foreach (var variable in field.Declaration.Variables) _torn.Add((variable.Identifier.ValueText, type));
                break;
            case StructDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: (int)SyntaxKind.StructKeyword }:
                _structures.Add(((TypeDeclarationSyntax)node).Identifier.ValueText);
                break;
        }
    }

    private void Note(MemberNames member, string name, SimpleNameSyntax mention)
    {
        if (member.Mentioned.Add(name))
        {
            if (!_mentioning.TryGetValue(name, out var members)) _mentioning[name] = members = [];
            members.Add(member);
        }

        member.MayStartWork |= StartSyntax.MayStart(mention);
        member.MayLock |= LockTable.IsAcquireName(name) || name.EndsWith("Lock", System.StringComparison.Ordinal);
        if (StartSyntax.IsLeftRunning(mention)) member.LeftRunning.Add(name);
        if (IsAssigned(mention, out var updates))
        {
            member.Assigned.Add(name);
            if (updates) member.Updated.Add(name);
        }
        else if (IsTested(mention)) member.Tested.Add(name);
    }

    private static bool IsTypeOnly(SyntaxNode node) => node is UsingDirectiveSyntax or AttributeListSyntax or BaseListSyntax or TypeParameterConstraintClauseSyntax;

    private static bool IsAssigned(SimpleNameSyntax name, out bool updates)
    {
        SyntaxNode target = name.Parent switch
        {
            MemberAccessExpressionSyntax access when access.Name == name => access,
            MemberBindingExpressionSyntax binding => binding,
            _ => name,
        };
        while (target.Parent is ParenthesizedExpressionSyntax || (target.Parent is ElementAccessExpressionSyntax element && element.Expression == target)) target = target.Parent;
        updates = target.Parent switch
        {
            AssignmentExpressionSyntax assignment when assignment.Left == target => !assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) || Mentions(assignment.Right, name.Identifier.ValueText),
            PrefixUnaryExpressionSyntax prefix => prefix.IsKind(SyntaxKind.PreIncrementExpression) || prefix.IsKind(SyntaxKind.PreDecrementExpression),
            PostfixUnaryExpressionSyntax postfix => postfix.IsKind(SyntaxKind.PostIncrementExpression) || postfix.IsKind(SyntaxKind.PostDecrementExpression),
            _ => false,
        };
        return updates || target.Parent switch
        {
            AssignmentExpressionSyntax assignment => assignment.Left == target,
            ArgumentSyntax { RefKindKeyword.RawKind: not 0 and not (int)SyntaxKind.InKeyword } argument => !IsVolatileRead(argument),
            ArgumentSyntax { Parent: TupleExpressionSyntax { Parent: AssignmentExpressionSyntax } } => true,
            _ => false,
        };
    }

    private static bool Mentions(ExpressionSyntax expression, string name)
    {
        foreach (var node in expression.DescendantNodesAndSelf())
            if (node is SimpleNameSyntax mention && mention.Identifier.ValueText == name) return true;
        return false;
    }

    private static bool IsVolatileRead(ArgumentSyntax argument) =>
        argument.Parent?.Parent is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Read" } };

    private static bool IsTested(SyntaxNode mention)
    {
        for (var (at, from) = (mention.Parent, mention); at is not null; (at, from) = (at.Parent, at))
        {
            switch (at)
            {
                case ConditionalExpressionSyntax conditional when conditional.Condition == from:
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression or (int)SyntaxKind.CoalesceExpression } binary when binary.Left == from:
                case SwitchExpressionSyntax choice when choice.GoverningExpression == from:
                // A local, which may be tested or written back later.
                case EqualsValueClauseSyntax or LocalDeclarationStatementSyntax:
                case AssignmentExpressionSyntax assignment when assignment.Right == from:
                    return true;
                case WhenClauseSyntax: return true;
                case StatementSyntax: return at is IfStatementSyntax or WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or SwitchStatementSyntax;
                case MemberDeclarationSyntax: return false;
            }
        }

        return false;
    }
}
