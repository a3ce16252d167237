namespace Tandem.Workers;

/// <summary>The work that a worker has heard of, by the parent's ids. A definition comes with the first call that needs it, even if that call is then taken back.</summary>
internal sealed class KnownWorks(ChosenSerializer? serializer)
{
    private readonly Dictionary<int, byte[]> _definitions = [];
    private readonly Dictionary<int, ResolvedWork> _resolved = [];

    /// <param name="id">The work's.</param>
    /// <param name="definition">Empty where it came before.</param>
    public void Note(int id, ReadOnlySpan<byte> definition)
    {
        if (!definition.IsEmpty)
            _definitions[id] = definition.ToArray();
    }

    /// <summary>The work of an id, found in the application's assemblies when it is first run.</summary>
    public ResolvedWork Find(int id)
    {
        if (!_resolved.TryGetValue(id, out var work))
            _resolved.Add(id, work = ResolvedWork.From(_definitions[id], serializer));
        return work;
    }
}
