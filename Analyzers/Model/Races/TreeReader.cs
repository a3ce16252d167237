using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>Reads a file once, in the order of the source, into its index.</summary>
internal sealed class TreeReader(TreeIndex index)
{
    private readonly LocalScopes _scopes = new();

    // What is said of locals before a lambda further down captures them.
    private readonly List<(MemberNames Member, string Name, bool IsAssigned, bool IsUpdated, bool IsTested)> _locals = [];

    public void Read(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodesAndSelf(static node => !IsTypeOnly(node)))
        {
            _scopes.Enter(node, TreeIndex.IsMember(node) ? index.Add(node) : null);
            if (node is SimpleNameSyntax name) NoteName(name);
            else if (node is FieldExpressionSyntax field) NoteField(field);
            else if (node is MemberDeclarationSyntax or ParameterSyntax or TupleElementSyntax) NoteDeclaration(node);
            else if (_scopes.Member is { } member) NoteCode(member, node);
        }

        foreach (var (member, name, isAssigned, isUpdated, isTested) in _locals)
        {
            if (!member.Captured.Contains(name)) continue;
            index.Mention(member, name, CallShapes.Any);
            if (isAssigned) member.Assigned.Add(name);
            if (isUpdated) member.Updated.Add(name);
            if (isTested) member.Tested.Add(name);
        }
    }

    private void NoteDeclaration(SyntaxNode node)
    {
        switch (node)
        {
            case MethodDeclarationSyntax method:
                if (AnnotationSyntax.SaysHeld(method)) index.Held.Add(method.Identifier.ValueText);
                if (StartSyntax.MayGoOn(method.Modifiers, method.ReturnType)) index.GoingOn.Note(method.Identifier.ValueText, CallShapes.Of(method));
                break;
            case PropertyDeclarationSyntax property when IsVariable(property):
                NoteState(property.Identifier.ValueText, property.Type, IsOpen(property.Modifiers), AnnotationSyntax.IsShared(property));
                break;
            case FieldDeclarationSyntax field when IsVariable(field):
                var isShared = AnnotationSyntax.IsShared(field);
                foreach (var variable in field.Declaration.Variables) NoteState(variable.Identifier.ValueText, field.Declaration.Type, IsOpen(field.Modifiers), isShared);
                break;
            case FieldDeclarationSyntax or PropertyDeclarationSyntax when AnnotationSyntax.IsShared(node):
                index.Shared.UnionWith(node is FieldDeclarationSyntax constant ? constant.Declaration.Variables.Select(static variable => variable.Identifier.ValueText) : [((PropertyDeclarationSyntax)node).Identifier.ValueText]);
                break;
            case ParameterSyntax { Parent.Parent: TypeDeclarationSyntax type } parameter:
                index.State[parameter.Identifier.ValueText] = type is RecordDeclarationSyntax || (index.State.TryGetValue(parameter.Identifier.ValueText, out var isOpen) && isOpen);
                break;
            case ParameterSyntax parameter when parameter.Modifiers.Any(SyntaxKind.RefKeyword):
                _scopes.Member?.Captured.Add(parameter.Identifier.ValueText);
                break;
            case TupleElementSyntax element:
                index.State[element.Identifier.ValueText] = true;
                break;
            case StructDeclarationSyntax or RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: (int)SyntaxKind.StructKeyword }:
                index.Structures.Add(((TypeDeclarationSyntax)node).Identifier.ValueText);
                break;
        }
    }

    private void NoteState(string name, TypeSyntax type, bool isOpen, bool isShared)
    {
        index.State[name] = isOpen || (index.State.TryGetValue(name, out var known) && known);
        if (isShared) index.Shared.Add(name);
        if (type is not ArrayTypeSyntax && TornSyntax.Candidate(type) is { } structure) index.Torn.Add((name, structure));
    }

    private void NoteCode(MemberNames member, SyntaxNode node)
    {
        switch (node.Kind())
        {
            case SyntaxKind.LockStatement:
                member.MayLock = true;
                break;
            case SyntaxKind.IfStatement or SyntaxKind.ConditionalExpression or SyntaxKind.SwitchStatement or SyntaxKind.SwitchExpression or SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression or SyntaxKind.CoalesceExpression or SyntaxKind.CoalesceAssignmentExpression:
                member.HasCondition = true;
                break;
            case SyntaxKind.WhileStatement or SyntaxKind.DoStatement or SyntaxKind.ForStatement or SyntaxKind.ForEachStatement or SyntaxKind.ForEachVariableStatement:
                member.HasCondition = true;
                member.HasLoop = true;
                member.MaySpin |= SpinSyntax.MaySpin(node);
                break;
            case SyntaxKind.VariableDeclarator when node.Parent is VariableDeclarationSyntax { Type: RefTypeSyntax }:
                member.Captured.Add(((VariableDeclaratorSyntax)node).Identifier.ValueText);
                break;
            case SyntaxKind.ImplicitObjectCreationExpression:
                member.MayStartWork |= StartSyntax.MayStart((ImplicitObjectCreationExpressionSyntax)node);
                break;
            case SyntaxKind.LocalFunctionStatement when node is LocalFunctionStatementSyntax function && StartSyntax.MayGoOn(function.Modifiers, function.ReturnType):
                index.GoingOn.Note(function.Identifier.ValueText, CallShapes.Any);
                break;
        }
    }

    private void NoteName(SimpleNameSyntax mention)
    {
        if (CollectionSyntax.IsConcurrent(mention)) index.ConcurrentCollections.UnionWith(CollectionSyntax.Declared(mention));
        else if (CollectionSyntax.IsPlain(mention)) index.PlainCollections.UnionWith(CollectionSyntax.Declared(mention));
        // `var sums = (Hits: 0, Misses: 0)`
        if (mention.Parent is NameColonSyntax { Parent: ArgumentSyntax { Parent: TupleExpressionSyntax } }) index.State[mention.Identifier.ValueText] = true;
        if (_scopes.Member is not { } member) return;

        var name = mention.Identifier.ValueText;
        member.MayStartWork |= StartSyntax.MayStart(mention);
        member.MayGather |= StartSyntax.MayGather(mention);
        if (SyntaxFacts.IsInTypeOnlyContext(mention)) return;

        member.MayLock |= LockTable.IsAcquireName(name) || name.EndsWith("Lock", System.StringComparison.Ordinal);
        if (StartSyntax.IsLeftRunning(mention)) member.LeftRunning.Note(name, CallShapes.Of(mention));
        var isAssigned = MentionSyntax.IsAssigned(mention, out var isUpdated);
        var isTested = !isAssigned && MentionSyntax.IsTested(mention);
        if (!IsQualified(mention) && _scopes.Find(name) is { } local)
        {
            if (local.IsCaptured || MentionSyntax.IsIndexed(mention)) member.Captured.Add(name);
            if (local.IsParameter) index.Mention(member, name, CallShapes.Any);
            _locals.Add((member, name, isAssigned, isUpdated, isTested));
            return;
        }

        index.Mention(member, name, CallShapes.Of(mention));
        if (isAssigned) member.Assigned.Add(name);
        if (isUpdated) member.Updated.Add(name);
        if (isTested) member.Tested.Add(name);
    }

    /// <summary><c>field</c>, which has the name of its property.</summary>
    private void NoteField(FieldExpressionSyntax field)
    {
        if (_scopes.Member is not { } member || field.FirstAncestorOrSelf<PropertyDeclarationSyntax>() is not { Identifier.ValueText: var name }) return;
        if (!index.State.ContainsKey(name)) index.State[name] = false;
        index.Mention(member, name, CallShapes.Any);
        var isAssigned = MentionSyntax.IsAssigned(field, out var isUpdated);
        if (isAssigned) member.Assigned.Add(name);
        else if (MentionSyntax.IsTested(field)) member.Tested.Add(name);
        if (isUpdated) member.Updated.Add(name);
    }

    /// <summary>Whether it is the name of a member of something: <c>x.Name</c>, <c>x?.Name</c>, <c>new() { Name = … }</c>, <c>is { Name: … }</c></summary>
    private static bool IsQualified(SimpleNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Name == name,
        MemberBindingExpressionSyntax or NameColonSyntax or QualifiedNameSyntax => true,
        AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment => assignment.Left == name,
        _ => false,
    };

    /// <summary>Whether it is a property that keeps a value of its own, which others than constructors can set.</summary>
    private static bool IsVariable(PropertyDeclarationSyntax property) => property is { AccessorList.Accessors: var accessors, Parent: not InterfaceDeclarationSyntax } && !property.Modifiers.Any(SyntaxKind.AbstractKeyword)
        && accessors.Any(SyntaxKind.SetAccessorDeclaration) && accessors.Any(static accessor => accessor.Body is null && accessor.ExpressionBody is null);

    /// <summary>Whether it can be set, or an element of it.</summary>
    private static bool IsVariable(FieldDeclarationSyntax field) => !field.Modifiers.Any(SyntaxKind.ConstKeyword) && (!field.Modifiers.Any(SyntaxKind.ReadOnlyKeyword) || field.Declaration.Type is ArrayTypeSyntax);

    private static bool IsOpen(SyntaxTokenList modifiers)
    {
        foreach (var modifier in modifiers)
            if (modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword or SyntaxKind.ProtectedKeyword) return true;
        return false;
    }

    private static bool IsTypeOnly(SyntaxNode node) => node is UsingDirectiveSyntax or AttributeListSyntax or BaseListSyntax or TypeParameterConstraintClauseSyntax;
}
