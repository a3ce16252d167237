using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Tells state of which each thread has its own, or that one thread alone may touch.</summary>
internal static class Confinement
{
    private const string Confined = "ThreadConfinedAttribute";

    // Akka's, Orleans's, Blazor's: what they await goes on where they were.
    private static readonly ImmutableHashSet<string> s_turnTakers = ["ActorBase", "Grain", "SystemTarget", "ComponentBase"];

    /// <summary>Whether objects of the type run one piece of their code at a time, awaits included, unless they start a thread or task of their own.</summary>
    public static bool TakesTurns(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            if (s_turnTakers.Contains(type.Name)) return true;
        return false;
    }

    /// <summary>Whether the body is a member's that disposes of the object: then nobody else uses it any more, if all goes well.</summary>
    public static bool IsTearDown(Body body) => body.Outermost.Method.Name is "Dispose" or "DisposeAsync" or "DisposeCore" or "DisposeAsyncCore" or "Finalize";

    public static bool IsConfined(Body body, Place place) => place.Symbol is not { } symbol
        || symbol.GetAttributes().Any(static data => data.AttributeClass?.Name is "ThreadStaticAttribute")
        || symbol.IsMarked(Confined) || symbol.ContainingType.IsMarked(Confined) || body.Outermost.Method.IsMarked(Confined)
        // What belongs to a dispatcher's thread says so.
        || body.Steps.Any(static step => step is Call { Target.Name: "VerifyAccess" });
}
