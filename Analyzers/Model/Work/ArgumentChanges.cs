using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// Finds where a function surely changes an object that it is given: itself, and in what it calls within the compilation. The opposite of
/// <see cref="WorkChanges"/>, which tells what may change.
/// </summary>
internal sealed class ArgumentChanges(WorkClassifier classifier, CancellationToken cancellationToken)
{
    private const int MaxDepth = 6;

    private readonly HashSet<(ISymbol, ISymbol?)> _seen = [];

    /// <summary>The changes to the argument of that number that <paramref name="work"/>, a lambda or a method group, makes.</summary>
    public static IReadOnlyList<ArgumentChange> Of(Compilation compilation, IOperation work, int argument, CancellationToken cancellationToken)
    {
        var changes = new ArgumentChanges(WorkClassifier.Of(compilation), cancellationToken);
        return work switch
        {
            IAnonymousFunctionOperation lambda when argument < lambda.Symbol.Parameters.Length => [.. changes.In(lambda, lambda.Symbol.Parameters[argument], [], 0)],
            IMethodReferenceOperation { Method: { IsStatic: true } method } when argument < method.Parameters.Length => [.. changes.In(method, method.OriginalDefinition.Parameters[argument], [], 0)],
            _ => [],
        };
    }

    // A null parameter is the object that the method is called on.
    private IEnumerable<ArgumentChange> In(IMethodSymbol method, IParameterSymbol? given, ImmutableArray<string> path, int depth)
    {
        method = method.OriginalDefinition;
        return depth < MaxDepth && _seen.Add((method, given)) && classifier.Body(method.PartialImplementationPart ?? method, cancellationToken) is { } body ? In(body, given, path, depth) : [];
    }

    private IEnumerable<ArgumentChange> In(IOperation body, IParameterSymbol? given, ImmutableArray<string> path, int depth)
    {
        var operations = body.Descendants().ToList();
        // Another object under the same name: from where on, nobody says.
        if (operations.Any(operation => operation is IParameterReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Parameter, given) && WorkValue.IsWritten(reference))) yield break;

        var chains = new ArgumentChains(given, operations);
        foreach (var operation in operations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var change in ObjectChange.Of(operation))
                if (chains.Of(change.Target) is { } changed) yield return new([.. path, .. changed, .. change.Member is { } member ? [member] : ImmutableArray<string>.Empty], operation, change.IsOrder);

            if (operation is not IInvocationOperation { TargetMethod: { DeclaringSyntaxReferences.IsEmpty: false } method } call || WorkWalker.IsDispatched(method, call.Instance)) continue;

            if (call.Instance is { } receiver && chains.Of(receiver) is { } within)
                foreach (var change in In(method, null, path.AddRange(within), depth + 1)) yield return change;
            foreach (var argument in call.Arguments)
                if (argument.Parameter is { RefKind: RefKind.None } parameter && chains.Of(argument.Value) is { } passed)
                    foreach (var change in In(method, parameter.OriginalDefinition, path.AddRange(passed), depth + 1)) yield return change;
        }
    }
}
