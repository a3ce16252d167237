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

    private static readonly HashSet<string> s_gathering = ["WhenAll", "WhenAny", "WhenEach", "WaitAll", "WaitAny", "AsParallel"];

    /// <summary>Members of a task, or of what is made of tasks, whose result stands for it.</summary>
    private static readonly HashSet<string> s_passing = ["ConfigureAwait", "WaitAsync", "AsTask", "ContinueWith", "Unwrap", "ToArray", "ToList", "GetAwaiter", "OnCompleted", "UnsafeOnCompleted", "Select"];

    /// <summary>Members of a task by which the caller waits for it.</summary>
    private static readonly HashSet<string> s_joining = ["Wait", "GetResult", "RunSynchronously"];

    /// <summary>Whether the name is that of a member to which work is passed, or of a type whose objects run it.</summary>
    public static bool MayStart(SimpleNameSyntax name)
    {
        var text = name.Identifier.ValueText;
        if (s_types.Contains(text)) return name.Parent is ObjectCreationExpressionSyntax or QualifiedNameSyntax { Parent: ObjectCreationExpressionSyntax };
        if (!SpawnTable.IsSpawnName(text)) return false;
        // `timer.Elapsed += Tick`, not `stopwatch.Elapsed`.
        return MentionSyntax.CallOf(name) is InvocationExpressionSyntax call ? call.ArgumentList.Arguments.Count > 0 : name.FirstAncestorOrSelf<AssignmentExpressionSyntax>() is { RawKind: (int)SyntaxKind.AddAssignmentExpression };
    }

    /// <summary>Whether the name is that of a member that gathers what runs beside one another, and ends with the last of it.</summary>
    public static bool MayGather(SimpleNameSyntax name) => name.Identifier.ValueText is "Parallel" or "ParallelEnumerable" || (s_gathering.Contains(name.Identifier.ValueText) && MentionSyntax.CallOf(name) is not null);

    /// <summary>Whether work can be passed to the method, which it may start.</summary>
    public static bool TakesWork(SyntaxNode member) => member is MethodDeclarationSyntax { ParameterList.Parameters: var parameters } && parameters.Any(static parameter => parameter.Type is not null
        && parameter.Type.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Any(static name => name.Identifier.ValueText is "Action" or "Func" or "ThreadStart" or "ParameterizedThreadStart" or "WaitCallback" or "TimerCallback"));

    /// <summary><c>_timer = new(Tick, …)</c>, <c>new(new ThreadStart(Run))</c></summary>
    public static bool MayStart(ImplicitObjectCreationExpressionSyntax creation) =>
        creation.ArgumentList.Arguments.Any(static argument => argument.Expression is AnonymousFunctionExpressionSyntax or SimpleNameSyntax or MemberAccessExpressionSyntax or ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.ValueText: "ThreadStart" or "ParameterizedThreadStart" or "TimerCallback" } });

    /// <summary>Whether the name is that of a method called here whose task, if it returns one, goes on beside what follows: it is neither awaited or waited for at once, nor left to the caller.</summary>
    public static bool IsLeftRunning(SimpleNameSyntax name) => MentionSyntax.CallOf(name) is { } call && IsLeftRunning(call);

    /// <summary>Follows a value outwards, through what passes it on.</summary>
    private static bool IsLeftRunning(SyntaxNode value)
    {
        for (var (at, from) = (value.Parent, value); at is not null; (at, from) = (at.Parent, at))
        {
            switch (at)
            {
                case AwaitExpressionSyntax: return false;
                case MemberAccessExpressionSyntax access when access.Expression == from:
                    // `SendAsync().Forget();`
                    if (!s_passing.Contains(access.Name.Identifier.ValueText)) return access.Parent is InvocationExpressionSyntax { Parent: ExpressionStatementSyntax or ArrowExpressionClauseSyntax or LambdaExpressionSyntax } && !s_joining.Contains(access.Name.Identifier.ValueText);
                    break;
                // What is no task.
                case BinaryExpressionSyntax { RawKind: not (int)SyntaxKind.CoalesceExpression } or PrefixUnaryExpressionSyntax or IsPatternExpressionSyntax or InterpolationSyntax: return false;
                case ReturnStatementSyntax or ArrowExpressionClauseSyntax or YieldStatementSyntax:
                    // Left to the caller; that of a lambda is whoever it is passed to.
                    if (at.FirstAncestorOrSelf<SyntaxNode>(static node => node is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or MemberDeclarationSyntax) is not AnonymousFunctionExpressionSyntax lambda) return false;
                    at = lambda;
                    break;
                case ExpressionSyntax or ArgumentSyntax or BaseArgumentListSyntax or SwitchExpressionArmSyntax or CollectionElementSyntax or InitializerExpressionSyntax: break;
                case StatementSyntax: return at is ExpressionStatementSyntax or LocalDeclarationStatementSyntax or ForEachStatementSyntax;
                default: return true;
            }
        }

        return true;
    }

    /// <summary>Whether a method so declared may go on after it has returned.</summary>
    public static bool MayGoOn(SyntaxTokenList modifiers, TypeSyntax returnType)
    {
        foreach (var modifier in modifiers)
            if (modifier.IsKind(SyntaxKind.AsyncKeyword)) return true;
        return returnType.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().Any(static name => name.Identifier.ValueText is "Task" or "ValueTask");
    }
}
