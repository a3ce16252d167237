using Tandem.Platform;

namespace Tandem;

/// <summary>
/// One holder of one end of a pipe: says that it is there, and sees whether the other end is still held. When it is not, both ways are closed, and
/// all who wait on them learn of it.
/// </summary>
internal sealed class PipeSeat : IWaitPeer, IDeathWatcher
{
    private readonly SharedMemoryLease _lease;
    private readonly PipeHolders _own;
    private readonly PipeHolders _peer;

    /// <summary>What is said here comes out there.</summary>
    private readonly SharedRing _out;

    private readonly SharedRing _in;

    /// <summary>This holder, as the holders' words name it.</summary>
    private readonly long _word = PipeHolders.NewWord();

    /// <summary>Guards changes of the fields below.</summary>
    private readonly Lock _gate = new();

    /// <summary>Where our word stands; or stood, before the end was passed on.</summary>
    private int _place;

    /// <summary>The peer's arrivals when we last began to watch its processes.</summary>
    private long _arrivalsWatched = -1;

    public PipeSeat(SharedMemoryLease lease, PipeHolders own, PipeHolders peer, SharedRing outgoing, SharedRing incoming)
    {
        (_lease, _own, _peer, _out, _in) = (lease, own, peer, outgoing, incoming);
        _place = own.Enter(_word, _place);
        // In this order: at no moment does nobody hold the end.
        own.LeaveAllPassed();
    }

    /// <summary>A forgotten end is let go of. The memory has a finalizer that runs after all plain ones.</summary>
    ~PipeSeat()
    {
        try
        {
            Leave();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // /proc could not be read, and what a finalizer throws would end the process. The other end sees for itself who lives.
        }
    }

    /// <summary>Who uses an end holds it, though he may have passed it on before.</summary>
    public void BeginUse()
    {
        if (!_own.IsHeldAt(_place, _word) || Volatile.Read(ref _arrivalsWatched) != _peer.Arrivals)
            Return();
    }

    public void Check()
    {
        if (_peer.IsAbandoned())
            CloseBoth();
    }

    void IDeathWatcher.OnDeath()
    {
        if (!_lease.Memory.TryEnter())
            return;
        try
        {
            Check();
        }
        finally
        {
            _lease.Exit();
        }
    }

    /// <summary>The end is being sent in the message that this thread writes. Once that is over, this holder is none, until it uses the end again.</summary>
    public void MarkPassed()
    {
        lock (_gate)
        {
            if (!_own.IsHeldAt(_place, _word))
                _place = _own.Enter(_word, _place);
            _own.MarkPassed(_place, _word);
            var place = _place;
            if (MessageMemory.BeingWritten is { IsLeft: false } message)
                message.WhenEnded(() => LeavePassed(place));
        }
    }

    public void Dispose()
    {
        Leave();
        DeathWatch.Remove(this);
        GC.SuppressFinalize(this);
    }

    private void Return()
    {
        lock (_gate)
        {
            if (!_own.IsHeldAt(_place, _word))
                _place = _own.Enter(_word, _place);
            var arrivals = _peer.Arrivals;
            if (_arrivalsWatched == arrivals)
                return;
            Volatile.Write(ref _arrivalsWatched, arrivals);
            foreach (var process in _peer.OtherProcesses())
                DeathWatch.Add(process, this);
        }

        // Whoever died before he was watched.
        Check();
    }

    private void Leave() => Leave(() => _own.Leave(_place, _word));

    private void LeavePassed(int place) => Leave(() => _own.LeavePassed(place, _word));

    private void Leave(Action leave)
    {
        if (!_lease.Memory.TryEnter())
            return;
        try
        {
            leave();
            if (_own.IsAbandoned())
                CloseBoth();
        }
        finally
        {
            _lease.Exit();
        }
    }

    private void CloseBoth()
    {
        // Both before anybody is woken: who learns of the end from one way must find the other closed.
        _in.MarkCompleted();
        _out.MarkCompleted();
        _in.WakeAll();
        _out.WakeAll();
    }
}
