namespace Tandem;

/// <summary>What a <see cref="LockScope"/> gives its hold back to.</summary>
internal interface ILockOwner
{
    /// <summary>Ends a hold. One that has ended already is left alone.</summary>
    /// <param name="ticket">Its number.</param>
    /// <param name="part">What the owner said of it beside: how often a reentrant lock was held, or which permit of a semaphore this is.</param>
    void ReleaseHold(long ticket, int part);
}
