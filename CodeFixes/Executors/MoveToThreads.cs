using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Executors;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Executors;

/// <summary>
/// Makes a local ProcessExecutor a ThreadExecutor, where all of its work waits, and would not notice that it shares this process: it uses no
/// state that each process has for itself, changes no argument, of which a process gets a copy, and is not to be killed by a token.
/// </summary>
internal static class MoveToThreads
{
    private const int MaxCalls = 8;

    public static ImmutableArray<TextChange>? Changes(SemanticModel model, IInvocationOperation call, CancellationToken cancellationToken) =>
        new ChangeOfExecutor("Process", "Thread", handOver => HandOverChanges(model.Compilation, handOver, cancellationToken)).Of(call);

    private static IEnumerable<TextChange>? HandOverChanges(Compilation compilation, IInvocationOperation call, CancellationToken cancellationToken)
    {
        if (call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "work") is not { } argument || WorkValue.Delegate(argument.Value) is not { } work) return null;
        if (call.Arguments.Any(static given => given is { Parameter.Name: "cancellationToken", IsImplicit: false, ArgumentKind: ArgumentKind.Explicit })) return null;

        var classifier = WorkClassifier.Of(compilation);
        if (IoBoundWorkOnProcessesAnalyzer.Waiting(classifier.EffectsOf(work, cancellationToken)) is null) return null;
        if (WorkChanges.Of(compilation, work, cancellationToken).Variables.Count > 0) return null;
        return UsesStatics(work, classifier, ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default), cancellationToken) ? null : [];
    }

    /// <summary>Whether code uses state that each process has for itself, in it or in what it calls. What never changes is the same for all, and a client of the network is made to be shared.</summary>
    private static bool UsesStatics(IOperation code, WorkClassifier classifier, ImmutableHashSet<ISymbol> callers, CancellationToken cancellationToken)
    {
        return code.DescendantsAndSelf().Any(Uses);

        bool Uses(IOperation operation) => operation switch
        {
            IFieldReferenceOperation { Field: { IsStatic: true, IsConst: false, DeclaringSyntaxReferences.IsEmpty: false } field } => !(field.IsReadOnly && (field.Type.Name == "HttpClient" || WorkImmutability.IsImmutable(field.Type))),
            IPropertyReferenceOperation { Property: { IsStatic: true, DeclaringSyntaxReferences.IsEmpty: false } property } when WorkWalker.IsAutoProperty(property) => !(property.IsReadOnly && WorkImmutability.IsImmutable(property.Type)),
            IPropertyReferenceOperation { Property.GetMethod: { } getter } => Enters(getter),
            IEventReferenceOperation => true,
            IInvocationOperation { TargetMethod: var method } => Enters(method),
            IMethodReferenceOperation { Method: var method } => Enters(method),
            IObjectCreationOperation { Constructor: { } constructor } => Enters(constructor),
            _ => false,
        };

        bool Enters(IMethodSymbol method) => callers.Count == MaxCalls
            || (!callers.Contains(method.OriginalDefinition) && classifier.Body(method.OriginalDefinition, cancellationToken) is { } body && UsesStatics(body, classifier, callers.Add(method.OriginalDefinition), cancellationToken));
    }
}
