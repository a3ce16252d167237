using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
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
    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation call, CancellationToken cancellationToken) =>
        new ChangeOfExecutor("Thread", "Process", handOver => HandOverChanges(model, handOver, cancellationToken)).Of(call);

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
}
