using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockReleasedNotHeldAnalyzer, Tandem.CodeFixes.Locks.LockReleasedNotHeldCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockReleasedNotHeldFixTests
{
    [Fact]
    public Task SecondRelease_Goes() => InMethod("""
        Monitor.Enter(_gate);
        _count++;
        Monitor.Exit(_gate);
        // And again.
        [|Monitor.Exit(_gate)|];
        Work();
        """, """
        Monitor.Enter(_gate);
        _count++;
        Monitor.Exit(_gate);
        // And again.
        Work();
        """);

    [Fact]
    public Task ReleaseInTry_GoesForTheOneInFinally() => InMethod("""
        _rw.EnterReadLock();
        try
        {
            Work();
            _rw.ExitReadLock();
        }
        finally
        {
            [|_rw.ExitReadLock()|];
        }
        """, """
        _rw.EnterReadLock();
        try
        {
            Work();
        }
        finally
        {
            _rw.ExitReadLock();
        }
        """);

    [Fact]
    public Task ReleaseInBranch_GoesForTheOneBehind() => InMethod("""
        _lock.Enter();
        if (_count > 3)
        {
            _count = 0;
            _lock.Exit();
        }
        [|_lock.Exit()|];
        """, """
        _lock.Enter();
        if (_count > 3)
        {
            _count = 0;
        }
        _lock.Exit();
        """);

    [Fact]
    public Task ReleaseInALockStatement_Goes() => InMethod("""
        lock (_gate)
        {
            Work();
            [|Monitor.Exit(_gate)|]; // done
        }
        """, """
        lock (_gate)
        {
            Work();
            // done
        }
        """);

    [Fact]
    public Task ReleaseAfterAFailedTry_Goes() => InMethod("""
        if (!_lock.TryEnter())
        {
            [|_lock.Exit()|];
            return;
        }
        _lock.Exit();
        """, """
        if (!_lock.TryEnter())
        {
            return;
        }
        _lock.Exit();
        """);

    [Fact]
    public Task WrongMode_IsReplaced() => InMethod(
        "_rw.EnterReadLock(); try { Work(); } finally { [|_rw.ExitWriteLock()|]; }",
        "_rw.EnterReadLock(); try { Work(); } finally { _rw.ExitReadLock(); }");

    [Fact]
    public Task WrongLock_IsReplaced() => InMethod(
        "Monitor.Enter(_gate); try { Work(); } finally { [|Monitor.Exit(_other)|]; }",
        "Monitor.Enter(_gate); try { Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task CancelledWait_MovesOut() => InMethod("""
        Work();
        try
        {
            // One at a time.
            await _semaphore.WaitAsync(token).ConfigureAwait(false); // may be cancelled

            Work();
        }
        finally
        {
            [|_semaphore.Release()|];
        }
        """, """
        Work();
        // One at a time.
        await _semaphore.WaitAsync(token).ConfigureAwait(false); // may be cancelled
        try
        {

            Work();
        }
        finally
        {
            _semaphore.Release();
        }
        """);

    [Fact]
    public Task CancelledWaitOnOneLine_MovesOut() => InMethod(
        "try { await _semaphore.WaitAsync(token); Work(); } finally { [|_semaphore.Release()|]; }",
        "await _semaphore.WaitAsync(token); try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task CancelledWaitThatIsCaught_IsRemembered() => InMethod("""
        try
        {
            await _semaphore.WaitAsync(token);
            Work();
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            [|_semaphore.Release()|];
        }
        """, """
        var taken = false;
        try
        {
            await _semaphore.WaitAsync(token);
            taken = true;
            Work();
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            if (taken) _semaphore.Release();
        }
        """);

    [Fact]
    public Task AcquireBehindACall_IsRemembered() => InMethod("""
        try
        {
            Work();
            Monitor.Enter(_gate);
            _count++;
        }
        finally
        {
            [|Monitor.Exit(_gate)|];
        }
        """, """
        var taken = false;
        try
        {
            Work();
            Monitor.Enter(_gate);
            taken = true;
            _count++;
        }
        finally
        {
            if (taken) Monitor.Exit(_gate);
        }
        """);

    [Fact]
    public Task IgnoredResult_IsKept() => InMethod("""
        // Not for long.
        _mutex.WaitOne(10);
        try
        {
            Work();
        }
        finally
        {
            [|_mutex.ReleaseMutex()|];
        }
        """, """
        // Not for long.
        var taken = _mutex.WaitOne(10);
        try
        {
            Work();
        }
        finally
        {
            if (taken) _mutex.ReleaseMutex();
        }
        """);

    [Fact]
    public Task DiscardedResult_IsKept() => InMethod(
        "_ = await _semaphore.WaitAsync(10); try { Work(); } finally { [|_semaphore.Release()|]; }",
        "var taken = await _semaphore.WaitAsync(10); try { Work(); } finally { if (taken) _semaphore.Release(); }");

    [Fact]
    public Task StoredResult_IsTested() => InMethod(
        "var mine = _lock.TryEnter(); _count++; [|_lock.Exit()|];",
        "var mine = _lock.TryEnter(); _count++; if (mine) _lock.Exit();");

    [Fact]
    public Task LockTaken_IsTested() => InMethod(
        "var mine = false; _spin.TryEnter(ref mine); _count++; [|_spin.Exit()|];",
        "var mine = false; _spin.TryEnter(ref mine); _count++; if (mine) _spin.Exit();");

    [Fact]
    public Task ConditionThatEndsTooSoon_IsKept() => InMethod("""
        if (_lock.TryEnter())
        {
            _count++;
        }
        [|_lock.Exit()|];
        """, """
        var taken = _lock.TryEnter();
        if (taken)
        {
            _count++;
        }
        if (taken) _lock.Exit();
        """);

    [Fact]
    public Task ResultTestedInsideTheTry_IsKept() => InMethod("""
        try
        {
            if (!await _semaphore.WaitAsync(10)) return;
            Work();
        }
        finally
        {
            [|_semaphore.Release()|];
        }
        """, """
        var taken = false;
        try
        {
            if (!(taken = await _semaphore.WaitAsync(10))) return;
            Work();
        }
        finally
        {
            if (taken) _semaphore.Release();
        }
        """);

    [Fact]
    public Task NameInUse_IsAvoided() => InMethod(
        "var taken = 0; _mutex.WaitOne(10); _count = taken; [|_mutex.ReleaseMutex()|];",
        "var taken = 0; var lockTaken = _mutex.WaitOne(10); _count = taken; if (lockTaken) _mutex.ReleaseMutex();");

    [Fact]
    public Task NeverAcquired_Goes() => InMethod("_count++; [|Monitor.Exit(_nobodys)|]; Work();", "_count++; Work();");

    [Fact]
    public Task OnlyStatementOfAFinally_GoesWithItsTryOnOneLine() => InMethod(
        "Monitor.Enter(_gate); Monitor.Exit(_gate); try { Work(); } finally { [|Monitor.Exit(_gate)|]; }",
        "Monitor.Enter(_gate); Monitor.Exit(_gate); Work();");

    [Fact]
    public Task AcquiredInABareBranch_IsNotOffered() => NotOffered("if (_count > 3) Monitor.Enter(_gate); _count++; [|Monitor.Exit(_gate)|];");

    [Fact]
    public Task AcquiredInABranch_IsRemembered() => InMethod("""
        if (_count > 3)
        {
            Monitor.Enter(_gate);
        }
        _count++;
        [|Monitor.Exit(_gate)|];
        """, """
        var taken = false;
        if (_count > 3)
        {
            Monitor.Enter(_gate);
            taken = true;
        }
        _count++;
        if (taken) Monitor.Exit(_gate);
        """);

    [Theory]
    [InlineData("var taken = false; Monitor.TryEnter(_gate, 10, ref taken); try { Work(); } finally { if (!taken) [|Monitor.Exit(_gate)|]; }")]
    [InlineData("var taken = _mutex.WaitOne(10); try { Work(); } finally { if (!taken) { [|_mutex.ReleaseMutex()|]; } }")]
    public Task ReleaseThatTestsAlready_IsNotTestedAgain(string body) => NotOffered(body);

    [Fact]
    public Task LoneReleaseInAFinally_GoesWithTheTry() => InMethod("""
        Monitor.Enter(_gate);
        _count++;
        Monitor.Exit(_gate);
        try
        {
            // all of it
            Work();
        }
        finally
        {
            [|Monitor.Exit(_gate)|];
        }
        """, """
        Monitor.Enter(_gate);
        _count++;
        Monitor.Exit(_gate);
        // all of it
        Work();
        """);

    [Fact]
    public Task ReleaseUnderTheFlagOfTheAcquire_IsTested() => InMethod("""
        var locks = token.CanBeCanceled;
        if (locks) _mutex.WaitOne(10);
        try { Work(); }
        finally { if (locks) [|_mutex.ReleaseMutex()|]; }
        """, """
        var locks = token.CanBeCanceled;
        var taken = false;
        if (locks) taken = _mutex.WaitOne(10);
        try { Work(); }
        finally { if (locks) if (taken) _mutex.ReleaseMutex(); }
        """);

    [Fact]
    public Task ReleasesOfOneAcquire_AreTestedTogether() => InMethod("""
        await _semaphore.WaitAsync(100);
        try { _count++; [|_semaphore.Release()|]; }
        catch (System.IO.IOException) { _semaphore.Release(); throw; }
        """, """
        var taken = await _semaphore.WaitAsync(100);
        try { _count++; if (taken) _semaphore.Release(); }
        catch (System.IO.IOException) { if (taken) _semaphore.Release(); throw; }
        """);

    private static Task NotOffered(string body) => InMethod(body, body);

    private static Task InMethod(string body, string repaired) => Verify.VerifyCodeFixAsync(Source(body), Source(repaired));

    private static string Source(string body) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS1998

        class C
        {
            readonly object _gate = new(), _other = new(), _nobodys = new();
            readonly Lock _lock = new();
            readonly SemaphoreSlim _semaphore = new(1);
            readonly ReaderWriterLockSlim _rw = new();
            readonly Mutex _mutex = new();
            SpinLock _spin;
            int _count;
            static void Work() => Console.WriteLine();
            async Task M(CancellationToken token)
            {
        {{string.Join('\n', body.Split('\n').Select(static line => line.Length == 0 ? line : "        " + line))}}
            }
        }
        """;
}
