using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Which members of a compilation mention a name, by syntax alone; and, by the same token, which members may check a name and then change it.</summary>
internal sealed class NameTable
{
    /// <summary>A name that more members mention than this tells nothing.</summary>
    private const int MaxMentions = 200;

    /// <summary>Fields that others declare and that are written to: those of the framework's tuples and vectors.</summary>
    private static readonly HashSet<string> s_frameworkFields = ["Item1", "Item2", "Item3", "Item4", "Item5", "Item6", "Item7", "X", "Y", "Z", "W"];

    /// <summary>A method that more members may call tells nothing.</summary>
    private const int MaxCallers = 64;

    private readonly Lazy<TreeIndex[]> _trees;
    private readonly ConcurrentDictionary<string, IReadOnlyList<MemberNames>> _mentioning = new();
    private readonly ConcurrentDictionary<(string Name, string? Type), bool> _guarded = new();
    private readonly ConcurrentDictionary<(string Name, string? Type), HashSet<string>> _mentioners = new();
    private readonly Lazy<Dictionary<string, bool>> _state;
    private readonly Lazy<Dictionary<string, HashSet<(string Name, string? Type)>>> _assignedBy;
    private readonly Lazy<HashSet<string>> _shared, _concurrentCollections, _plainCollections, _held;
    private readonly Lazy<TornNames> _torn;
    private readonly Lazy<StartedNames> _started;
    private readonly HashSet<string> _userAcquires, _userSpawns;

    public NameTable(Compilation compilation)
    {
        _userAcquires = [.. UserLocks.Of(compilation).Select(static user => user.Acquire)];
        _userSpawns = [.. UserSpawns.Of(compilation).Select(static user => user.Member)];
        // In an order of their own: what is found first must not depend on how the files were listed.
        _trees = new(() => [.. compilation.SyntaxTrees.OrderBy(static tree => tree.FilePath, StringComparer.Ordinal).Select(TreeIndex.Of)]);
        _state = new(FindState);
        _assignedBy = new(FindAssigned);
        _shared = new(() => Union(static tree => tree.Shared));
        _concurrentCollections = new(() => Union(static tree => tree.ConcurrentCollections));
        _plainCollections = new(() => Union(static tree => tree.PlainCollections));
        _held = new(() => Union(static tree => tree.Held));
        _torn = new(() => new TornNames(_trees.Value));
        _started = new(() => new StartedNames(_trees.Value, MayStartWork));
    }

    /// <summary>The names in the member, as <see cref="TreeIndex.MemberOf"/> names it.</summary>
    public static MemberNames? Of(SyntaxNode member) => TreeIndex.Of(member.SyntaxTree).NamesIn(member);

    /// <summary>The names in the member that the body is, or is part of.</summary>
    public static MemberNames? Of(Body body) => TreeIndex.MemberOf(body.Root.Syntax) is { } member ? Of(member) : null;

    /// <summary>The members that may use the field or property, in the order of the source; null if there are too many to look at.</summary>
    public IReadOnlyList<MemberNames>? Using(ISymbol state) => Few(Mentioning(state.Name).Where(WithinReach(state)), MaxMentions);

    /// <summary>The members that may call the method, or pass it on, in the order of the source; null if there are too many to look at.</summary>
    /// <param name="method">The method, or an accessor.</param>
    /// <param name="name">The name by which it is called.</param>
    /// <param name="matters">Which of them matter.</param>
    public IReadOnlyList<MemberNames>? Calling(IMethodSymbol method, string name, Func<MemberNames, bool> matters)
    {
        var shapes = CallShapes.Of(method);
        return Few(Mentioning(name).Where(WithinReach(method)).Where(member => member.Mentioned[name].Overlaps(shapes) && matters(member)), MaxCallers);
    }

    /// <summary>Whether all that call the method may hold a lock while they do, as far up as is asked. Where none of them takes one, they need not be bound.</summary>
    public bool MayRunLocked(IMethodSymbol method, string name, int depth)
    {
        if (Calling(method, name, static _ => true) is not { } callers) return true;
        var seen = new HashSet<MemberNames>(callers);
        var open = seen.ToList();
        while (open.Count > 0 && depth-- > 0)
        {
            if (seen.Count > MaxCallers || open.Any(member => member.MayRunAlone || MayLock(member))) return true;
            open = [.. open.Where(static member => member.Name.Length > 0).SelectMany(CallersOf).Where(seen.Add)];
        }

        return false;
    }

    private IEnumerable<MemberNames> CallersOf(MemberNames member) => Mentioning(member.Name).Where(caller => caller.Mentioned[member.Name].Overlaps(member.Shapes));

