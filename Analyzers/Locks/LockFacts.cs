using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>What a diagnostic about an acquire tells its reader and its fix.</summary>
internal static class LockFacts
{
    /// <summary>Property: the <see cref="LockKind"/>.</summary>
    public const string Kind = nameof(Kind);

    /// <summary>Property: the name of the member that releases.</summary>
    public const string Release = nameof(Release);

    /// <summary>Property, present where the acquire returns a scope.</summary>
    public const string ReturnsScope = nameof(ReturnsScope);

    /// <summary>Property, present where the releases (the additional locations from the second on) belong to this acquire alone.</summary>
    public const string OwnsReleases = nameof(OwnsReleases);

    public static ImmutableDictionary<string, string?> Of(LockOperation acquire, bool ownsReleases)
    {
        var facts = ImmutableDictionary.CreateBuilder<string, string?>();
        facts[Kind] = acquire.Kind.ToString();
        facts[Release] = LockTable.ReleaseFor(acquire);
        if (acquire.ReturnsScope) facts[ReturnsScope] = "";
        if (ownsReleases) facts[OwnsReleases] = "";
        return facts.ToImmutable();
    }

    /// <summary>The lock as the source names it at the acquire.</summary>
    public static string Display(LockOperation acquire) => acquire.Operation.Syntax switch
    {
        InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } when acquire.Kind == LockKind.Monitor => arguments[0].Expression.ToString(),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } => member.Expression.ToString(),
        _ => acquire.Lock.ToString(),
    };

    public static string Remedy(LockOperation acquire) => acquire switch
    {
        { ReturnsScope: true } => "dispose its scope with 'using'",
        { Action: LockAction.TryAcquire } => "release it in a finally block",
        { Kind: LockKind.Monitor or LockKind.Lock } => "use a 'lock' statement, or release it in a finally block",
        _ => "release it in a finally block",
    };
}
