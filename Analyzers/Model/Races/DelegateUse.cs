using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What becomes of a delegate: started concurrently, or called.</summary>
/// <param name="Body">The body that does it.</param>
/// <param name="Site">The call or creation that does it.</param>
/// <param name="Spawn">Its start, if it runs concurrently; null if it is simply called.</param>
/// <param name="ManyTimes">Whether one execution of the site calls it several times.</param>
/// <param name="Holds">The locks held at the site.</param>
internal readonly record struct DelegateUse(Body Body, IOperation Site, Spawn? Spawn, bool ManyTimes, ImmutableArray<Hold> Holds);

/// <summary>Follows delegates from where they are made to where they are started or called, through variables, fields and parameters.</summary>
internal sealed class DelegateUses(BodyTable bodies, SpawnTable spawns)
{
    private const int MaxDepth = 4;

    public IEnumerable<DelegateUse> Of(Body body, Handover handover, int depth = 0)
    {
        if (depth > MaxDepth) return [];
        var value = handover.Operation.Unconverted()!;
        var outer = handover.Operation.Outermost();
        return handover.Operation.Consumer() switch
        {
            IInvocationOperation call when call.Instance == outer => [new(body, call, null, false, handover.Holds)],
            IArgumentOperation { Parent: IInvocationOperation or IObjectCreationOperation } argument => Passed(body, handover, value, argument, argument.Parent!, depth),
            // `Parallel.Invoke(a, b)`
            IArrayInitializerOperation { Parent: IArrayCreationOperation { Parent: IArgumentOperation { Parent: IInvocationOperation call } argument } } => Passed(body, handover, value, argument, call, depth),
            IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } => Kept(body, declarator.Symbol, depth),
            ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } => Kept(body, target.Local, depth),
            ISimpleAssignmentOperation { Target: IFieldReferenceOperation or IPropertyReferenceOperation } assignment => KeptIn(((IMemberReferenceOperation)assignment.Target).Member, depth),
            IFieldInitializerOperation { InitializedFields: { Length: 1 } fields } => KeptIn(fields[0], depth),
            IPropertyInitializerOperation { InitializedProperties: { Length: 1 } properties } => KeptIn(properties[0], depth),
            IEventAssignmentOperation { Adds: true, EventReference: IEventReferenceOperation reference } assignment when spawns.SpawnAt(assignment, reference.Event, value) is { } spawn =>
                [new(body, assignment, spawn, false, handover.Holds)],
            _ => [],
        };
    }

    private IEnumerable<DelegateUse> Passed(Body body, Handover handover, IOperation value, IArgumentOperation argument, IOperation site, int depth)
    {
        foreach (var spawn in spawns.SpawnsAt(site))
            if (spawn.Work == value) return [new(body, site, spawn, false, handover.Holds)];

        if (site is not IInvocationOperation call) return [];
        if (argument.Parameter is { } parameter && bodies.Of(call.TargetMethod) is { } callee && callee.Method.Parameters.Length > parameter.Ordinal)
            return Through(body, handover, callee, callee.Method.Parameters[parameter.Ordinal], call, depth);
        // A method of another assembly that takes a delegate calls it before it returns, an element at a time, if it is one for collections.
        if (!IsForCollections(call.TargetMethod)) return [];
        // `WhenAll(xs.Select(x => SendAsync(x)))`: each call goes on after its first await.
        return [new(body, call, null, true, handover.Holds)];
    }

    /// <summary>What a method of this compilation does with a delegate that is passed to it.</summary>
    private IEnumerable<DelegateUse> Through(Body body, Handover handover, Body callee, IParameterSymbol parameter, IInvocationOperation call, int depth)
    {
        var uses = callee.SelfAndNested().SelectMany(inner => Mentions(inner, parameter, depth)).SelectMany(use => Outwards(use, callee, depth)).ToList();
        var started = uses.Where(static use => use.Spawn is not null).ToList();
        if (started.Count == 0)
        {
            if (uses.Count == 0) return [];
            // `lock (_gate) return work();`
            var holds = uses.All(static use => !use.Holds.IsEmpty) ? handover.Holds.Add(uses[0].Holds[0] with { Site = call, Lock = new Entry(body, call, null, false, handover.Holds, null).Translate(uses[0].Holds[0].Lock, callee) }) : handover.Holds;
            return [new(body, call, null, uses.Count > 1 || uses[0].ManyTimes || uses[0].Site.Loops().Any(), holds)];
        }

        var first = started[0].Spawn!.Value;
        var lives = started.Select(static use => use.Spawn!.Value.Joins ? Lifetime.Within(use.Site) : Lifetime.Of(use.Body, use.Site)).ToList();
        var repeats = started.Count > 1 || first.Repeats || started[0].Site.Loops().Any(loop => lives[0].End > loop.Syntax.Span.End);
        return [new(body, call, new Spawn(call, first.Work, first.Kind, repeats, lives.All(static life => !life.Escapes)), false, handover.Holds)];
    }

    /// <summary><c>new Thread(() => work())</c>: what is called in a lambda runs when and where the lambda does.</summary>
    private IEnumerable<DelegateUse> Outwards(DelegateUse use, Body callee, int depth)
    {
        if (use.Body == callee || use.Body.Parent is not { } parent || use.Spawn is not null) return [use];
        return parent.Steps.OfType<Handover>().Where(step => step.Operation == use.Body.Root).SelectMany(step => Of(parent, step, depth + 1)).SelectMany(outer => Outwards(outer, callee, depth + 1));
    }

    private IEnumerable<DelegateUse> Kept(Body body, ISymbol local, int depth) => body.Outermost.SelfAndNested().SelectMany(inner => Mentions(inner, local, depth));

    private IEnumerable<DelegateUse> KeptIn(ISymbol member, int depth) =>
        member.DeclaredAccessibility is Accessibility.Private ? (bodies.Using(member) ?? []).SelectMany(inner => Mentions(inner, member, depth)) : [];

    private IEnumerable<DelegateUse> Mentions(Body body, ISymbol variable, int depth) =>
        from step in body.Steps
        let handover = step as Handover
        where handover is not null && SymbolEqualityComparer.Default.Equals(Variable(handover.Operation.Unconverted()), variable)
        from use in Of(body, handover, depth + 1)
        select use;

    private static ISymbol? Variable(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation reference => reference.Local,
        IParameterReferenceOperation reference => reference.Parameter,
        // Another object's delegate is about that object.
        IFieldReferenceOperation or IPropertyReferenceOperation when ((IMemberReferenceOperation)operation).Instance is null or IInstanceReferenceOperation => ((IMemberReferenceOperation)operation).Member,
        _ => null,
    };

    private static bool IsForCollections(IMethodSymbol method) =>
        method.ContainingType is { Name: "Enumerable" or "List" or "Array" } && method.DeclaringSyntaxReferences.IsEmpty;
}
