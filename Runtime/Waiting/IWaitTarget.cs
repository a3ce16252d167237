using Tandem.Platform;

namespace Tandem.Waiting;

/// <summary>One of the things that somebody waits for at the same time.</summary>
internal interface IWaitTarget
{
    /// <summary>Whether there is nothing to wait for any more. This and the other members are used between <see cref="Enter"/> and <see cref="Exit"/> only.</summary>
    bool IsReady { get; }

    /// <summary>Rung when that may have changed.</summary>
    Doorbell Bell { get; }

    /// <exception cref="ObjectDisposedException">It was disposed in this process.</exception>
    void Enter();

    void Exit();

    /// <summary>Called before each park.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed in this process.</exception>
    void Check();
}
