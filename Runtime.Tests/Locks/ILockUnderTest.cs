namespace Tandem.Runtime.Tests.Locks;

/// <summary>The members that all locks share, so that one suite can run over them.</summary>
public interface ILockUnderTest : IDisposable
{
    LockScope Acquire(CancellationToken cancellationToken = default);

    ValueTask<LockScope> AcquireAsync(CancellationToken cancellationToken = default);

    bool TryAcquire(TimeSpan timeout, out LockScope scope);

    void Release();
}