    /// <summary>Whether the member, itself or through what it calls, tests something and assigns it. Only such a member is worth binding.</summary>
    public bool MayCheckAndAct(MemberNames member)
    {
        if (member.Tested.Count == 0) return false;
        foreach (var assigned in member.Assigned)
            if (IsState(member, assigned) && MayTest(member, assigned, member.TypeName)) return true;
        // A callee assigns, or a setter, under a condition.
        if (!member.HasCondition) return false;
        foreach (var called in member.Mentioned.Keys)
            if (MayAssignTested(member, called)) return true;
        return false;
    }

    /// <summary>Whether the method, itself or through what it calls in turn, may assign what the member tests.</summary>
    public bool MayAssignTested(MemberNames member, IMethodSymbol called)
    {
        if (MayAssignTested(member, NameOf(called))) return true;
        return Of(called) is { } names && names.Mentioned.Keys.Any(name => MayAssignTested(member, name));
    }

    /// <summary>Whether the method, itself or through what it calls in turn, may read the field or property.</summary>
    public bool MayRead(IMethodSymbol called, ISymbol state)
    {
        var readers = Mentioners(state.Name, null);
        return readers.Contains(NameOf(called)) || (Of(called) is { } names && names.Mentions(readers));
    }

    private bool MayAssignTested(MemberNames member, string called)
    {
        if (!_assignedBy.Value.TryGetValue(called, out var names)) return false;
        // A property is tested and assigned by one name.
        var assigner = member.Assigned.Contains(called) ? null : called;
        foreach (var (assigned, type) in names)
            if (MayTest(member, assigned, type, assigner)) return true;
        return false;
    }

    private static string NameOf(IMethodSymbol method) => (method.AssociatedSymbol ?? method).Name;

