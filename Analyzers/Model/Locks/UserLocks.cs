using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Model;

/// <summary>A pair of members that the user declares to acquire and release a lock.</summary>
/// <param name="Type">The type's full name.</param>
/// <param name="Acquire">The member that acquires.</param>
/// <param name="Release">The member that releases; null where the scope that the acquire returns does.</param>
internal sealed record UserLock(string Type, string Acquire, string? Release);

/// <summary>
/// The locks that the user declares in .editorconfig: <c>tandem_acquire_release = My.Lock.Grab|Drop, My.Gate.Open</c>. An entry that reads
/// otherwise, or names what the compilation does not have, is left out.
/// </summary>
internal static class UserLocks
{
    private const string Option = "tandem_acquire_release";

    private static readonly ConditionalWeakTable<Compilation, StrongBox<ImmutableArray<UserLock>>> s_byCompilation = new();

    /// <summary>Reads the options of <paramref name="compilation"/>, once: what an analyzer does before it asks for anything.</summary>
    public static void Read(Compilation compilation, AnalyzerOptions options) => s_byCompilation.GetValue(compilation, c => new(Read(c, options.AnalyzerConfigOptionsProvider)));

    public static ImmutableArray<UserLock> Of(Compilation compilation) => s_byCompilation.TryGetValue(compilation, out var locks) ? locks.Value : [];

    private static ImmutableArray<UserLock> Read(Compilation compilation, AnalyzerConfigOptionsProvider options)
    {
        var locks = ImmutableArray.CreateBuilder<UserLock>();
        foreach (var entry in UserOptions.Entries(compilation, options, Option))
            if (Parse(entry) is { } parsed && !locks.Contains(parsed)) locks.Add(parsed);
        return locks.ToImmutable();
    }

    /// <summary><c>My.Lock.Grab|Drop</c>, or <c>My.Lock.Open</c> for a member that returns a scope.</summary>
    private static UserLock? Parse(string entry)
    {
        var members = entry.Split('|');
        var dot = members[0].LastIndexOf('.');
        if (dot <= 0 || members.Length > 2) return null;

        var (acquire, release) = (members[0].Substring(dot + 1).Trim(), members.Length == 2 ? members[1].Trim() : null);
        return acquire.Length > 0 && release != "" ? new UserLock(members[0].Substring(0, dot).Trim(), acquire, release) : null;
    }
}
