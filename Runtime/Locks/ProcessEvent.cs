using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A signal that processes share: pass it to a worker as an argument, by itself or inside another, and what one of them sets the others see.
/// A manual one stays set for all until it is reset; an automatic one lets one waiter through and is reset by that.
/// </summary>
/// <remarks>
/// <para>Nobody owns an event, so no death leaves one behind: a waiter that dies is in nobody's way. Only a signal of an automatic event that was given to a
/// process just before it died is gone with it, as an item is that it had taken from a queue.</para>
/// <para>What <c>multiprocessing.Event</c> is in Python (a manual one), and a named <see cref="EventWaitHandle"/> on Windows, which .NET does not have elsewhere.</para>
/// </remarks>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed class ProcessEvent : IDisposable, ISharedPrimitive<ProcessEvent>
{
    private static readonly ulong s_kind = SharedMemoryKind.Of(nameof(ProcessEvent));

    /// <summary>This object's stand on the shared memory.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>Used inside the lease only.</summary>
    private readonly SignalWord _signal;

    /// <summary>Waits for asynchronous callers.</summary>
    private readonly AsyncWatch _asyncWaits;

    /// <summary>Makes a manual event that is not set.</summary>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessEvent()
        : this(initialState: false)
    {
    }

    /// <summary>Makes an event.</summary>
    /// <param name="initialState">Whether it is set at first.</param>
    /// <param name="mode">Whether it stays set for all who wait, or lets one of them through at a time.</param>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessEvent(bool initialState, EventResetMode mode = EventResetMode.ManualReset)
        : this(initialState, mode, name: null)
    {
    }

    /// <summary>Opens the event of this name, or makes it: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="initialState">Whether it is set at first; of one that is there already this says nothing.</param>
    /// <param name="mode">Whether it stays set for all who wait, or lets one of them through at a time.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the event that is there has another <paramref name="mode"/>.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public ProcessEvent(string name, bool initialState = false, EventResetMode mode = EventResetMode.ManualReset)
        : this(initialState, mode, name ?? throw new ArgumentNullException(nameof(name)))
    {
    }

    private ProcessEvent(bool initialState, EventResetMode mode, string? name)
    {
        var isAutomatic = mode == EventResetMode.AutoReset;
        _lease = SharedMemoryTable.Make(name, s_kind, SignalWord.Size, nameof(ProcessEvent), memory => SignalWord.Create(memory, initialState, isAutomatic));
        _signal = SignalWord.On(_lease.Memory);
        _asyncWaits = new AsyncWatch(_signal.Bell, _lease);
        if (_signal.IsAutomatic != isAutomatic)
            throw _lease.Differs(name, $"is {(isAutomatic ? "a manual" : "an automatic")} one", nameof(mode));
    }

    private ProcessEvent(SharedMemoryLease lease)
    {
        _signal = SignalWord.On(lease.Memory);
        _lease = lease;
        _asyncWaits = new AsyncWatch(_signal.Bell, lease);
    }

    static string ISharedPrimitive<ProcessEvent>.Name => nameof(ProcessEvent);

    static ulong ISharedPrimitive<ProcessEvent>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<ProcessEvent>.Lease => _lease;

    /// <summary>Whether the event is set at this moment.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed in this process.</exception>
    public bool IsSet => Inside(static signal => signal.IsSet);

    static ProcessEvent ISharedPrimitive<ProcessEvent>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>
    /// Sets the event. A manual one lets all who wait at this moment through, though it may be reset at once, and all who come until it is reset;
    /// an automatic one lets one through, now or later. Setting one that is set does nothing.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The event was disposed in this process.</exception>
    public void Set() => Inside(static signal =>
    {
        signal.Set();
        return true;
    });

    /// <summary>Takes the signal back. Resetting an event that is not set does nothing.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed in this process.</exception>
    public void Reset() => Inside(static signal =>
    {
        signal.Reset();
        return true;
    });

    /// <summary>Blocks until the event is set.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed in this process, before the call or during the wait.</exception>
    public void Wait(CancellationToken cancellationToken = default) => Wait(Current(), Limits(Deadline.Never, cancellationToken));

    /// <summary>Blocks for at most <paramref name="timeout"/> until the event is set.</summary>
    /// <param name="timeout">How long to wait; <see cref="TimeSpan.Zero"/> looks once, <see cref="Timeout.InfiniteTimeSpan"/> waits without end.</param>
    /// <returns>Whether the event was set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed in this process, before the call or during the wait.</exception>
    public bool Wait(TimeSpan timeout) => Wait(Current(), Limits(Deadline.After(timeout), default));

    /// <summary>Waits without blocking the caller until the event is set. One thread waits for all asynchronous callers.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the event is set.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed in this process, before the call or during the wait.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _lease.Enter();
        try
        {
            var seen = _signal.Current;
            if (!_signal.Wait(seen, Limits(Deadline.Passed, cancellationToken)))
                await _asyncWaits.Run(_signal.Signal(seen), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lease.Exit();
        }
    }

    /// <summary>
    /// Lets go of the event in this process; others that have it go on. Whoever waits for it through this object gets an
    /// <see cref="ObjectDisposedException"/>. Calling it again does nothing.
    /// </summary>
    public void Dispose()
    {
        if (!_lease.Memory.TryEnter())
            return;
        _lease.Dispose();
        _signal.WakeAll();
        _lease.Exit();
    }

    private WaitLimits Limits(Deadline deadline, CancellationToken cancellationToken) => new(deadline, cancellationToken, _lease);

    private long Current() => Inside(static signal => signal.Current);

    private bool Wait(long seen, in WaitLimits limits)
    {
        limits.CancellationToken.ThrowIfCancellationRequested();
        _lease.Enter();
        try
        {
            return _signal.Wait(seen, limits);
        }
        finally
        {
            _lease.Exit();
        }
    }

    private TResult Inside<TResult>(Func<SignalWord, TResult> use) => _lease.Inside(_signal, use);
}
