using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>Writes one call's arguments, each as a block of its own, and refuses those that cannot cross.</summary>
internal sealed class RequestWriter : IArgumentWriter
{
    /// <summary>What stands before the request in its frame, the work's definition aside: the ids of call and work, and a length.</summary>
    private const int CallLength = sizeof(long) + sizeof(int) + sizeof(int);

    private readonly WireWriter _writer;
    private readonly WorkReference _work;
    private readonly MessageMemory _memory = new(isLeft: false);
    private List<CancellationToken>? _tokens;
    private int _number;

    public RequestWriter(WorkReference work, bool isChunk)
    {
        _work = work;
        // Refused here, where the caller is told, and not when a worker is to be given the call.
        _writer = new WireWriter(Frame.MaxBodyLength - CallLength - work.Definition.Length);
        _writer.WriteByte(isChunk ? (byte)1 : (byte)0);
    }

    public ReadOnlyMemory<byte> Written => _writer.Written;

    public IReadOnlyList<CancellationToken> Tokens => _tokens ?? [];

    public bool TakesToken => _tokens is not null;

    /// <summary>No worker will read the request any more.</summary>
    public void LetGo() => _memory.LetGo();

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

        Portability.CheckArgument(typeof(T), _number, _work.Name);
        try
        {
            using var noting = _memory.Write();
            Payload.Write(_writer, argument);
        }
        catch (Exception exception)
        {
            throw new ArgumentException($"Argument {_number} of {_work.Name}, {DisplayName.Of(typeof(T))}, could not be written: {exception.Message}", exception);
        }

        _writer.EndBlock(block);
    }
}