    private static MemberNames? Of(IMethodSymbol method) => (method.PartialImplementationPart ?? method).OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } syntax && TreeIndex.MemberOf(syntax) is { } member ? Of(member) : null;

    /// <summary>Whether the member reads and writes something in one expression that others can see.</summary>
    public bool MayUpdate(MemberNames member) => member.Updated.Any(name => IsState(member, name));

    /// <summary>Whether the member may run beside something else, or touches what is guarded somewhere. What does neither races with nobody.</summary>
    public bool MayRace(MemberNames member) => MayRunConcurrently(member) || MayBeGuarded(member);

    /// <summary>Whether the member may pass work on that runs concurrently.</summary>
    public bool MayStartWork(MemberNames member) => member.MayStartWork || (_userSpawns.Count > 0 && member.Mentions(_userSpawns));

    /// <summary>Whether the member may run beside something else.</summary>
    public bool MayRunConcurrently(MemberNames member) => _started.Value.MayRunConcurrently(member);

    /// <summary>Whether the member mentions a variable that may hold a concurrent collection.</summary>
    public bool MayUseConcurrentCollection(MemberNames member) => _concurrentCollections.Value.Count > 0 && member.Mentions(_concurrentCollections.Value);

    /// <summary>Whether the member mentions a variable that may hold a plain collection, and may run beside something else or touch what is guarded somewhere.</summary>
    public bool MayShareCollection(MemberNames member)
    {
        if (!member.Mentions(_plainCollections.Value)) return false;
        return member.IsAnnotated || MayLock(member) || MayRunConcurrently(member)
            || member.Mentioned.Keys.Any(name => _plainCollections.Value.Contains(name) && MayBeGuarded(name, member.TypeName));
    }

    /// <summary>Whether the member mentions what is declared to be guarded, or what its type assigns where it may hold a lock, and not in one step.</summary>
    public bool MayTouchGuarded(MemberNames member) => member.Mentions(_shared.Value) || member.Mentions(_held.Value) || _torn.Value.MayBeGuarded(member);

    /// <summary>Whether the member mentions what is not copied in one step, and may run beside something else or touch what is guarded somewhere; or starts work that may share such a local.</summary>
    public bool MayTear(MemberNames member)
    {
        if ((MayStartWork(member) || member.MayGather) && member.Assigned.Overlaps(member.Captured)) return true;
        var torn = _torn.Value.In(member).ToList();
        return torn.Count > 0 && (member.IsAnnotated || MayLock(member) || MayRunConcurrently(member) || torn.Any(name => MayBeGuarded(name, member.TypeName)));
    }

    /// <summary>Whether a name that the member assigns, itself or through what it calls, is mentioned where a lock may be taken, or is declared to be shared.</summary>
    private bool MayBeGuarded(MemberNames member) => member.IsAnnotated || MayLock(member)
        || member.Assigned.Any(name => IsState(member, name) && MayBeGuarded(name, member.TypeName))
        || member.Mentioned.Keys.Any(called => _assignedBy.Value.TryGetValue(called, out var names) && names.Any(assigned => MayBeGuarded(assigned.Name, assigned.Type)));

    private bool MayBeGuarded(string name, string? type) => _guarded.GetOrAdd((name, Seer(name, type)), key =>
        _shared.Value.Contains(key.Name) || (Few(Mentioning(key.Name), MaxMentions) ?? []).Any(member => MayLock(member) && IsSeen(member, key.Type)));

    private bool MayLock(MemberNames member) => member.MayLock || (_userAcquires.Count > 0 && member.Mentions(_userAcquires));

    private bool IsState(MemberNames member, string name) => _state.Value.ContainsKey(name) || member.Captured.Contains(name) || s_frameworkFields.Contains(name);

    /// <summary>Whether the member tests what members of that type assign, itself or through what it calls; but for what it calls to assign it, which sees to its own tests.</summary>
    private bool MayTest(MemberNames member, string name, string? type, string? assigner = null)
    {
        var seer = Seer(name, type);
        if (member.Tested.Contains(name) && IsSeen(member, seer)) return true;
        var mentioners = Mentioners(name, seer);
        if (mentioners.Count == 0) return false;
        foreach (var tested in member.Tested)
            if (tested != assigner && mentioners.Contains(tested)) return true;
        return false;
    }

    /// <summary>The names of the members that mention the name: those through which it may be tested.</summary>
    private HashSet<string> Mentioners(string name, string? seer) => _mentioners.GetOrAdd((name, seer), key =>
        [.. (Few(Mentioning(key.Name), MaxMentions) ?? []).Where(member => member.Name.Length > 0 && IsSeen(member, key.Type)).Select(static member => member.Name)]);

    /// <summary>The only type that sees what its members call by that name; null if others can.</summary>
    private string? Seer(string name, string? type) => _state.Value.TryGetValue(name, out var isOpen) && !isOpen ? type : null;

    private static bool IsSeen(MemberNames member, string? seer) => seer is null || member.IsWithin(seer);

    /// <summary>What is private, only its own type uses, and the types nested in that.</summary>
    private static Func<MemberNames, bool> WithinReach(ISymbol symbol) =>
        symbol is { DeclaredAccessibility: Accessibility.Private, ContainingType.Name: { Length: > 0 } type } and not IMethodSymbol { ExplicitInterfaceImplementations.IsEmpty: false }
            ? member => member.TypeName is null || member.IsWithin(type)
            : static _ => true;

    private static IReadOnlyList<MemberNames>? Few(IEnumerable<MemberNames> members, int most)
    {
        var few = members.Take(most + 1).ToList();
        return few.Count > most ? null : few;
    }

    private IReadOnlyList<MemberNames> Mentioning(string name) => _mentioning.GetOrAdd(name, FindMentions);

    private IReadOnlyList<MemberNames> FindMentions(string name)
    {
        List<MemberNames>? found = null;
        foreach (var tree in _trees.Value)
            if (tree.Mentioning(name) is { Count: > 0 } mentions) (found ??= []).AddRange(mentions);
        return found ?? (IReadOnlyList<MemberNames>)[];
    }

    private HashSet<string> Union(Func<TreeIndex, HashSet<string>> names)
    {
        var all = new HashSet<string>();
        foreach (var tree in _trees.Value) all.UnionWith(names(tree));
        return all;
    }

    private Dictionary<string, bool> FindState()
    {
        var all = new Dictionary<string, bool>();
        foreach (var tree in _trees.Value)
            foreach (var state in tree.State) all[state.Key] = state.Value || (all.TryGetValue(state.Key, out var isOpen) && isOpen);
        return all;
    }

    /// <summary>What the members of each name assign, and the type that they do it in; most assign nothing.</summary>
    private Dictionary<string, HashSet<(string Name, string? Type)>> FindAssigned()
    {
        var assigned = new Dictionary<string, HashSet<(string Name, string? Type)>>();
        foreach (var member in _trees.Value.SelectMany(static tree => tree.Members))
        {
            if (member.Name.Length == 0) continue;
            foreach (var name in member.Assigned)
            {
                if (!_state.Value.ContainsKey(name)) continue;
                if (!assigned.TryGetValue(member.Name, out var names)) assigned[member.Name] = names = [];
                names.Add((name, member.TypeName));
            }
        }

        return assigned;
    }
}
