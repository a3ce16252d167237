using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Races;

/// <summary>
/// A concurrent collection in place of a plain one, in a private field or a local all of whose uses it can do, each in one step. Where a member
/// looks at the collection and changes it, one step is not enough, and only a lock helps.
/// </summary>
internal static class ConcurrentReplacement
{
    private static readonly Dictionary<string, string> s_types = new() { ["Dictionary"] = "ConcurrentDictionary", ["Queue"] = "ConcurrentQueue", ["Stack"] = "ConcurrentStack", ["List"] = "ConcurrentQueue" };

    /// <summary>The members that do the same, under the same name or another.</summary>
    private static readonly Dictionary<string, string> s_members = new()
    {
        ["Dictionary.TryGetValue"] = "TryGetValue", ["Dictionary.ContainsKey"] = "ContainsKey", ["Dictionary.Clear"] = "Clear", ["Dictionary.Count"] = "Count", ["Dictionary.Keys"] = "Keys", ["Dictionary.Values"] = "Values", ["Dictionary.TryAdd"] = "TryAdd", ["Dictionary.Remove"] = "TryRemove",
        ["Queue.Enqueue"] = "Enqueue", ["Queue.TryDequeue"] = "TryDequeue", ["Queue.TryPeek"] = "TryPeek", ["Queue.Clear"] = "Clear", ["Queue.Count"] = "Count", ["Queue.ToArray"] = "ToArray",
        ["Stack.Push"] = "Push", ["Stack.TryPop"] = "TryPop", ["Stack.TryPeek"] = "TryPeek", ["Stack.Clear"] = "Clear", ["Stack.Count"] = "Count", ["Stack.ToArray"] = "ToArray",
        // In the order in which they were added, as before.
        ["List.Add"] = "Enqueue", ["List.Clear"] = "Clear", ["List.Count"] = "Count", ["List.ToArray"] = "ToArray",
    };

    public static TextFix? Of(SemanticModel model, SyntaxNode reported, CancellationToken cancellationToken)
    {
        var collection = model.GetOperation(reported, cancellationToken) is { } use && CollectionSteps.Collection(use) is { } receiver ? receiver : reported;
        var found = model.GetSymbolInfo(collection, cancellationToken).Symbol;
        if (found is not (ILocalSymbol or IFieldSymbol { DeclaredAccessibility: Accessibility.Private, ContainingType.DeclaringSyntaxReferences.Length: 1 }) || found.DeclaringSyntaxReferences is not { Length: 1 } declarations) return null;
        if (declarations[0].GetSyntax(cancellationToken) is not VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax { Initializer: null } creation, Parent: VariableDeclarationSyntax { Variables.Count: 1 } declaration } declarator || declarator.SyntaxTree != model.SyntaxTree) return null;
        if (model.GetTypeInfo(creation, cancellationToken).Type is not INamedTypeSymbol { Name: var name } type || CollectionType.Of(type) is not { IsConcurrent: false } || !s_types.TryGetValue(name, out var concurrent)) return null;

        var scope = found is IFieldSymbol ? declaration.FirstAncestorOrSelf<TypeDeclarationSyntax>() : declaration.Ancestors().FirstOrDefault(static node => node is MemberDeclarationSyntax and not GlobalStatementSyntax) ?? model.SyntaxTree.GetRoot(cancellationToken);
        if (scope is null) return null;

        var changes = new List<TextChange>();
        foreach (var written in new SyntaxNode?[] { declaration.Type, (creation as ObjectCreationExpressionSyntax)?.Type })
            if (written is not null && !(written is IdentifierNameSyntax { IsVar: true }) && !Rename(written, name, Qualified(model, written.SpanStart, concurrent), changes)) return null;

        var looking = new HashSet<SyntaxNode?>();
        var changing = new HashSet<SyntaxNode?>();
        foreach (var mention in scope.DescendantNodes().OfType<IdentifierNameSyntax>().Where(node => node.Identifier.ValueText == found.Name))
        {
            if (!SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(mention, cancellationToken).Symbol, found)) continue;
            if (Translate(model, mention, name, changes, cancellationToken) is not { } writes) return null;
            (writes ? changing : looking).Add(mention.Ancestors().FirstOrDefault(static node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax and not GlobalStatementSyntax));
        }

        return looking.Overlaps(changing) ? null : new TextFix($"Make it a {concurrent}", "ConcurrentCollection", [.. changes]);
    }

    /// <summary>Notes what changes at one use; whether it changes the collection, null where the other collection can't do it.</summary>
    private static bool? Translate(SemanticModel model, IdentifierNameSyntax mention, string type, List<TextChange> changes, CancellationToken cancellationToken)
    {
        ExpressionSyntax use = mention.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } own ? own : mention;
        switch (use.Parent)
        {
            case MemberAccessExpressionSyntax access when access.Expression == use:
                if (model.GetSymbolInfo(access, cancellationToken).Symbol is IMethodSymbol { IsExtensionMethod: true }) return false;
                if (!s_members.TryGetValue($"{type}.{access.Name.Identifier.ValueText}", out var member)) return null;
                if (member != access.Name.Identifier.ValueText) changes.Add(new TextChange(access.Name.Span, member));
                // `d.Remove(k)` does not tell what was there.
                if (member == "TryRemove" && access.Parent is InvocationExpressionSyntax { ArgumentList.Arguments: { Count: 1 } arguments }) changes.Add(new TextChange(new TextSpan(arguments[0].Span.End, 0), ", out _"));
                return CollectionType.ActOf(member) is CollectionAct.Add or CollectionAct.Take or CollectionAct.Change;
            case ElementAccessExpressionSyntax element when element.Expression == use && type == "Dictionary":
                return element.Parent switch
                {
                    AssignmentExpressionSyntax assignment when assignment.Left == element => assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) ? true : null,
                    PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PreIncrementExpression or (int)SyntaxKind.PreDecrementExpression } or PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression or (int)SyntaxKind.PostDecrementExpression } => null,
                    _ => false,
                };
            case ForEachStatementSyntax loop when loop.Expression == use: return false;
            case ArgumentSyntax { RefKindKeyword.RawKind: 0 } argument when model.GetOperation(argument, cancellationToken) is Microsoft.CodeAnalysis.Operations.IArgumentOperation { Parameter.Type.Name: "IEnumerable" }: return false;
            default: return null;
        }
    }

    private static bool Rename(SyntaxNode type, string from, string to, List<TextChange> changes)
    {
        if (type is not (GenericNameSyntax or QualifiedNameSyntax { Right: GenericNameSyntax }) || type.DescendantNodesAndSelf().OfType<GenericNameSyntax>().First() is not { } generic || generic.Identifier.ValueText != from) return false;
        changes.Add(new TextChange(TextSpan.FromBounds(type.SpanStart, generic.Identifier.Span.End), to));
        return true;
    }

    private static string Qualified(SemanticModel model, int position, string name) =>
        model.LookupNamespacesAndTypes(position, name: name).IsEmpty ? $"System.Collections.Concurrent.{name}" : name;
}
