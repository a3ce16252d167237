using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockTakenAgainAnalyzer, Tandem.CodeFixes.Locks.LockTakenAgainCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockTakenAgainFixTests
{
    [Fact]
    public Task InnerTry_GoesWithItsRelease() => Fixes("""
        _semaphore.Wait();
        try
        {
            Work(); // first
            [|_semaphore.Wait()|];
            try
            {
                // Why.
                Work();

                Work();
            }
            finally
            {
                _semaphore.Release();
            }
            Work();
        }
        finally
        {
            _semaphore.Release();
        }
        """, """
        _semaphore.Wait();
        try
        {
            Work(); // first
            // Why.
            Work();

            Work();
            Work();
        }
        finally
        {
            _semaphore.Release();
        }
        """);

    [Fact]
    public Task InnerUsing_GoesWithItsBraces() => Fixes("""
        using (_thread.Acquire())
        {
            using ([|_thread.Acquire()|])
            {
                Work();
                Work();
            }
        }
        """, """
        using (_thread.Acquire())
        {
            Work();
            Work();
        }
        """);

    [Fact]
    public Task InnerUsingWithoutBraces_Goes() => Fixes("""
        using (_thread.Acquire())
        {
            using ([|_thread.Acquire()|])
                Work();
            Work();
        }
        """, """
        using (_thread.Acquire())
        {
            Work();
            Work();
        }
        """);

    [Fact]
    public Task InnerUsingDeclaration_Goes() => Fixes("""
        using var outer = _thread.Acquire();
        Work();
        using var inner = [|_thread.Acquire()|];
        Work();
        """, """
        using var outer = _thread.Acquire();
        Work();
        Work();
        """);

    [Fact]
    public Task PlainCalls_Go() => Fixes("""
        _semaphore.Wait();
        [|_semaphore.Wait()|];
        Work();
        _semaphore.Release();
        _semaphore.Release();
        """, """
        _semaphore.Wait();
        Work();
        _semaphore.Release();
        """);

    [Fact]
    public Task ReadUnderWrite_Goes() => Fixes("""
        _rw.EnterWriteLock();
        try
        {
            [|_rw.EnterReadLock()|];
            Work();
            _rw.ExitReadLock();
        }
        finally
        {
            _rw.ExitWriteLock();
        }
        """, """
        _rw.EnterWriteLock();
        try
        {
            Work();
        }
        finally
        {
            _rw.ExitWriteLock();
        }
        """);

    [Fact]
    public Task SpinLock_GoesWithItsFlag() => Fixes("""
        var outer = false;
        _spin.Enter(ref outer);
        var inner = false;
        [|_spin.Enter(ref inner)|];
        Work();
        if (inner) _spin.Exit();
        if (outer) _spin.Exit();
        """, """
        var outer = false;
        _spin.Enter(ref outer);
        Work();
        if (outer) _spin.Exit();
        """);

    [Fact]
    public Task Upgrade_EntersTheUpgradeableReadLock() => Fixes("""
        _rw.EnterReadLock();
        try
        {
            if (_count > 0) return;
            [|_rw.EnterWriteLock()|];
            try { _count++; } finally { _rw.ExitWriteLock(); }
        }
        finally
        {
            _rw.ExitReadLock();
        }
        """, """
        _rw.EnterUpgradeableReadLock();
        try
        {
            if (_count > 0) return;
            _rw.EnterWriteLock();
            try { _count++; } finally { _rw.ExitWriteLock(); }
        }
        finally
        {
            _rw.ExitUpgradeableReadLock();
        }
        """);

    [Fact]
    public Task UpgradeByACall_EntersTheUpgradeableReadLock() => Fixes("""
        _rw.EnterReadLock();
        try { [|Write()|]; }
        finally { _rw.ExitReadLock(); }
        """, """
        _rw.EnterUpgradeableReadLock();
        try { Write(); }
        finally { _rw.ExitUpgradeableReadLock(); }
        """);

    [Fact]
    public Task UpgradeUnderATry_KeepsTheTry() => Fixes("""
        if (!_rw.TryEnterReadLock(5)) return;
        try { [|Write()|]; }
        finally { _rw.ExitReadLock(); }
        """, """
        if (!_rw.TryEnterUpgradeableReadLock(5)) return;
        try { Write(); }
        finally { _rw.ExitUpgradeableReadLock(); }
        """);

    [Theory]
    // The release that is there becomes the first acquire's.
    [InlineData("_semaphore.Wait(); [|_semaphore.Wait()|]; try { Work(); } finally { _semaphore.Release(); }", "_semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); Work(); [|_semaphore.Wait()|]; try { Work(); } finally { _semaphore.Release(); }", "_semaphore.Wait(); Work(); try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("_rw.EnterWriteLock(); [|_rw.EnterWriteLock()|]; try { Work(); } finally { _rw.ExitWriteLock(); }", "_rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); }")]
    // The first acquire has its own.
    [InlineData("_semaphore.Wait(); [|_semaphore.Wait()|]; try { Work(); } finally { _semaphore.Release(); _semaphore.Release(); }", "_semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); }")]
    public Task SecondAcquire_LeavesOneReleaseForTheFirst(string body, string @fixed) => Fixes(body, @fixed);

    [Theory]
    // One path has a release for the first acquire, the other has not.
    [InlineData("_semaphore.Wait(); if (_count > 0) { _semaphore.Release(); return; } [|_semaphore.Wait()|]; try { Work(); } finally { _semaphore.Release(); }")]
    // The release that is there is of another kind.
    [InlineData("_rw.EnterWriteLock(); [|_rw.EnterReadLock()|]; try { Work(); } finally { _rw.ExitReadLock(); }")]
    [InlineData("_thread.Acquire(); using ([|_thread.Acquire()|]) { Work(); }")]
    public Task FirstHoldWouldBeLeft_OffersNothing(string body) => Fixes(body, body);

    [Fact]
    public Task AcquireInsideTheTryOnOneLine_GoesWithIt() => Fixes("""
        var outer = false;
        try
        {
            _spin.Enter(ref outer);
            var inner = false;
            try { [|_spin.Enter(ref inner)|]; Work(); } finally { if (inner) _spin.Exit(); }
        }
        finally { if (outer) _spin.Exit(); }
        """, """
        var outer = false;
        try
        {
            _spin.Enter(ref outer);
            Work();
        }
        finally { if (outer) _spin.Exit(); }
        """);

    [Fact]
    public Task AcquireAmongOthersOnOneLine_GoesWithItsTry() => Fixes(
        "_semaphore.Wait(); try { Work(); try { [|_semaphore.Wait()|]; Work(); } finally { _semaphore.Release(); } } finally { _semaphore.Release(); }",
        "_semaphore.Wait(); try { Work(); Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task UpgradeOfAHoldThatItsReleaseAsksFor_AsksForTheUpgradeable() => Fixes(
        "_rw.EnterReadLock(); try { [|Write()|]; } finally { if (_rw.IsReadLockHeld) _rw.ExitReadLock(); }",
        "_rw.EnterUpgradeableReadLock(); try { Write(); } finally { if (_rw.IsUpgradeableReadLockHeld) _rw.ExitUpgradeableReadLock(); }");

    [Fact]
    public Task UpgradeOfAHoldThatOthersAskFor_OffersNothing()
    {
        const string Body = "_rw.EnterReadLock(); try { _count = _rw.CurrentReadCount; [|Write()|]; } finally { _rw.ExitReadLock(); }";
        return Fixes(Body, Body);
    }

    [Theory]
    // Others call the callee without the lock, maybe.
    [InlineData("_semaphore.Wait(); try { [|Again()|]; } finally { _semaphore.Release(); }")]
    // The scope has another use.
    [InlineData("using var outer = _thread.Acquire(); using var inner = [|_thread.Acquire()|]; Work(inner);")]
    // A comment would be lost.
    [InlineData("using (_thread.Acquire()) { using ([|_thread.Acquire()|]) /* why */ { Work(); } }")]
    // Only one statement may stand there.
    [InlineData("using (_thread.Acquire()) if (_count > 0) using ([|_thread.Acquire()|]) { Work(); Work(); }")]
    // Which of them a release belongs to is not the same on every path.
    [InlineData("_semaphore.Wait(); try { [|_semaphore.Wait()|]; Work(); } finally { _semaphore.Release(2); }")]
    [InlineData("_rw.EnterReadLock(); [|_rw.EnterUpgradeableReadLock()|]; _rw.ExitUpgradeableReadLock(); _rw.ExitReadLock();")]
    [InlineData("_old.AcquireReaderLock(-1); [|_old.AcquireWriterLock(-1)|]; _old.ReleaseWriterLock(); _old.ReleaseReaderLock();")]
    public Task NoPlainWayOut_OffersNothing(string body) => Fixes(body, body);

    private static Task Fixes(string body, string @fixed) => Verify.VerifyCodeFixAsync(Source(body), Source(@fixed));

    private static string Source(string body) => $$"""
        using System;
        using System.Threading;
        using Tandem;
        #pragma warning disable CS0649, CS0414

        class C
        {
            readonly SemaphoreSlim _semaphore = new(1);
            readonly ReaderWriterLockSlim _rw = new();
            readonly ReaderWriterLock _old = new();
            readonly ThreadLock _thread = new();
            SpinLock _spin;
            int _count;

            void M()
            {
                {{body.Replace("\n", "\n        ")}}
            }

            void Again() { _semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); } }
            void Write() { _rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); } }
            static void Work(LockScope scope = default) { }
        }
        """;
}
