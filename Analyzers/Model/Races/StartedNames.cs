using System;
using System.Collections.Generic;
using System.Linq;

namespace Tandem.Analyzers.Model;

/// <summary>Which members of a compilation may run beside others, by names alone: those that start work or pass it to what does, what they call in turn, and the types that start something.</summary>
internal sealed class StartedNames
{
    private readonly HashSet<MemberNames> _started = [];
    private readonly HashSet<string> _types = [];

    public StartedNames(IReadOnlyList<TreeIndex> trees, Func<MemberNames, bool> mayStartWork)
    {
        var open = new Queue<MemberNames>(FindStarters(trees, mayStartWork));
        var byName = new Dictionary<string, List<MemberNames>>();
        foreach (var member in trees.SelectMany(static tree => tree.Members))
        {
            if (member.Name.Length == 0) continue;
            if (!byName.TryGetValue(member.Name, out var members)) byName[member.Name] = members = [];
            members.Add(member);
        }

        // Each name in each shape is followed once.
        var known = new HashSet<(string, CallShapes)>();
        while (open.Count > 0)
        {
            foreach (var mention in open.Dequeue().Mentioned)
            {
                if (!byName.TryGetValue(mention.Key, out var members) || !known.Add((mention.Key, mention.Value))) continue;
                foreach (var member in members)
                    if (member.Shapes.Overlaps(mention.Value) && _started.Add(member)) open.Enqueue(member);
            }
        }
    }

    public bool MayRunConcurrently(MemberNames member) => _started.Contains(member) || (member.TypeName is { } type && _types.Contains(type));

    private IEnumerable<MemberNames> FindStarters(IReadOnlyList<TreeIndex> trees, Func<MemberNames, bool> mayStartWork)
    {
        var goingOn = new Dictionary<string, CallShapes>();
        foreach (var method in trees.SelectMany(static tree => tree.GoingOn)) goingOn.Note(method.Key, method.Value);

        foreach (var member in trees.SelectMany(static tree => tree.Members))
        {
            var starts = mayStartWork(member);
            if (starts || member.MayGather || member.LeftRunning.Any(call => goingOn.TryGetValue(call.Key, out var shapes) && shapes.Overlaps(call.Value))) _started.Add(member);
            if (starts && member.TypeName is { } type) _types.Add(type);
        }

        // `Background(() => …)`, and in that: `Task.Run(work)`.
        var takers = new Queue<MemberNames>(_started.Where(static member => member.MayTakeWork));
        while (takers.Count > 0)
        {
            var taker = takers.Dequeue();
            foreach (var member in trees.SelectMany(tree => tree.Mentioning(taker.Name)))
                if (member.Mentioned[taker.Name].Overlaps(taker.Shapes) && _started.Add(member) && member.MayTakeWork) takers.Enqueue(member);
        }

        return _started;
    }
}
