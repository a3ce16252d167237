using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tandem.Analyzers.Model;

/// <summary>What reads like the start of concurrent work. A first look, before anything is bound: it may say yes to what starts nothing, never the other way round.</summary>
internal static class StartSyntax
{
    private static readonly HashSet<string> s_types = ["Thread", "Task", "Timer"];

    private static readonly HashSet<string> s_gathering = ["WhenAll", "WhenAny", "WhenEach", "WaitAll", "WaitAny", "Parallel", "AsParallel", "ParallelEnumerable"];

    /// <summary>Whether the name is that of a member that starts work, or of a type whose objects do.</summary>
    public static bool MayStart(SimpleNameSyntax name)
    {
        var text = name.Identifier.ValueText;
        if (s_gathering.Contains(text) || SpawnTable.IsSpawnName(text)) return true;
        return s_types.Contains(text) && name.Parent is ObjectCreationExpressionSyntax or QualifiedNameSyntax { Parent: ObjectCreationExpressionSyntax };
    }

    /// <summary><c>_timer = new(Tick, …)</c></summary>
    public static bool MayStart(ImplicitObjectCreationExpressionSyntax creation) =>
        creation.ArgumentList.Arguments.Any(static argument => argument.Expression is AnonymousFunctionExpressionSyntax or SimpleNameSyntax or MemberAccessExpressionSyntax);

    /// <summary>Whether the name is that of a method called here whose task, if it returns one, is not awaited at once.</summary>
    public static bool IsLeftRunning(SimpleNameSyntax name)
    {
        SyntaxNode? at = name.Parent switch
        {
            InvocationExpressionSyntax call when call.Expression == name => call,
            MemberAccessExpressionSyntax { Parent: InvocationExpressionSyntax call } access when access.Name == name && call.Expression == access => call,
            MemberBindingExpressionSyntax { Parent: InvocationExpressionSyntax call } => call,
            _ => null,
        };
        if (at is null) return false;
        while (at.Parent is ParenthesizedExpressionSyntax or ConditionalAccessExpressionSyntax
            || at.Parent is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "ConfigureAwait" or "WaitAsync" or "GetAwaiter" or "GetResult" or "AsTask" } || (at.Parent is InvocationExpressionSyntax outer && outer.Expression == at))
            at = at.Parent;
        return at.Parent is not AwaitExpressionSyntax;
    }

    /// <summary>Whether a method so declared may go on after it has returned.</summary>
    public static bool MayGoOn(SyntaxTokenList modifiers, TypeSyntax returnType)
    {
        foreach (var modifier in modifiers)
            if (modifier.IsKind(SyntaxKind.AsyncKeyword)) return true;
        return returnType.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Any(static name => name.Identifier.ValueText is "Task" or "ValueTask");
    }
}
