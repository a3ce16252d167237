using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>The work of a service that the generic host runs: <c>BackgroundService.ExecuteAsync</c> runs beside whatever others ask of the service.</summary>
internal static class HostedService
{
    private const string Execute = "ExecuteAsync";

    /// <summary>Whether the member reads like the work of a service. A first look, before anything is bound.</summary>
    public static bool MayBeRun(SyntaxNode member) => member is MethodDeclarationSyntax { Identifier.ValueText: Execute } method && method.Modifiers.Any(SyntaxKind.OverrideKeyword);

    /// <summary>Whether the host runs the method.</summary>
    public static bool IsRun(IMethodSymbol method)
    {
        if (method is not { Name: Execute, IsOverride: true }) return false;
        while (method.OverriddenMethod is { } overridden) method = overridden;
        return method.ContainingType is { Name: "BackgroundService", ContainingNamespace: { Name: "Hosting", ContainingNamespace: { Name: "Extensions", ContainingNamespace.Name: "Microsoft" } } };
    }

    /// <summary>The host's start of the body: it has no place in the code but the body itself.</summary>
    public static Entry Start(Body body) => new(body, body.Root, new Spawn(body.Root, body.Root, SpawnKind.Hosted, Repeats: false, Joins: false), false, [], null);

    /// <summary>Whether the start is the host's.</summary>
    public static bool IsStart(IOperation start) => start is Microsoft.CodeAnalysis.Operations.IMethodBodyOperation;

    /// <summary>Whether the host calls the member before it runs the work or after it has ended.</summary>
    public static bool IsOfLife(IMethodSymbol method) => method.Name is "StartAsync" or "StopAsync" or "Dispose" or "DisposeAsync";
}
