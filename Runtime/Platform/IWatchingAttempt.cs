namespace Tandem.Platform;

/// <summary>What <see cref="Doorbell"/> tries while it waits for something that the death of a process may bring about.</summary>
internal interface IWatchingAttempt : IAttempt
{
    /// <summary>Asks the system who has died. True when there is nothing left to wait for.</summary>
    bool TryAfterDeaths(in WaitLimits limits);
}
