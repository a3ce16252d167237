namespace Tandem.Platform;

/// <summary>What goes to a worker through its ring, and what there is no room for yet. The caller sees to it that one thread at a time uses it.</summary>
/// <remarks>What the worker damages makes an <see cref="InvalidDataException"/>.</remarks>
internal sealed class RingSender(WorkerMemory memory)
{
    private readonly RingWriter _ring = memory.WriteRequests();
    private readonly Queue<ReadOnlyMemory<byte>> _unsent = new();

    /// <summary>What is left of the first that was not sent wholly.</summary>
    private ReadOnlyMemory<byte> _begun;

    public bool HasUnsent => !_begun.IsEmpty || _unsent.Count > 0;

    /// <summary>Sends one frame; the worker sees it at the next <see cref="Flush"/>.</summary>
    /// <param name="head">Copied.</param>
    /// <param name="rest">Must not change any more.</param>
    public void Send(ReadOnlySpan<byte> head, ReadOnlyMemory<byte> rest)
    {
        if (!HasUnsent)
            head = head[_ring.Write(head)..];
        if (head.Length > 0)
            _unsent.Enqueue(head.ToArray());
        if (!HasUnsent)
            rest = rest[_ring.Write(rest.Span)..];
        if (rest.Length > 0)
            _unsent.Enqueue(rest);
    }

    /// <summary>Moves what was not sent into the ring, as far as there is room, and lets the worker see it. True: the worker waits, and is to be woken.</summary>
    public bool Flush()
    {
        ref var state = ref memory.State;
        SendUnsent();
        if (HasUnsent)
        {
            // In this order: read between the two, the worker sees that it is to wake us.
            Interlocked.Exchange(ref state.ParentAwaitsRoom, 1);
            SendUnsent();
        }

        Interlocked.MemoryBarrier();
        return Volatile.Read(ref state.WorkerAwaitsRequests) != 0 && Interlocked.Exchange(ref state.WorkerAwaitsRequests, 0) != 0;
    }

    public void Clear()
    {
        _begun = default;
        _unsent.Clear();
    }

    private void SendUnsent()
    {
        while (!_begun.IsEmpty || _unsent.TryDequeue(out _begun))
        {
            _begun = _begun[_ring.Write(_begun.Span)..];
            if (!_begun.IsEmpty)
                break;
        }

        _ring.Publish();
    }
}
