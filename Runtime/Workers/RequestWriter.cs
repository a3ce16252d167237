using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>Writes one call's arguments, each as a block of its own, and refuses those that cannot cross.</summary>
/// <remarks>Each thread keeps one for its next call; user code that runs while one is in use, and submits a call too, gets another.</remarks>
internal sealed class RequestWriter : IArgumentWriter
{
    /// <summary>What stands before the request in its frame, the work's definition aside: the ids of call and work, and a length.</summary>
    private const int CallLength = sizeof(long) + sizeof(int) + sizeof(int);

    [ThreadStatic]
    private static RequestWriter? t_unused;

    private readonly WireWriter _writer = new();
    private WorkReference? _work;
    private MessageMemory? _memory;
    private List<CancellationToken>? _tokens;
    private int _number;
    private bool _takesBlocks;
    private ChosenSerializer? _serializer;

    public static RequestWriter Begin(WorkReference work, bool isChunk, bool takesBlocks, ChosenSerializer? serializer)
    {
        var writer = t_unused ?? new RequestWriter();
        t_unused = null;
        writer._writer.Clear();

        // Refused here, where the caller is told, and not when a worker is to be given the call.
        writer._writer.MaxLength = Frame.MaxBodyLength - CallLength - work.Definition.Length;
        (writer._work, writer._number, writer._takesBlocks, writer._serializer) = (work, 0, takesBlocks, serializer);
        writer._writer.WriteByte(isChunk ? (byte)1 : (byte)0);
        return writer;
    }

    /// <summary>What was written. The writer is not used any more.</summary>
    public Request End()
    {
        // Large ones are not copied: the writer starts anew with another buffer.
        var request = new Request(_work!, _writer.Take(), _memory, _tokens, _serializer);
        (_work, _memory, _tokens, _serializer) = (null, null, null, null);
        t_unused = this;
        return request;
    }

    /// <exception cref="NotSupportedException">The argument's type cannot cross.</exception>
    /// <exception cref="ArgumentException">This value cannot be written, though its type could be.</exception>
    public void Write<T>(T argument)
    {
        _number++;
        var block = _writer.BeginBlock();
        if (argument is CancellationToken token)
        {
            // An empty block: the worker makes a token of its own, which the parent signals.
            (_tokens ??= []).Add(token);
            return;
        }

        Portability.CheckArgument(typeof(T), _number, _work!.Name, _serializer);
        try
        {
            if (Payload.IsFixedSize<T>())
                Payload.Write(_writer, argument);
            else
                WriteNoting(argument);
        }
        catch (Exception exception)
        {
            throw Unwritable<T>(exception);
        }

        _writer.EndBlock(block);
    }

    /// <summary>Writes the items of a chunk, in place of arguments.</summary>
    /// <inheritdoc cref="Write"/>
    public void WriteItems<T>(T[] items)
    {
        _number++;
        var block = _writer.BeginBlock();
        Portability.CheckArgument(typeof(T), _number, _work!.Name, _serializer);
        try
        {
            using var noting = Noting();
            using var serializing = ChosenSerializer.Use(_serializer);
            ItemsPayload.Write(_writer, items);
        }
        catch (Exception exception)
        {
            throw Unwritable<T[]>(exception);
        }

        _writer.EndBlock(block);
    }

    private void WriteNoting<T>(T argument)
    {
        using var noting = Noting();
        using var serializing = ChosenSerializer.Use(_serializer);
        Payload.Write(_writer, argument);
    }

    private MessageMemory.Writing Noting() => (_memory ??= new(isLeft: false) { TakesBlocks = _takesBlocks }).Write();

    private ArgumentException Unwritable<T>(Exception exception) =>
        new($"Argument {_number} of {_work!.Name}, {DisplayName.Of(typeof(T))}, could not be written: {exception.Message}", exception);
}

/// <summary>One call as it travels, whichever worker it goes to.</summary>
/// <param name="Work">What is called.</param>
/// <param name="Body">The part of the call frame that is the same for every worker.</param>
/// <param name="Memory">The shared memory that the arguments refer to.</param>
/// <param name="Tokens">Those among the arguments.</param>
/// <param name="Serializer">By what arguments and result go.</param>
internal readonly record struct Request(WorkReference Work, ReadOnlyMemory<byte> Body, MessageMemory? Memory, IReadOnlyList<CancellationToken>? Tokens, ChosenSerializer? Serializer = null);
