using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Executors;

/// <summary>Makes a local executor one of the other kind, where all of its work can move.</summary>
/// <param name="From">What it is: "Thread" or "Process".</param>
/// <param name="To">What it becomes.</param>
/// <param name="HandOver">What a call of Submit or Map needs to move; null where it can't.</param>
internal sealed record ChangeOfExecutor(string From, string To, Func<IInvocationOperation, IEnumerable<TextChange>?> HandOver)
{
    private static readonly string[] s_sameOnBoth = ["Dispose", "DisposeAsync", "ShutdownAsync"];

    /// <summary>The changes that move the executor of <paramref name="call"/>; null where it has to stay.</summary>
    public ImmutableArray<TextChange>? Of(IInvocationOperation call)
    {
        if (call.Instance is null || WorkValue.Unconverted(call.Instance) is not ILocalReferenceOperation { Local: var executor } use
            || WorkValue.Of(use) is not IObjectCreationOperation creation || creation.Type?.Name != From + "Executor"
            || CreationChanges(creation, executor) is not { } changes)
            return null;

        foreach (var reference in WorkValue.Root(use).Descendants().OfType<ILocalReferenceOperation>())
        {
            if (!SymbolEqualityComparer.Default.Equals(reference.Local, executor)) continue;
            switch (Receiver(reference).Parent)
            {
                case IInvocationOperation { TargetMethod.Name: "Submit" or "Map" } handOver:
                    if (HandOver(handOver) is not { } moved) return null;
                    changes.AddRange(moved);
                    break;
                case IInvocationOperation other when s_sameOnBoth.Contains(other.TargetMethod.Name):
                case IPropertyReferenceOperation { Property.Name: "MaxWorkers" }:
                case IUsingOperation:
                    break;
                // Whoever else gets it may rely on its kind.
                default:
                    return null;
            }
        }

        return [.. changes.Distinct()];
    }

    private List<TextChange>? CreationChanges(IObjectCreationOperation creation, ILocalSymbol executor)
    {
        var changes = new List<TextChange>();
        var declared = executor.DeclaringSyntaxReferences[0].GetSyntax().FirstAncestorOrSelf<VariableDeclarationSyntax>()?.Type;
        if (declared is { IsVar: false } && executor.Type.Name == From + "Executor") Rename(declared, changes);
        if (creation.Syntax is ObjectCreationExpressionSyntax { Type: var created }) Rename(created, changes);

        foreach (var argument in creation.Arguments)
        {
            switch (WorkValue.Unconverted(argument.Value))
            {
                case { Type.SpecialType: SpecialType.System_Int32 } or { ConstantValue.HasValue: true } or IDefaultValueOperation:
                    break;
                case IObjectCreationOperation options when options.Type?.Name == From + "ExecutorOptions" && !options.Descendants().OfType<IPropertyReferenceOperation>().Any(static p => p.Property.Name == "Initializer"):
                    if (options.Syntax is ObjectCreationExpressionSyntax { Type: var type }) Rename(type, changes);
                    break;
                // Options that are made elsewhere may be used for another executor.
                default:
                    return null;
            }
        }

        return changes.Count == 0 ? null : changes;
    }

    private void Rename(TypeSyntax type, List<TextChange> changes)
    {
        var name = type.DescendantTokens().Last();
        changes.Add(new(name.Span, name.ValueText.Replace(From, To)));
    }

    private static IOperation Receiver(IOperation reference)
    {
        while (reference.Parent is IConversionOperation conversion) reference = conversion;
        return reference;
    }
}
