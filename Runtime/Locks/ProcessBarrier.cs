using System.Text.Json.Serialization;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// A place where processes wait until so many of them have come: pass it to workers as an argument, by itself or inside another, and
/// <see cref="SignalAndWait(CancellationToken)"/> lets them all go on together. Then the next phase begins.
/// </summary>
/// <remarks>
/// <para>A participant that dies, killed or not, breaks the barrier: those who wait, and who come later, get a <see cref="BrokenBarrierException"/> instead of waiting for it.
/// A process counts as one from when it is sent the barrier, opens it by name, or first signals, until it disposes it (or forgets it), or ends with exit code 0.
/// The one that made the barrier without a name counts from its first signal on. <see cref="Reset"/> makes the barrier whole again.</para>
/// <para>What <c>multiprocessing.Barrier</c> is in Python, where the others wait for a dead one without end; but as with <see cref="Barrier"/>, a wait that is given up takes
/// itself out of the count and breaks nothing.</para>
/// </remarks>
[ProcessPortable]
[JsonConverter(typeof(SharedMemoryConverter))]
public sealed class ProcessBarrier : IDisposable, ISharedPrimitive<ProcessBarrier>
{
    private static readonly ulong s_kind = SharedMemoryKind.Of(nameof(ProcessBarrier));

    /// <summary>This object's stand on the shared memory.</summary>
    private readonly SharedMemoryLease _lease;

    /// <summary>Used inside the lease only.</summary>
    private readonly BarrierPhases _phases;

    /// <summary>Waits for asynchronous callers, who have arrived before they come to it.</summary>
    private readonly AsyncWatch _asyncWaits;

    /// <summary>Guards the beginning and the end of taking part.</summary>
    private readonly Lock _taking = new();

    /// <summary>Null until this process takes part, and once it does no more.</summary>
    private BarrierMembership? _membership;

    /// <summary>Makes a barrier at which nobody waits.</summary>
    /// <param name="participants">How many have to come before all go on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participants"/> is not positive.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public ProcessBarrier(int participants)
        : this(participants, name: null)
    {
    }

    /// <summary>Opens the barrier of this name, or makes it: for processes of one user that are not related. It is gone with the last process that has it.</summary>
    /// <param name="name">What they agreed on; any text. Nobody else's processes find it.</param>
    /// <param name="participants">How many have to come before all go on.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or the barrier that is there has another number of participants.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participants"/> is not positive.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory, or the name could not be looked up; see the message.</exception>
    public ProcessBarrier(string name, int participants)
        : this(participants, name ?? throw new ArgumentNullException(nameof(name))) => TakePart();

    private ProcessBarrier(int participants, string? name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(participants);
        _lease = SharedMemoryTable.Make(name, s_kind, BarrierPhases.Size, nameof(ProcessBarrier), memory => BarrierPhases.Create(memory, participants));
        _phases = BarrierPhases.On(_lease.Memory);
        _asyncWaits = new AsyncWatch(_phases.Bell, _lease);
        if (_phases.Participants != participants)
            throw _lease.Differs(name, $"has {_phases.Participants} participants", nameof(participants));
    }

    private ProcessBarrier(SharedMemoryLease lease)
    {
        _phases = BarrierPhases.On(lease.Memory);
        if (_phases.Participants < 1)
            throw new InvalidDataException($"The shared memory of this ProcessBarrier is damaged: it speaks of {_phases.Participants} participants.");
        _lease = lease;
        _asyncWaits = new AsyncWatch(_phases.Bell, lease);
        TakePart();
    }

    /// <summary>Who has forgotten the barrier will not come to it any more.</summary>
    ~ProcessBarrier() => _membership?.Leave();

    static string ISharedPrimitive<ProcessBarrier>.Name => nameof(ProcessBarrier);

    static ulong ISharedPrimitive<ProcessBarrier>.Kind => s_kind;

    SharedMemoryLease ISharedPrimitive<ProcessBarrier>.Lease => _lease;

    /// <summary>How many have to come before all go on.</summary>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process.</exception>
    public int ParticipantCount => Inside(static phases => phases.Participants);

    /// <summary>How many have still to come in the present phase.</summary>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process.</exception>
    public int ParticipantsRemaining => Inside(static phases => phases.Participants - phases.Arrived);

    /// <summary>How many phases have been completed.</summary>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process.</exception>
    public long CurrentPhaseNumber => Inside(static phases => phases.Phase);

    /// <summary>True once the barrier was aborted, or a participant's death was noticed by somebody who waited; until it is reset.</summary>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process.</exception>
    public bool IsBroken => Inside(static phases => phases.IsBroken);

    static ProcessBarrier ISharedPrimitive<ProcessBarrier>.Attach(SharedMemoryLease lease) => new(lease);

