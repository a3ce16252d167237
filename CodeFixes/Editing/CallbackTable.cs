using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.CodeFixes.Editing;

/// <summary>Members of libraries that run code of others before they return, or until they return: handlers, continuations, factories.</summary>
internal static class CallbackTable
{
    private static readonly HashSet<string> s_members =
    [
        "System.Threading.SynchronizationContext.Send",
        "System.ComponentModel.ISynchronizeInvoke.Invoke",
        "System.Windows.Forms.Control.Invoke",
        "System.Windows.Threading.Dispatcher.Invoke",
        "System.Threading.CancellationTokenSource.Cancel",
        "System.Threading.CancellationTokenSource.CancelAsync",
        "System.Threading.Tasks.TaskCompletionSource.*",
        "System.IProgress.Report",
        "System.IObserver.*",
        "System.Lazy.Value",
        "System.Collections.Concurrent.BlockingCollection.TryAdd",
        "System.Collections.Concurrent.BlockingCollection.AddToAny",
        "System.Collections.Concurrent.BlockingCollection.TryAddToAny",
        "System.Collections.Concurrent.BlockingCollection.TakeFromAny",
        "System.Collections.Concurrent.BlockingCollection.TryTakeFromAny",
    ];

    /// <summary>Whether the member, or one that it overrides or implements, is such a member.</summary>
    public static bool RunsOthers(ISymbol member)
    {
        if (member is IPropertySymbol { Name: "Task" }) return false;
        for (var type = member.ContainingType; type is not null; type = type.BaseType)
            if (Knows(type, member)) return true;
        return member.ContainingType?.AllInterfaces.Any(implemented => Knows(implemented, member)) == true;
    }

    private static bool Knows(INamedTypeSymbol type, ISymbol member) =>
        $"{type.ContainingNamespace?.ToDisplayString()}.{type.Name}." is var prefix && (s_members.Contains(prefix + member.Name) || s_members.Contains(prefix + "*"));
}
