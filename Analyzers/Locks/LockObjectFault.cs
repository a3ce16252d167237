using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Locks;

/// <summary>Why an object is no safe lock.</summary>
/// <param name="Reason">What is wrong, as it goes into the message.</param>
/// <param name="Home">Where a field to lock instead belongs: <see cref="InstanceHome"/>, <see cref="StaticHome"/>, or null where no field would do.</param>
/// <param name="State">What that field is named after; empty where the object has no name.</param>
/// <param name="Evidence">The place that shows it, where that is another one.</param>
internal sealed record LockObjectFault(string Reason, string? Home, string State = "", Location? Evidence = null)
{
    public const string InstanceHome = nameof(InstanceHome), StaticHome = nameof(StaticHome);

    /// <summary>Property of the diagnostic: what a field to lock instead is named after, and where it goes.</summary>
    public const string StateProperty = nameof(State), HomeProperty = nameof(Home);

    public ImmutableDictionary<string, string?> Facts => Home is null
        ? ImmutableDictionary<string, string?>.Empty
        : ImmutableDictionary<string, string?>.Empty.Add(HomeProperty, Home).Add(StateProperty, State);

    public static string HomeOf(bool isStatic) => isStatic ? StaticHome : InstanceHome;
}
