using System.Collections.Generic;
using System.Linq;

namespace Tandem.Analyzers.Model;

/// <summary>The names, in a compilation, of the fields and properties that may be structures of several words, by syntax alone.</summary>
internal sealed class TornNames
{
    private readonly HashSet<string> _all;
    private readonly Dictionary<string, HashSet<string>> _underLock = [];

    public TornNames(IReadOnlyList<TreeIndex> trees)
    {
        HashSet<string> structures = [.. TornSyntax.Framework, .. trees.SelectMany(static tree => tree.Structures)];
        _all = [.. trees.SelectMany(static tree => tree.Torn).Where(field => structures.Contains(field.Type)).Select(static field => field.Name)];
        // What only constructors assign, and nothing that they start, is never half changed.
        _all.IntersectWith(trees.SelectMany(static tree => tree.Members).Where(static member => member.Name.Length > 0 || member.MayStartWork).SelectMany(static member => member.Assigned));

        foreach (var member in trees.SelectMany(static tree => tree.Members))
        {
            if (!member.MayLock || member.TypeName is not { } type || !member.Assigned.Overlaps(_all)) continue;
            if (!_underLock.TryGetValue(type, out var names)) _underLock[type] = names = [];
            names.UnionWith(member.Assigned.Where(_all.Contains));
        }
    }

    /// <summary>Those of them that the member mentions.</summary>
    public IEnumerable<string> In(MemberNames member) => _all.Count == 0 ? [] : member.Mentioned.Keys.Where(_all.Contains);

    /// <summary>Whether the member mentions what its type assigns where it may hold a lock.</summary>
    public bool MayBeGuarded(MemberNames member) => member.TypeName is { } type && _underLock.TryGetValue(type, out var names) && member.Mentions(names);
}
