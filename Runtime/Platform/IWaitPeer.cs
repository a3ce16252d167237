namespace Tandem.Platform;

/// <summary>The other side, without which there is nothing to wait for.</summary>
internal interface IWaitPeer
{
    /// <summary>Called inside the lease before each use.</summary>
    void BeginUse();

    /// <summary>Called before each park: if the other side is gone, changes what is waited for so that the next attempt succeeds.</summary>
    void Check();
}
