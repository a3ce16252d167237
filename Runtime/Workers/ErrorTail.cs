using System.Text;

namespace Tandem.Workers;

/// <summary>Passes what a worker writes to its standard error on to this process's, and keeps the end of it for the exception that a crash becomes.</summary>
internal sealed class ErrorTail
{
    private const int Kept = 4096;

    private readonly ErrorOutput.Source _output = new();
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

    /// <summary>Never waits: who can leave the text where it is asks <see cref="HasRoom"/> first.</summary>
    public void Forward(ReadOnlySpan<byte> text)
    {
        _output.Write(text);
        var added = text.Length > Kept ? text[^Kept..] : text;
        var kept = Math.Min(_length, Kept - added.Length);
        _tail.AsSpan(_length - kept, kept).CopyTo(_tail);
        added.CopyTo(_tail.AsSpan(kept));
        _length = kept + added.Length;
    }

    /// <inheritdoc cref="ErrorOutput.Source.HasRoom"/>
    public bool HasRoom(Action whenRoom) => _output.HasRoom(whenRoom);

    /// <inheritdoc cref="ErrorOutput.Source.End"/>
    public void End() => _output.End();

    /// <summary>The end of a message: what was written last, or a full stop.</summary>
    public string Quote() => Text is { Length: > 0 } text ? $". It wrote last:{Environment.NewLine}{text}" : ".";
}
