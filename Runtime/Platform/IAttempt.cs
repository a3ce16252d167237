namespace Tandem.Platform;

/// <summary>What <see cref="Doorbell"/> tries while it waits.</summary>
internal interface IAttempt
{
    /// <summary>True when there is nothing left to wait for. May wait for an internal lock, within the limits.</summary>
    bool Try(in WaitLimits limits);
}
