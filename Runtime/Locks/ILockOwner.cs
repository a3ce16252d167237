namespace Tandem;

/// <summary>What a <see cref="LockScope"/> gives its hold back to.</summary>
internal interface ILockOwner
{
    /// <summary>Ends the hold with this number. A hold that has ended already is left alone.</summary>
    void ReleaseHold(long ticket, int depth);
}
