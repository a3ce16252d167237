using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Executors;

/// <summary>
/// Makes a local ThreadExecutor a ProcessExecutor, where all of its work can move: it computes, captures nothing or only what can be passed
/// as arguments, and its arguments and results can cross.
/// </summary>
internal static class MoveToProcesses
{
    private static readonly string[] s_sameOnBoth = ["Dispose", "DisposeAsync", "ShutdownAsync"];

    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation call, CancellationToken cancellationToken)
    {
        if (call.Instance is null || WorkValue.Unconverted(call.Instance) is not ILocalReferenceOperation { Local: var executor } use
            || WorkValue.Of(use) is not IObjectCreationOperation { Type.Name: "ThreadExecutor" } creation
            || CreationChanges(creation, executor) is not { } changes)
            return null;

        foreach (var reference in WorkValue.Root(use).Descendants().OfType<ILocalReferenceOperation>())
        {
            if (!SymbolEqualityComparer.Default.Equals(reference.Local, executor)) continue;
            switch (Receiver(reference).Parent)
            {
                case IInvocationOperation { TargetMethod.Name: "Submit" or "Map" } handOver:
                    if (HandOverChanges(model, handOver, cancellationToken) is not { } moved) return null;
                    changes.AddRange(moved);
                    break;
                case IInvocationOperation other when s_sameOnBoth.Contains(other.TargetMethod.Name):
                case IPropertyReferenceOperation { Property.Name: "MaxWorkers" }:
                case IUsingOperation:
                    break;
                // Whoever else gets it may rely on threads.
                default:
                    return null;
            }
        }

        return [.. changes.Distinct()];
    }

    private static IEnumerable<TextChange>? HandOverChanges(SemanticModel model, IInvocationOperation call, CancellationToken cancellationToken)
    {
        var (method, results) = (call.TargetMethod, call.TargetMethod.TypeParameters.Count(static p => p.Name == "TResult"));
        if (!method.TypeArguments.Take(method.Arity - results).All(WorkPortability.CanBeArgument)
            || !method.TypeArguments.Skip(method.Arity - results).All(WorkPortability.CanBeResult)
            || call.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "work") is not { } argument)
            return null;

        // Only what is written at the call: a delegate in a local may have other uses.
        var work = WorkValue.Unconverted(argument.Value);
        if (WorkValue.Delegate(work) != work) return null;

        var effects = WorkClassifier.Of(model.Compilation).EffectsOf(work, cancellationToken);
        if (effects is not ({ Kind: WorkKind.CpuBound } or { HoldsGil: not null })) return null;

        // A worker changes its copy of what threads share.
        if (!WorkChanges.Of(model.Compilation, work, cancellationToken).IsEmpty) return null;

        return WorkCaptures.Of(work).IsEmpty ? [] : PassCaptures.Changes(model, call, work)?.AsEnumerable();
    }

    private static List<TextChange>? CreationChanges(IObjectCreationOperation creation, ILocalSymbol executor)
    {
        var changes = new List<TextChange>();
        var declared = executor.DeclaringSyntaxReferences[0].GetSyntax().FirstAncestorOrSelf<VariableDeclarationSyntax>()?.Type;
        if (declared is { IsVar: false } && executor.Type.Name == "ThreadExecutor") Rename(declared, changes);
        if (creation.Syntax is ObjectCreationExpressionSyntax { Type: var created }) Rename(created, changes);

        foreach (var argument in creation.Arguments)
        {
            switch (WorkValue.Unconverted(argument.Value))
            {
                case { Type.SpecialType: SpecialType.System_Int32 } or { ConstantValue.HasValue: true } or IDefaultValueOperation:
                    break;
                case IObjectCreationOperation { Type.Name: "ThreadExecutorOptions" } options when !options.Descendants().OfType<IPropertyReferenceOperation>().Any(static p => p.Property.Name == "Initializer"):
                    if (options.Syntax is ObjectCreationExpressionSyntax { Type: var type }) Rename(type, changes);
                    break;
                // Options that are made elsewhere may be used for another executor.
                default:
                    return null;
            }
        }

        return changes.Count == 0 ? null : changes;
    }

    private static void Rename(TypeSyntax type, List<TextChange> changes)
    {
        var name = type.DescendantTokens().Last();
        changes.Add(new(name.Span, name.ValueText.Replace("Thread", "Process")));
    }

    private static IOperation Receiver(IOperation reference)
    {
        while (reference.Parent is IConversionOperation conversion) reference = conversion;
        return reference;
    }
}
