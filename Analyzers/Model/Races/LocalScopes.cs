using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What encloses the point to which a pass over a file has come, in the order of the source: the member, and the locals and parameters that can be named there.</summary>
internal sealed class LocalScopes
{
    private readonly Stack<Scope> _open = new();

    // Each name that is a local or parameter here, with how deep in lambdas and local functions it is declared.
    private readonly Dictionary<string, (int Depth, bool IsParameter)> _visible = [];

    /// <summary>The member that the point is part of, if it is part of one.</summary>
    public MemberNames? Member => _open.Count > 0 ? _open.Peek().Member : null;

    private int Depth => _open.Count > 0 ? _open.Peek().Depth : 0;

    /// <summary>Goes on to the node. <paramref name="member"/> is its own, if it is a member.</summary>
    public void Enter(SyntaxNode node, MemberNames? member)
    {
        while (_open.Count > 0 && _open.Peek().End <= node.SpanStart) Close();
        if (node is BaseTypeDeclarationSyntax)
        {
            // A type sees none of the locals of the top-level statements before it.
            _visible.Clear();
            _open.Push(new Scope(node.Span.End, 0, null));
        }
        else if (member is not null) _open.Push(new Scope(node.Span.End, 0, member));
        else if (IsFunction(node)) _open.Push(new Scope(node.Span.End, Depth + 1, Member));
        else if (IsScope(node)) _open.Push(new Scope(node.Span.End, Depth, Member));

        if (DeclaredBy(node) is { } name) Declare(name, node is ParameterSyntax);
    }

    /// <summary>The local or parameter that the name stands for here; null if it stands for none.</summary>
    public LocalName? Find(string name) => _visible.TryGetValue(name, out var found) ? new LocalName(found.IsParameter, found.Depth < Depth) : null;

    private void Declare(string name, bool isParameter)
    {
        if (_open.Count == 0) return;
        var scope = _open.Peek();
        (scope.Declared ??= []).Add((name, _visible.TryGetValue(name, out var outer) ? outer : null));
        _visible[name] = (scope.Depth, isParameter);
    }

    private void Close()
    {
        if (_open.Pop().Declared is not { } declared) return;
        for (var i = declared.Count - 1; i >= 0; i--)
        {
            if (declared[i].Outer is { } outer) _visible[declared[i].Name] = outer;
            else _visible.Remove(declared[i].Name);
        }
    }

    /// <summary>The local or parameter that the node declares. What is passed or declared by reference stands for something else, and is none.</summary>
    private static string? DeclaredBy(SyntaxNode node) => node.Kind() switch
    {
        SyntaxKind.VariableDeclarator when node.Parent is VariableDeclarationSyntax { Parent: not BaseFieldDeclarationSyntax, Type: not RefTypeSyntax } => ((VariableDeclaratorSyntax)node).Identifier.ValueText,
        SyntaxKind.SingleVariableDesignation when node.Parent is not DeclarationExpressionSyntax { Type: RefTypeSyntax } => ((SingleVariableDesignationSyntax)node).Identifier.ValueText,
        SyntaxKind.ForEachStatement when node is ForEachStatementSyntax { Type: not RefTypeSyntax } loop => loop.Identifier.ValueText,
        SyntaxKind.CatchDeclaration => ((CatchDeclarationSyntax)node).Identifier.ValueText,
        // Those of a type are its state.
        SyntaxKind.Parameter when node.Parent?.Parent is not TypeDeclarationSyntax && !((ParameterSyntax)node).Modifiers.Any(SyntaxKind.RefKeyword) => ((ParameterSyntax)node).Identifier.ValueText,
        SyntaxKind.FromClause => ((FromClauseSyntax)node).Identifier.ValueText,
        SyntaxKind.LetClause => ((LetClauseSyntax)node).Identifier.ValueText,
        SyntaxKind.JoinClause => ((JoinClauseSyntax)node).Identifier.ValueText,
        SyntaxKind.SetAccessorDeclaration or SyntaxKind.InitAccessorDeclaration or SyntaxKind.AddAccessorDeclaration or SyntaxKind.RemoveAccessorDeclaration => "value",
        _ => null,
    };

    private static bool IsFunction(SyntaxNode node) => node.Kind() is SyntaxKind.SimpleLambdaExpression or SyntaxKind.ParenthesizedLambdaExpression or SyntaxKind.AnonymousMethodExpression or SyntaxKind.LocalFunctionStatement;

    private static bool IsScope(SyntaxNode node) => node.Kind() is SyntaxKind.Block or SyntaxKind.ForStatement or SyntaxKind.ForEachStatement or SyntaxKind.ForEachVariableStatement
        or SyntaxKind.UsingStatement or SyntaxKind.FixedStatement or SyntaxKind.CatchClause or SyntaxKind.SwitchStatement or SyntaxKind.SwitchExpressionArm or SyntaxKind.QueryExpression or SyntaxKind.IndexerDeclaration;

    private sealed class Scope(int end, int depth, MemberNames? member)
    {
        public int End { get; } = end;
        public int Depth { get; } = depth;
        public MemberNames? Member { get; } = member;
        public List<(string Name, (int Depth, bool IsParameter)? Outer)>? Declared { get; set; }
    }
}

/// <summary>What a name of a local or parameter stands for.</summary>
/// <param name="IsParameter">Whether it is a parameter.</param>
/// <param name="IsCaptured">Whether a lambda or local function shares it with the code around.</param>
internal readonly record struct LocalName(bool IsParameter, bool IsCaptured);
