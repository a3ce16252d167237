using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>A way in which one body comes to run from another: a call, or a start.</summary>
/// <param name="Caller">The body that calls or starts it.</param>
/// <param name="Site">The call or the start.</param>
/// <param name="Spawn">The start, if it runs concurrently.</param>
/// <param name="ManyTimes">Whether one execution of the site runs it several times.</param>
/// <param name="Holds">The locks that the caller holds.</param>
/// <param name="Group">The method group through which it was passed, whose instance is its <c>this</c>.</param>
internal sealed record Entry(Body Caller, IOperation Site, Spawn? Spawn, bool ManyTimes, ImmutableArray<Hold> Holds, IMethodReferenceOperation? Group)
{
    /// <summary>Whether the call is of an interface's or abstract member, and may run another body as well.</summary>
    public bool IsDispatched { get; init; }

    /// <summary>Whether state that the caller sets decides whether it comes to the site: <c>if (_isRunning) return; _isRunning = true; Task.Run(Loop);</c></summary>
    public bool IsGated
    {
        get
        {
            for (var under = Caller.Steps.FirstOrDefault(step => step.Operation == Site)?.Under; under is not null; under = under.Outer)
                foreach (var test in under.Tests)
                    if (test is Access { Place: { Root: PlaceRoot.This or PlaceRoot.Static } place } access && (access.Writes || Caller.Steps.Any(step => step is Access { Writes: true } write && write.Place.Equals(place)))) return true;
            return false;
        }
    }

    /// <summary>What <paramref name="callee"/> names <paramref name="place"/>, as the caller names it.</summary>
    public Place Translate(Place place, Body callee)
    {
        var root = place.Root switch
        {
            PlaceRoot.Static => Place.Static,
            PlaceRoot.This => callee.Parent is not null ? Place.This : Receiver(),
            PlaceRoot.Variable when !callee.Declares(place.Variable!) => Place.Of(place.Variable!),
            PlaceRoot.Variable when place.Variable is IParameterSymbol parameter => Places.Object(Argument(parameter.Ordinal)),
            _ => Place.Unknown,
        };
        foreach (var link in place.Links) root = TranslateIndex(link, callee) is { } translated ? root.Then(translated) : Place.Unknown;
        return place.IsContents ? root.Contents : root;
    }

    private PlaceReader Places => new(Caller.Locals);

    private Place Receiver() => Group is not null ? Places.Object(Group.Instance) : Site switch
    {
        _ when HostedService.IsStart(Site) => Place.This,
        IInvocationOperation call => Places.Object(call.Instance),
        IPropertyReferenceOperation reference => Places.Object(reference.Instance),
        IAssignmentOperation { Target: IPropertyReferenceOperation reference } => Places.Object(reference.Instance),
        IIncrementOrDecrementOperation { Target: IPropertyReferenceOperation reference } => Places.Object(reference.Instance),
        _ => Place.Unknown,
    };

    /// <summary>An index that the callee was given; null if each run of the work has one of its own.</summary>
    private object? TranslateIndex(object link, Body callee) => link switch
    {
        IParameterSymbol parameter when callee.Declares(parameter) => Argument(parameter.Ordinal) is { } argument ? PlaceReader.Index(argument) : null,
        ILocalSymbol local when callee.Declares(local) => null,
        _ => link,
    };

    private IOperation? Argument(int ordinal)
    {
        // Work gets the state that was passed beside it, in order: `Submit(Draw, account, 10)`, `StartNew(work, state)`.
        if (Spawn is not null) return State().ElementAtOrDefault(ordinal);
        if (ManyTimes || Group is not null) return null;
        return Site switch
        {
            IInvocationOperation call => call.Arguments.FirstOrDefault(argument => argument.Parameter?.Ordinal == ordinal)?.Value,
            _ => null,
        };
    }

    private IEnumerable<IOperation> State()
    {
        if (Spawn is not { } spawn || spawn.Kind is SpawnKind.Parallel) return [];
        if (spawn.Kind is SpawnKind.Thread) return StartArguments();
        if (spawn.Repeats && spawn.Kind is not SpawnKind.Timer) return [];
        var arguments = spawn.Site switch
        {
            IInvocationOperation call => call.Arguments,
            IObjectCreationOperation creation => creation.Arguments,
            _ => [],
        };
        return arguments.SkipWhile(argument => argument.Value.Unconverted() != spawn.Work).Skip(1).Select(static argument => argument.Value);
    }

    /// <summary><c>thread.Start(account)</c></summary>
    private IEnumerable<IOperation> StartArguments()
    {
        if (Site.Consumer() is IInvocationOperation { TargetMethod.Name: "Start" } direct) return direct.Arguments.Select(static argument => argument.Value);
        if (Site.Consumer() is not IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator }) return [];
        return Caller.Root.Descendants().OfType<IInvocationOperation>()
            .Where(call => call.TargetMethod.Name == "Start" && call.Instance is ILocalReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Local, declarator.Symbol))
            .Take(1).SelectMany(static call => call.Arguments).Select(static argument => argument.Value);
    }
}
