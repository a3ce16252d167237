using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>A ring with something to take, or at its end.</summary>
internal sealed class RingWaitTarget(SharedRing ring, SharedMemoryLease lease, IWaitPeer? peer = null) : IWaitTarget
{
    public bool IsReady => ring.HasItemOrEnd;

    public Doorbell Bell => ring.Items;

    public void Enter()
    {
        lease.Enter();
        peer?.BeginUse();
    }

    public void Exit() => lease.Exit();

    public void Check()
    {
        lease.ThrowIfEnded();
        peer?.Check();
    }
}
