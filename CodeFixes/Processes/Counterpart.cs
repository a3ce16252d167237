using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Processes;

/// <summary>What does between processes what a type does between threads.</summary>
/// <param name="Name">Of the counterpart.</param>
/// <param name="Members">The members whose names differ, each with its name there.</param>
internal sealed record Counterpart(string Name, IReadOnlyDictionary<string, string> Members)
{
    private static readonly Dictionary<string, string> s_none = [];

    private static readonly Dictionary<string, Counterpart> s_all = new()
    {
        ["Tandem.ThreadLock"] = new("ProcessLock", s_none),
        ["Tandem.ThreadQueue`1"] = new("ProcessQueue", s_none),
        ["System.Collections.Concurrent.BlockingCollection`1"] = new("ProcessQueue", new Dictionary<string, string> { ["Add"] = "Put", ["TryAdd"] = "TryPut", ["CompleteAdding"] = "Complete", ["BoundedCapacity"] = "Capacity" }),
        ["System.Threading.Channels.Channel`1"] = new("ProcessQueue", new Dictionary<string, string>
        {
            ["Writer.WriteAsync"] = "PutAsync", ["Writer.TryWrite"] = "TryPut", ["Writer.Complete"] = "Complete",
            ["Reader.ReadAsync"] = "TakeAsync", ["Reader.TryRead"] = "TryTake", ["Reader.ReadAllAsync"] = "TakeAllAsync",
        }),
    };

    public static Counterpart? Of(ITypeSymbol type) => s_all.TryGetValue(type.OriginalDefinition.MetadataName(), out var counterpart) ? counterpart : null;

    /// <summary>The changes that make it the type of what is handed over, and of what the work takes; null where not all that uses it is in sight.</summary>
    public ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation call, Crossing crossing, Refusal refusal, IReadOnlyList<Location> member)
    {
        // What the counterpart holds has to cross, too.
        if (((INamedTypeSymbol)refusal.Culprit).TypeArguments.Any(item => Portability.Of(model.Compilation).Find(item, default) is not null)) return null;
        var variable = refusal.Path.Length == 0 ? Variable(crossing.Value) : refusal.Member;
        if (variable is null || !IsInSight(variable, model) || (refusal.Path.Length > 0 && member.Count != 1)) return null;

        // The variable, and the parameters by which the work knows it.
        var variables = new List<ISymbol> { variable };
        if (refusal.Path.Length == 0 && Parameter(call, crossing) is { } parameter)
        {
            if (!IsInSight(parameter, model)) return null;
            variables.Add(parameter);
        }

        var changes = new HashSet<TextChange>();
        foreach (var name in model.SyntaxTree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
            if (variables.Any(each => each.Name == name.Identifier.ValueText && SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol?.OriginalDefinition, each))) Rename(name, changes);
        foreach (var each in variables)
            foreach (var declaration in each.DeclaringSyntaxReferences.Select(static r => r.GetSyntax())) Retype(model, declaration is VariableDeclaratorSyntax { Parent: { } whole } ? whole : declaration, refusal.Culprit, changes);
        return [.. changes];
    }

    private static ISymbol? Variable(IOperation? value) => value is null ? null : WorkValue.Unconverted(value) switch
    {
        ILocalReferenceOperation local => local.Local,
        IFieldReferenceOperation field => field.Field.OriginalDefinition,
        _ => null,
    };

    private static IParameterSymbol? Parameter(IInvocationOperation call, Crossing crossing)
    {
        var work = call.Arguments.First(static argument => argument.Parameter?.Name == "work").Value;
        var type = call.TargetMethod.OriginalDefinition.Parameters.FirstOrDefault(p => call.Arguments.Any(a => a.Value == crossing.Value && a.Parameter?.Ordinal == p.Ordinal))?.Type;
        var ordinal = call.TargetMethod.OriginalDefinition.TypeParameters.ToList().FindIndex(t => SymbolEqualityComparer.Default.Equals(t, type));
        var parameters = WorkValue.Unconverted(work) switch
        {
            IAnonymousFunctionOperation lambda => lambda.Symbol.Parameters,
            IMethodReferenceOperation { Method: var method } => method.OriginalDefinition.Parameters,
            _ => [],
        };
        return ordinal >= 0 && ordinal < parameters.Length ? parameters[ordinal] : null;
    }

    // A variable that other files can use would have to change there, too.
    private static bool IsInSight(ISymbol variable, SemanticModel model) =>
        variable.DeclaringSyntaxReferences is { Length: 1 } references && references[0].SyntaxTree == model.SyntaxTree
        && (variable is ILocalSymbol || variable is IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction } or IMethodSymbol { DeclaredAccessibility: Accessibility.Private } }
            || variable.DeclaredAccessibility == Accessibility.Private || variable.ContainingType is { DeclaringSyntaxReferences.Length: 1, ContainingType.DeclaringSyntaxReferences.Length: 1, DeclaredAccessibility: Accessibility.Private } || IsOnlyFile(model));

    private static bool IsOnlyFile(SemanticModel model) => model.Compilation.SyntaxTrees.Count() == 1;

    // `queue.Add(x)` becomes `queue.Put(x)`, `channel.Writer.TryWrite(x)` becomes `channel.TryPut(x)`. What has no counterpart does not compile then.
    private void Rename(SimpleNameSyntax name, HashSet<TextChange> changes)
    {
        ExpressionSyntax use = name.Parent is MemberAccessExpressionSyntax { Name: var last } qualified && last == name ? qualified : name;
        if (Members.Count == 0 || use.Parent is not MemberAccessExpressionSyntax access || access.Expression != use) return;

        if (Members.TryGetValue(access.Name.Identifier.ValueText, out var renamed)) changes.Add(new(access.Name.Identifier.Span, renamed));
        else if (access.Parent is MemberAccessExpressionSyntax outer && outer.Expression == access && Members.TryGetValue($"{access.Name.Identifier.ValueText}.{outer.Name.Identifier.ValueText}", out renamed))
            changes.Add(new(TextSpan.FromBounds(access.Name.SpanStart, outer.Name.Span.End), renamed));
    }

    // The names of the type in the declaration, and how the value is made.
    private void Retype(SemanticModel model, SyntaxNode declaration, ITypeSymbol culprit, HashSet<TextChange> changes)
    {
        foreach (var name in declaration.DescendantNodesAndSelf().OfType<SimpleNameSyntax>())
        {
            if (name.Parent is MemberAccessExpressionSyntax || name is IdentifierNameSyntax { IsVar: true }) continue;
            if (SymbolEqualityComparer.Default.Equals(model.GetSymbolInfo(name).Symbol?.OriginalDefinition, culprit.OriginalDefinition)) changes.Add(new(name.Parent is QualifiedNameSyntax qualified && qualified.Right == name ? qualified.Span : name.Span, name is GenericNameSyntax generic ? Name + generic.TypeArgumentList : Name));
        }

        // `Channel.CreateBounded<int>(8)`
        foreach (var made in declaration.DescendantNodes().OfType<InvocationExpressionSyntax>())
            if (model.GetSymbolInfo(made).Symbol is IMethodSymbol { ContainingType: { Name: "Channel", ContainingNamespace.Name: "Channels" }, Name: "CreateUnbounded" or "CreateBounded" } && made.Expression is MemberAccessExpressionSyntax { Name: GenericNameSyntax item })
                changes.Add(new(made.Expression.Span, $"new {Name}{item.TypeArgumentList}"));
    }
}
