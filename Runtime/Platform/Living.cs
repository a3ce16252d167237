namespace Tandem.Platform;

/// <summary>Asks after each process once, in one look over many that may be the same.</summary>
internal sealed class Living
{
    private readonly Dictionary<ProcessIdentity, bool> _known = [];

    public bool Contains(ProcessIdentity process)
    {
        if (!_known.TryGetValue(process, out var isAlive))
            _known.Add(process, isAlive = process.IsAlive);
        return isAlive;
    }
}