    /// <summary>Says that this participant has come, and blocks until all have.</summary>
    /// <param name="cancellationToken">Ends the wait; this participant has then not come.</param>
    /// <exception cref="BrokenBarrierException">The barrier is broken, or was broken or reset during the wait.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process, before the call or during the wait.</exception>
    public void SignalAndWait(CancellationToken cancellationToken = default) => SignalAndWait(Limits(Deadline.Never, cancellationToken));

    /// <summary>Says that this participant has come, and blocks for at most <paramref name="timeout"/> until all have.</summary>
    /// <param name="timeout">How long to wait; <see cref="TimeSpan.Zero"/> for the last one to come only, <see cref="Timeout.InfiniteTimeSpan"/> without end.</param>
    /// <returns>Whether all have come. If not, this participant has not come either.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative and not infinite, or longer than <see cref="int.MaxValue"/> milliseconds.</exception>
    /// <exception cref="BrokenBarrierException">The barrier is broken, or was broken or reset during the wait.</exception>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process, before the call or during the wait.</exception>
    public bool SignalAndWait(TimeSpan timeout) => SignalAndWait(Limits(Deadline.After(timeout), default));

    /// <summary>Says that this participant has come, and waits without blocking the caller until all have.</summary>
    /// <param name="cancellationToken">Ends the wait; this participant has then not come.</param>
    /// <returns>A task that ends when all have come.</returns>
    /// <exception cref="BrokenBarrierException">The barrier is broken, or was broken or reset during the wait.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process, before the call or during the wait.</exception>
    public async ValueTask SignalAndWaitAsync(CancellationToken cancellationToken = default)
    {
        var limits = Limits(Deadline.Never, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        _lease.Enter();
        try
        {
            TakePart();
            _phases.TryArrive(limits, out var arrival);
            try
            {
                if (!arrival.IsLast)
                    await _asyncWaits.Run(_phases.End(arrival), cancellationToken).ConfigureAwait(false);
                _phases.Wait(arrival, limits);
            }
            catch (Exception error) when (error is not BrokenBarrierException)
            {
                if (!_phases.Withdraw(arrival, limits))
                    throw;
            }
        }
        finally
        {
            _lease.Exit();
        }
    }

    /// <summary>Breaks the barrier for all: those who wait and who come get a <see cref="BrokenBarrierException"/>, until <see cref="Reset"/>.</summary>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process.</exception>
    public void Abort() => Inside(static phases =>
    {
        phases.Abort();
        return true;
    });

    /// <summary>Makes the barrier whole and empty. Those who wait at it get a <see cref="BrokenBarrierException"/>; the dead are forgotten.</summary>
    /// <remarks>It waits for whoever arrives at that moment, a process that is stopped (SIGSTOP, a debugger) in the middle of that included.</remarks>
    /// <exception cref="ObjectDisposedException">The barrier was disposed in this process, before the call or while it waited.</exception>
    public void Reset() => Inside(phases =>
    {
        phases.Reset(Limits(Deadline.Never, default));
        return true;
    });

    /// <summary>
    /// Lets go of the barrier in this process; others that have it go on. Unless this process has it in another object too, it is no participant any more, and its
    /// end breaks nothing. Whoever waits through this object gets an <see cref="ObjectDisposedException"/>. Calling it again does nothing.
    /// </summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (!_lease.Memory.TryEnter())
            return;
        lock (_taking)
        {
            Interlocked.Exchange(ref _membership, null)?.Leave();
            _lease.Dispose();
        }

        _phases.WakeAll();
        _lease.Exit();
    }

    private WaitLimits Limits(Deadline deadline, CancellationToken cancellationToken) => new(deadline, cancellationToken, _lease);

    private bool SignalAndWait(in WaitLimits limits)
    {
        limits.CancellationToken.ThrowIfCancellationRequested();
        _lease.Enter();
        try
        {
            TakePart();
            if (!_phases.TryArrive(limits, out var arrival))
                return false;
            try
            {
                return _phases.Wait(arrival, limits) || _phases.Withdraw(arrival, limits);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
            {
                // Too late: all had come, and the others have gone on.
                if (_phases.Withdraw(arrival, limits))
                    return true;
                throw;
            }
        }
        finally
        {
            _lease.Exit();
            GC.KeepAlive(this);
        }
    }

    private void TakePart()
    {
        if (Volatile.Read(ref _membership) is not null)
            return;
        lock (_taking)
        {
            // What is disposed takes part no more: its memory may be gone before the membership is.
            _lease.ThrowIfEnded();
            Volatile.Write(ref _membership, _membership ?? BarrierMembership.Join(_lease.Memory));
        }
    }

    private TResult Inside<TResult>(Func<BarrierPhases, TResult> use) => _lease.Inside(_phases, use);
}
