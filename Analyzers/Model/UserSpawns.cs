using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Model;

/// <summary>A member of the user's own that runs the delegates which are passed to it beside its caller.</summary>
/// <param name="Type">The type's full name.</param>
/// <param name="Member">The method, or the event.</param>
internal sealed record UserSpawn(string Type, string Member);

/// <summary>
/// The starts of concurrent work that the user declares in .editorconfig: <c>tandem_spawn = My.Pool.Run|My.Bus.Received</c>. An entry that reads
/// otherwise, or names what the compilation does not have, is left out.
/// </summary>
internal static class UserSpawns
{
    private const string Option = "tandem_spawn";

    private static readonly ConditionalWeakTable<Compilation, StrongBox<ImmutableArray<UserSpawn>>> s_byCompilation = new();

    /// <summary>Reads the options of <paramref name="compilation"/>, once: what an analyzer does before it asks for anything.</summary>
    public static void Read(Compilation compilation, AnalyzerOptions options) => s_byCompilation.GetValue(compilation, c => new(Read(c, options.AnalyzerConfigOptionsProvider)));

    public static ImmutableArray<UserSpawn> Of(Compilation compilation) => s_byCompilation.TryGetValue(compilation, out var spawns) ? spawns.Value : [];

    private static ImmutableArray<UserSpawn> Read(Compilation compilation, AnalyzerConfigOptionsProvider options) =>
        [.. UserOptions.Entries(compilation, options, Option).SelectMany(static entry => entry.Split('|')).Select(static member => Parse(member.Trim())).OfType<UserSpawn>().Distinct()];

    private static UserSpawn? Parse(string member)
    {
        var dot = member.LastIndexOf('.');
        return dot > 0 && dot < member.Length - 1 ? new UserSpawn(member.Substring(0, dot), member.Substring(dot + 1)) : null;
    }
}
