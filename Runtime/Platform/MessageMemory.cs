using Microsoft.Win32.SafeHandles;

namespace Tandem.Platform;

/// <summary>
/// The shared memory that one message refers to. Its sender holds this until the message has been read, or never will be; so long, and no
/// longer, is the memory kept open, though its primitive may be forgotten here.
/// </summary>
/// <param name="isLeft">
/// The message is left where somebody may read it at any time, as in a queue, and its sender holds it only until it is left there:
/// from then on <see cref="SharedMemoryTable"/> keeps the memory open.
/// </param>
internal sealed class MessageMemory(bool isLeft)
{
    [ThreadStatic]
    private static MessageMemory? t_beingWritten;

    /// <summary>Once for each reference. Null while there is none.</summary>
    private List<SharedMemory>? _memory;

    private List<SafeFileHandle>? _blocks;

    private Action? _whenEnded;

    /// <summary>Of the message that this thread writes just now. Null when it writes text that others send, or that nobody does.</summary>
    public static MessageMemory? BeingWritten => t_beingWritten;

    public bool IsLeft => isLeft;

    /// <summary>Whether it is read by somebody who opens our blocks.</summary>
    public bool TakesBlocks { get; init; }

    public bool IsEmpty => _memory is null && _blocks is null && _whenEnded is null;

    /// <summary>Begins to note the references that this thread writes.</summary>
    public Writing Write() => new(this);

    public void Add(SharedMemory memory) => (_memory ??= []).Add(memory);

    public void Add(SafeFileHandle block) => (_blocks ??= []).Add(block);

    /// <summary>Has this called once the message has been read, or never will be. Not for one that <see cref="IsLeft"/>, since nobody knows when that is read.</summary>
    public void WhenEnded(Action action) => _whenEnded += action;

    /// <summary>The message has been read, or been left where it is to be read.</summary>
    public void LetGo()
    {
        _blocks?.ForEach(static block => block.Dispose());
        var ended = _whenEnded;
        (_memory, _blocks, _whenEnded) = (null, null, null);
        ended?.Invoke();
    }

    /// <summary>The message will not be left there after all.</summary>
    public void Withdraw()
    {
        foreach (var memory in _memory ?? [])
            SharedMemoryTable.Withdraw(memory);
        LetGo();
    }

    /// <summary>To write one message may run code of the user's that writes another; the outer one then goes on.</summary>
    public readonly ref struct Writing
    {
        private readonly MessageMemory? _outer;

        public Writing(MessageMemory message)
        {
            _outer = t_beingWritten;
            t_beingWritten = message;
        }

        public void Dispose() => t_beingWritten = _outer;
    }
}
