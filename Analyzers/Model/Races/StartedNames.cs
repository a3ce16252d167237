using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>Which members of a compilation may run beside others, by names alone: those that a start names, what they call in turn, and the types that start something.</summary>
internal sealed class StartedNames
{
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _types = [];

    public StartedNames(Compilation compilation)
    {
        var trees = compilation.SyntaxTrees.Select(TreeIndex.Of).ToList();
        var goingOn = new HashSet<string>(trees.SelectMany(static tree => tree.GoingOn));
        var byName = trees.SelectMany(static tree => tree.Members).Where(static member => member.Name.Length > 0).ToLookup(static member => member.Name);

        var open = new Queue<MemberNames>(trees.SelectMany(static tree => tree.Members).Where(member => member.MayStartWork || member.LeftRunning.Overlaps(goingOn)));
        foreach (var starter in open)
            if (starter.TypeName is { } type) _types.Add(type);

        while (open.Count > 0)
        {
            foreach (var name in open.Dequeue().Mentioned)
            {
                if (!_names.Add(name)) continue;
                foreach (var member in byName[name]) open.Enqueue(member);
            }
        }
    }

    public bool MayRunConcurrently(MemberNames member) => _names.Contains(member.Name) || (member.TypeName is { } type ? _types.Contains(type) : member.MayStartWork);
}
