using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;
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

    /// <summary>Property, present where acquire and release take the lock as their argument.</summary>
    public const string TakesLockAsArgument = nameof(TakesLockAsArgument);

    /// <summary>Property, present where the releases (the additional locations from the second on) belong to this acquire alone.</summary>
    public const string OwnsReleases = nameof(OwnsReleases);

    /// <summary>Property, present where the lock stays held for another owner when all goes well: only an exception may release it here.</summary>
    public const string HandedOver = nameof(HandedOver);

    public static ImmutableDictionary<string, string?> Of(LockOperation acquire, bool ownsReleases, bool isHandedOver)
    {
        var facts = ImmutableDictionary.CreateBuilder<string, string?>();
        facts[Kind] = acquire.Kind.ToString();
        facts[Release] = LockTable.ReleaseFor(acquire);
        if (acquire.ReturnsScope) facts[ReturnsScope] = "";
        if (acquire.TakesLockAsArgument) facts[TakesLockAsArgument] = "";
        if (ownsReleases) facts[OwnsReleases] = "";
        if (isHandedOver) facts[HandedOver] = "";
        return facts.ToImmutable();
    }

    /// <summary>The lock as the source names it at the acquire.</summary>
    public static string Display(LockOperation acquire) => acquire.Operation.Syntax switch
    {
        InvocationExpressionSyntax { ArgumentList.Arguments: { Count: > 0 } arguments } when acquire.TakesLockAsArgument => arguments[0].Expression.ToString(),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } => member.Expression.ToString(),
        BaseObjectCreationExpressionSyntax { Parent: EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } } => variable.Identifier.ValueText,
        BaseObjectCreationExpressionSyntax { Parent: AssignmentExpressionSyntax assignment } => assignment.Left.ToString(),
        _ => acquire.Lock.ToString(),
    };

    /// <summary><c>_gate?.Wait()</c> rather than <c>.Wait()</c>.</summary>
    public static SyntaxNode Reported(SyntaxNode call) =>
        call.Parent is ConditionalAccessExpressionSyntax conditional && conditional.WhenNotNull == call ? conditional : call;

    /// <summary>The call that gives back what <paramref name="acquire"/> took; null where it is not written as a call of one name.</summary>
    public static string? ReleaseText(LockOperation acquire)
    {
        if (acquire.Operation.Syntax is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call || acquire.ReturnsScope || acquire.Scope is not null) return null;
        if (LockTable.ReleaseFor(acquire) is not { } name) return null;
        return acquire.TakesLockAsArgument && call.ArgumentList.Arguments.Count > 0 ? $"{member.Expression}.{name}({call.ArgumentList.Arguments[0]})" : $"{member.Expression}.{name}()";
    }

    public static string Remedy(LockOperation acquire, SyntaxNode function) => acquire switch
    {
        { ReturnsScope: true } => "dispose its scope with 'using'",
        { Action: LockAction.TryAcquire } => "release it in a finally block",
        { Kind: LockKind.Monitor or LockKind.Lock } when !Suspends(function) => "use a 'lock' statement, or release it in a finally block",
        _ => "release it in a finally block",
    };

    /// <summary>What is left to do in a function that hands the lock over at its end.</summary>
    public static string RemedyBeforeHandOver(LeakKind kind) =>
        kind == LeakKind.Exception ? "release it in a catch block before rethrowing" : "release it on that path too";

    /// <summary>Whether <paramref name="function"/> awaits or yields: no <c>lock</c> statement may be around that.</summary>
    private static bool Suspends(SyntaxNode function) =>
        function.DescendantNodes(node => node == function || !FunctionGraphs.IsFunction(node)).Any(static node => node is AwaitExpressionSyntax or YieldStatementSyntax);
}
