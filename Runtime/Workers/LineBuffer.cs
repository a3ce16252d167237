namespace Tandem.Workers;

/// <summary>Cuts text into lines, as the bytes of it come. Each is given with the line feed at its end; one that has none when it must end gets one.</summary>
internal sealed class LineBuffer(Action<ReadOnlySpan<byte>> give)
{
    /// <summary>A longer line ends here.</summary>
    private const int MaxLength = 64 * 1024;

    private const byte LineFeed = (byte)'\n';

    private readonly List<byte> _begun = [];

    public void Add(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf(LineFeed) + 1;
            var part = text[..(end > 0 ? end : text.Length)];
            if (_begun.Count + part.Length > MaxLength)
                part = part[..(MaxLength - _begun.Count)];
            text = text[part.Length..];
            _begun.AddRange(part);
            if (part is [.., LineFeed] || _begun.Count == MaxLength)
                End();
        }
    }

    /// <summary>Gives what has no end yet.</summary>
    public void End()
    {
        if (_begun.Count == 0)
            return;
        if (_begun[^1] != LineFeed)
            _begun.Add(LineFeed);
        give(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_begun));
        _begun.Clear();
    }
}
