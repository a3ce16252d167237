using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Which members of a compilation mention a name, by syntax alone; and, by the same token, which members may check a name and then change it.</summary>
internal sealed class NameTable(Compilation compilation)
{
    /// <summary>A name that more members mention than this tells nothing.</summary>
    private const int MaxMentions = 200;

    private readonly ConcurrentDictionary<string, IReadOnlyList<MemberNames>?> _mentioning = new();
    private readonly System.Lazy<Dictionary<string, HashSet<string>>> _assignedBy = new(() => FindAssigned(compilation));
    private readonly ConcurrentDictionary<string, HashSet<string>> _mentioners = new();
    private readonly ConcurrentDictionary<string, bool> _guarded = new();
    private readonly System.Lazy<HashSet<string>> _shared = new(() => [.. compilation.SyntaxTrees.SelectMany(static tree => TreeIndex.Of(tree).Shared)]);
    private readonly HashSet<string> _userAcquires = [.. UserLocks.Of(compilation).Select(static user => user.Acquire)];
    private readonly System.Lazy<HashSet<string>> _concurrentCollections = new(() => [.. compilation.SyntaxTrees.SelectMany(static tree => TreeIndex.Of(tree).ConcurrentCollections)]);
    private readonly System.Lazy<HashSet<string>> _plainCollections = new(() => [.. compilation.SyntaxTrees.SelectMany(static tree => TreeIndex.Of(tree).PlainCollections)]);
    private readonly System.Lazy<HashSet<string>> _held = new(() => [.. compilation.SyntaxTrees.SelectMany(static tree => TreeIndex.Of(tree).Held)]);
    private readonly System.Lazy<TornNames> _torn = new(() => new TornNames(compilation));
    private readonly System.Lazy<StartedNames> _started = new(() => new StartedNames(compilation));

    /// <summary>The members that mention the name, in the order of the source; null if there are too many to look at.</summary>
    public IReadOnlyList<MemberNames>? Mentioning(string name) => _mentioning.GetOrAdd(name, FindMentions);

    /// <summary>Whether the member, itself or through what it calls, tests something and assigns it. Only such a member is worth binding.</summary>
    public bool MayCheckAndAct(MemberNames member)
    {
        if (member.Tested.Count == 0) return false;
        foreach (var assigned in member.Assigned)
            if (MayTest(member, assigned)) return true;
        // A callee assigns, or a setter.
        foreach (var called in member.Mentioned)
        {
            if (!_assignedBy.Value.TryGetValue(called, out var names)) continue;
            foreach (var assigned in names)
                if (MayTest(member, assigned)) return true;
        }

        return false;
    }

    /// <summary>Whether the member may run beside something else, or touches what is guarded somewhere. What does neither races with nobody.</summary>
    public bool MayRace(MemberNames member) => _started.Value.MayRunConcurrently(member) || MayBeGuarded(member);

    /// <summary>Whether the member mentions a variable that may hold a concurrent collection.</summary>
    public bool MayUseConcurrentCollection(MemberNames member) => _concurrentCollections.Value.Count > 0 && member.Mentioned.Overlaps(_concurrentCollections.Value);

    /// <summary>Whether the member mentions a variable that may hold a plain collection, and may run beside something else or touch what is guarded somewhere.</summary>
    public bool MayShareCollection(MemberNames member)
    {
        if (!member.Mentioned.Overlaps(_plainCollections.Value)) return false;
        return member.IsAnnotated || MayLock(member) || _started.Value.MayRunConcurrently(member) || member.Mentioned.Any(name => _plainCollections.Value.Contains(name) && MayBeGuarded(name));
    }

    /// <summary>Whether a name that the member assigns, itself or through what it calls, is mentioned where a lock may be taken, or is declared to be shared.</summary>
    private bool MayBeGuarded(MemberNames member) => member.IsAnnotated || MayLock(member) || member.Assigned.Any(MayBeGuarded)
        || member.Mentioned.Any(called => _assignedBy.Value.TryGetValue(called, out var names) && names.Any(MayBeGuarded));

    private bool MayBeGuarded(string name) => _guarded.GetOrAdd(name, name => _shared.Value.Contains(name) || (Mentioning(name) ?? []).Any(MayLock));

    /// <summary>Whether the member mentions what is declared to be guarded, or what its type assigns where it may hold a lock, and not in one step.</summary>
    public bool MayTouchGuarded(MemberNames member) => member.Mentioned.Overlaps(_shared.Value) || member.Mentioned.Overlaps(_held.Value) || _torn.Value.MayBeGuarded(member);

    /// <summary>Whether the member mentions what is not copied in one step, and may run beside something else or touch what is guarded somewhere; or starts work that may share such a local.</summary>
    public bool MayTear(MemberNames member)
    {
        if (member.MayStartWork && member.Assigned.Count > 0) return true;
        var torn = _torn.Value.In(member).ToList();
        return torn.Count > 0 && (member.IsAnnotated || MayLock(member) || _started.Value.MayRunConcurrently(member) || torn.Any(MayBeGuarded));
    }

    private bool MayLock(MemberNames member) => member.MayLock || _userAcquires.Overlaps(member.Mentioned);

    private bool MayTest(MemberNames member, string name) => member.Tested.Contains(name) || Mentioners(name).Overlaps(member.Tested);

    /// <summary>What the members of each name assign; most assign nothing.</summary>
    private static Dictionary<string, HashSet<string>> FindAssigned(Compilation compilation)
    {
        var assigned = new Dictionary<string, HashSet<string>>();
        foreach (var member in compilation.SyntaxTrees.SelectMany(static tree => TreeIndex.Of(tree).Members))
        {
            if (member.Name.Length == 0 || member.Assigned.Count == 0) continue;
            if (!assigned.TryGetValue(member.Name, out var names)) assigned[member.Name] = names = [];
            names.UnionWith(member.Assigned);
        }

        return assigned;
    }

    /// <summary>The names of the members that mention the name: those through which it may be tested.</summary>
    private HashSet<string> Mentioners(string name) => _mentioners.GetOrAdd(name, name => [.. (Mentioning(name) ?? []).Select(static member => member.Name).Where(static name => name.Length > 0)]);

    private IReadOnlyList<MemberNames>? FindMentions(string name)
    {
        var found = new List<MemberNames>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            found.AddRange(TreeIndex.Of(tree).Mentioning(name));
            if (found.Count > MaxMentions) return null;
        }

        return found;
    }
}
