namespace Tandem.Platform;

/// <summary>Told by <see cref="DeathWatch"/>.</summary>
internal interface IDeathWatcher
{
    /// <summary>One of the processes it watches may have died. Called on the watching thread; it is to be quick.</summary>
    void OnDeath();
}
