using System.Text;

namespace Tandem.Workers;

/// <summary>The end of what a worker writes to its standard error, for the exception that a crash becomes.</summary>
internal sealed class ErrorTail
{
    private const int Kept = 4096;

    private readonly byte[] _tail = new byte[Kept];
    private int _length;

    public string Text
    {
        get
        {
            // What was cut off may have been half a character.
            var text = _tail.AsSpan(0, _length);
            while (!text.IsEmpty && (text[0] & 0xC0) == 0x80)
                text = text[1..];
            return Encoding.UTF8.GetString(text).Trim();
        }
    }

    public void Add(ReadOnlySpan<byte> text)
    {
        var added = text.Length > Kept ? text[^Kept..] : text;
        var kept = Math.Min(_length, Kept - added.Length);
        _tail.AsSpan(_length - kept, kept).CopyTo(_tail);
        added.CopyTo(_tail.AsSpan(kept));
        _length = kept + added.Length;
    }

    /// <summary>The end of a message: what was written last, or a full stop.</summary>
    public string Quote() => Text is { Length: > 0 } text ? $". It wrote last:{Environment.NewLine}{text}" : ".";
}
