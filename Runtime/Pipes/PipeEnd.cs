using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;
using Tandem.Workers;

namespace Tandem;

/// <summary>
/// One end of a pipe between two processes: what is sent here is received at the other end, in the same order, and the other way round.
/// <see cref="ProcessPipe.Create"/> makes both.
/// </summary>
/// <remarks>
/// <para>An end belongs to the process that it was passed to. When nobody holds the other end any more, because it was disposed or its process ended,
/// killed or not, receiving gives what was sent before and then an <see cref="EndOfStreamException"/>, at once, and so does sending. Whoever passes
/// an end on need not dispose it: from when the other has it, or the task that it was an argument of has ended, the sender holds it no more, unless he
/// uses it again.</para>
/// <para>An item is received whole or not at all, whatever its size; of one whose sender dies while he sends it, nothing is. An item larger than a
/// mebibyte goes in pieces, while the other end receives. Several threads, and several processes, may use one end; each item then goes to one of
/// them, which is what a <see cref="ProcessQueue{T}"/> is better for.</para>
/// <para>What <c>multiprocessing.Pipe</c> is in Python. The memory is anonymous, and gone with the last process that has it.</para>
/// </remarks>
/// <typeparam name="T">The type of the items.</typeparam>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed class PipeEnd<T> : IDisposable, IProcessWaitable, ISharedPrimitive<PipeEnd<T>>
{
    private const string Name = "PipeEnd";

    private static readonly ulong s_kind = SharedMemoryKind.Of($"{Name}<{typeof(T)}>");

    /// <summary>This object's stand on the shared memory.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>Which of the two ends it is.</summary>
    private readonly int _side;

    private readonly PipeSeat _seat;
    private readonly SharedRing _in;
    private readonly SharedRing _out;
    private readonly RingInlet<T> _inlet;
    private readonly RingOutlet<T> _outlet;

    /// <summary>Waits for those who poll asynchronously.</summary>
    private readonly AsyncLane<bool> _asyncPolls = new();

    private PipeEnd(SharedMemoryLease lease, int side)
    {
        (_out, _in) = (PipeLayout.RingFrom(side, lease.Memory), PipeLayout.RingFrom(1 - side, lease.Memory));
        _seat = new PipeSeat(lease, PipeLayout.HoldersOf(side, lease.Memory), PipeLayout.HoldersOf(1 - side, lease.Memory), _out, _in);
        (_lease, _side) = (lease, side);
        _inlet = new(_out, Limits(Deadline.Never, default), Gone);
        _outlet = new(_in, Limits(Deadline.Never, default));
    }

    static string ISharedPrimitive<PipeEnd<T>>.Name => Name;

    static ulong ISharedPrimitive<PipeEnd<T>>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<PipeEnd<T>>.Lease => _lease;

    IWaitTarget IProcessWaitable.Target => new RingWaitTarget(_in, _lease, _seat);

    static PipeEnd<T> ISharedPrimitive<PipeEnd<T>>.Attach(SharedMemoryLease lease) => new(lease, 0);

    static PipeEnd<T> ISharedPrimitive<PipeEnd<T>>.Attach(SharedMemoryLease lease, int part) =>
        part is 0 or 1 ? new(lease, part) : throw new InvalidDataException($"A pipe has no end number {part}.");

    SharedMemoryReference ISharedPrimitive<PipeEnd<T>>.Send()
    {
        _lease.Enter();
        try
        {
            _seat.MarkPassed();
            return _lease.Send() with { Part = _side };
        }
        finally
        {
            _lease.Exit();
        }
    }

    internal static (PipeEnd<T> Left, PipeEnd<T> Right) CreateBoth()
    {
        Portability.CheckItem(typeof(T), $"ProcessPipe of {DisplayName.Of(typeof(T))}");
        var lease = SharedMemoryTable.Make(name: null, s_kind, PipeLayout.Size, Name, PipeLayout.Create);
        return (new(lease, 0), new(SharedMemoryTable.Share(lease.Memory, Name), 1));
    }

    /// <summary>Sends an item, and blocks while more than a mebibyte, or 4,096 items, wait at the other end.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not sent.</param>
    /// <exception cref="EndOfStreamException">The other end is gone, before the call or while it waited.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the item was sent.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public void Send(T item, CancellationToken cancellationToken = default) => _inlet.Put(item, Deadline.Never, cancellationToken);

    /// <summary>Sends an item if there is space at the other end within <paramref name="timeout"/>.</summary>
    /// <param name="item">The item.</param>
    /// <param name="timeout">How long to wait for space; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>Whether the item was sent.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="EndOfStreamException">The other end is gone, before the call or while it waited.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public bool TrySend(T item, TimeSpan timeout = default) => _inlet.Put(item, Deadline.After(timeout));

    /// <summary>Sends an item, and waits without blocking the caller while there is no space at the other end.</summary>
    /// <param name="item">The item. Its bytes are taken at once, so it may change after the call.</param>
    /// <param name="cancellationToken">Ends the wait; the item is then not sent.</param>
    /// <returns>A task that ends when the item is sent.</returns>
    /// <exception cref="EndOfStreamException">The other end is gone, before the call or while it waited.</exception>
    /// <exception cref="NotSupportedException">An item of this type can't cross to another process; see the message.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the item was sent.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public ValueTask SendAsync(T item, CancellationToken cancellationToken = default) => _inlet.PutAsync(item, cancellationToken);

    /// <summary>Receives the next item, and blocks while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then received.</param>
    /// <returns>The item.</returns>
    /// <exception cref="EndOfStreamException">The other end is gone, and all that it sent has been received.</exception>
    /// <exception cref="InvalidDataException">What was received is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was received holds a primitive that whoever sent it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was an item.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public T Receive(CancellationToken cancellationToken = default) => ItemOrThrow(_outlet.Take(Deadline.Never, cancellationToken));

    /// <summary>Receives the next item if there is one within <paramref name="timeout"/>.</summary>
    /// <param name="item">The item when one was received.</param>
    /// <param name="timeout">How long to wait for an item; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>Whether an item was received.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="EndOfStreamException">The other end is gone, and all that it sent has been received.</exception>
    /// <exception cref="InvalidDataException">What was received is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was received holds a primitive that whoever sent it has let go of, by its end too.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public bool TryReceive([MaybeNullWhen(false)] out T item, TimeSpan timeout = default)
    {
        var taken = _outlet.Take(Deadline.After(timeout));
        item = taken.Item;
        return taken.HasItem || (IsAtEnd ? throw Gone() : false);
    }

    /// <summary>Receives the next item, and waits without blocking the caller while there is none.</summary>
    /// <param name="cancellationToken">Ends the wait; no item is then received.</param>
    /// <returns>The item.</returns>
    /// <exception cref="EndOfStreamException">The other end is gone, and all that it sent has been received.</exception>
    /// <exception cref="InvalidDataException">What was received is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was received holds a primitive that whoever sent it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was an item.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public async ValueTask<T> ReceiveAsync(CancellationToken cancellationToken = default) =>
        ItemOrThrow(await _outlet.TakeAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Receives items as they come until the other end is gone.</summary>
    /// <param name="cancellationToken">Ends the wait for the next item.</param>
    /// <returns>The items.</returns>
    /// <exception cref="InvalidDataException">What was received is no <typeparamref name="T"/>.</exception>
    /// <exception cref="IOException">What was received holds a primitive that whoever sent it has let go of, by its end too.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process.</exception>
    public IAsyncEnumerable<T> ReceiveAllAsync(CancellationToken cancellationToken = default) => _outlet.TakeAllAsync(cancellationToken);

    /// <summary>Waits for at most <paramref name="timeout"/> until there is something to receive.</summary>
    /// <param name="timeout">How long to wait; by default not at all, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>Whether <see cref="Receive"/> would not wait: there is an item, or the other end is gone.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public bool Poll(TimeSpan timeout = default) => Poll(Limits(Deadline.After(timeout), default));

    /// <summary>Waits without blocking the caller until there is something to receive.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when <see cref="Receive"/> would not wait: there is an item, or the other end is gone.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">This end was disposed in this process, before the call or while it waited.</exception>
    public async ValueTask PollAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Poll())
            await _asyncPolls.Run(token => Poll(Limits(Deadline.Never, token)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets go of this end in this process. If nobody else holds it, the other end learns that it is gone. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (!_lease.Memory.TryEnter())
            return;
        // In this order: who waits here is to see that it was this end.
        _lease.Dispose();
        _seat.Dispose();
        _in.WakeAll();
        _out.WakeAll();
        _lease.Exit();
    }

    private bool IsAtEnd
    {
        get
        {
            _lease.Enter();
            try
            {
                return _in.IsAtEnd;
            }
            finally
            {
                _lease.Exit();
            }
        }
    }

    private static EndOfStreamException Gone() =>
        new("The other end of this pipe is gone: it was disposed, or the process that had it ended. Nothing more comes, and nothing more can be sent.");

    private static T ItemOrThrow(Taken<T> taken) => taken.HasItem ? taken.Item : throw Gone();

    private WaitLimits Limits(Deadline deadline, CancellationToken cancellationToken) => new(deadline, cancellationToken, _lease, _seat);

    private bool Poll(in WaitLimits limits)
    {
        _lease.Enter();
        try
        {
            _seat.BeginUse();
            var isReady = _in.WaitForItem(limits);
            // Whoever disposes this end closes the way in with it; that is not the other end's end.
            _lease.ThrowIfEnded();
            return isReady;
        }
        finally
        {
            _lease.Exit();
        }
    }
}
