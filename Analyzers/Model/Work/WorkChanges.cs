using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// What running some work changes that outlives it, or may change: in a worker process, such a change is made to a copy and lost. Sure only
/// where it says no: what cannot be read changes everything that it can reach.
/// </summary>
/// <param name="Shared">Whether it touches state that is neither its own nor passed to it: a static, an event, what unknown code does.</param>
/// <param name="Variables">The captured variables, and its own parameters, that it writes or whose objects it changes; `this` is the type.</param>
internal sealed record WorkChanges(bool Shared, IReadOnlyCollection<ISymbol> Variables)
{
    public bool IsEmpty => !Shared && Variables.Count == 0;

    public static WorkChanges Of(Compilation compilation, IOperation work, CancellationToken cancellationToken = default) =>
        new WorkChangesReader(WorkClassifier.Of(compilation), cancellationToken).Delegate(work);

    public bool Includes(ISymbol variable) => Variables.Contains(variable, SymbolEqualityComparer.Default);
}

/// <summary>Reads bodies, and asks for each method that they call; bounded in steps and in depth.</summary>
internal sealed class WorkChangesReader(WorkClassifier classifier, CancellationToken cancellationToken)
{
    private const int MaxBodies = 200;
    private const int MaxDepth = 12;

    // Each round of a recursion can only add a parameter.
    private const int MaxRounds = 6;

    private readonly Dictionary<IMethodSymbol, WorkChanges> _running = new(SymbolEqualityComparer.Default);
    private int _bodies;

    public WorkChanges Delegate(IOperation work) => WorkValue.Unconverted(work) switch
    {
        IAnonymousFunctionOperation lambda => new WorkChangesWalk(this, lambda).Read(),
        IMethodReferenceOperation { Method: var method } => Method(method) ?? new(true, [.. method.Parameters, method.ContainingType]),
        _ => new(true, []),
    };

    /// <summary>What a method of this compilation changes, told of its definition's parameters; null where there is no body to read.</summary>
    public WorkChanges? Method(IMethodSymbol method)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        if (_running.TryGetValue(method, out var assumed)) return assumed;
        if (++_bodies > MaxBodies || _running.Count == MaxDepth || classifier.Body(method, cancellationToken) is not { } body) return null;

        // A recursion does what it is found to do, so long as that grows.
        var known = new WorkChanges(false, []);
        for (var round = 0; round < MaxRounds; round++)
        {
            _running[method] = known;
            var found = new WorkChangesWalk(this, body).Read();
            _running.Remove(method);
            if (found.Shared == known.Shared && found.Variables.Count == known.Variables.Count) return found;
            known = found;
        }

        return null;
    }

    /// <summary>What making an object of <paramref name="type"/> does beside its constructor: its initializers.</summary>
    public bool AreInitializersShared(INamedTypeSymbol type)
    {
        for (var declaring = type.OriginalDefinition; declaring is { DeclaringSyntaxReferences.IsEmpty: false }; declaring = declaring.BaseType?.OriginalDefinition)
        {
            // The constructor of a base runs too, unseen by the one that calls it.
            if (declaring.BaseType is { SpecialType: SpecialType.None, DeclaringSyntaxReferences.IsEmpty: false } parent && parent.InstanceConstructors.Any(static c => !c.IsImplicitlyDeclared)) return true;
            foreach (var value in declaring.GetMembers().Where(static m => !m.IsStatic).SelectMany(static m => m.DeclaringSyntaxReferences).Select(r => Initializer(r.GetSyntax(cancellationToken))))
                if (value is not null && (classifier.Operation(value, cancellationToken) is not { } operation || new WorkChangesWalk(this, operation).Read().Shared)) return true;
        }

        return false;
    }

    private static SyntaxNode? Initializer(SyntaxNode member) => member switch
    {
        VariableDeclaratorSyntax { Initializer.Value: { } value } => value,
        PropertyDeclarationSyntax { Initializer.Value: { } value } => value,
        _ => null,
    };
}
