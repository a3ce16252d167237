using Microsoft.CodeAnalysis.CSharp;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockNotReleasedAnalyzer, Tandem.CodeFixes.Locks.LockNotReleasedCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockNotReleasedFixTests
{
    [Fact]
    public Task Monitor_BecomesALockStatement() => InMethod("""
        Work();
        [|Monitor.Enter(_gate)|];
        Work();
        _count++;
        Monitor.Exit(_gate);
        Work();
        """, """
        Work();
        lock (_gate)
        {
            Work();
            _count++;
        }
        Work();
        """);

    [Fact]
    public Task CommentsAndLayout_AreKept() => InMethod("""
        Work(); // before

        // Why it is locked.
        [|Monitor.Enter(_gate)|]; // enter

        // The work.
        Work(1,
            2); // in two lines

        /* more */
        Work();
        Monitor.Exit(_gate); // leave
        // after
        """, """
        Work(); // before

        // Why it is locked.
        // enter

        lock (_gate)
        {
            // The work.
            Work(1,
                2); // in two lines

            /* more */
            Work();
            // leave
        }
        // after
        """);

    [Fact]
    public Task ReturnsThatRelease_LoseTheRelease() => InMethod("""
        [|Monitor.Enter(_gate)|];
        if (_flag)
        {
            Monitor.Exit(_gate);
            return;
        }
        Work();
        if (_count > 3)
        {
            Work();
            Monitor.Exit(_gate);
        }
        else
        {
            Monitor.Exit(_gate);
        }
        """, """
        lock (_gate)
        {
            if (_flag)
            {
                return;
            }
            Work();
            if (_count > 3)
            {
                Work();
            }
            else
            {
            }
        }
        """);

    [Fact]
    public Task EarlyReturn_IsCovered() => InMethod("""
        [|Monitor.Enter(_gate)|];
        if (_flag) return;
        _count++;
        Monitor.Exit(_gate);
        """, """
        lock (_gate)
        {
            if (_flag) return;
            _count++;
        }
        """);

    [Fact]
    public Task OneLine_StaysOneLine() => InMethod("if (_flag) { [|Monitor.Enter(_gate)|]; Work(); Monitor.Exit(_gate); }", "if (_flag) { lock (_gate) { Work(); } }");

    [Fact]
    public Task OneLineTry_StaysOneLine() => InMethod("[|_semaphore.Wait()|]; Work(); _semaphore.Release();", "_semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task Lock_BecomesALockStatement() => InMethod("""
        [|_lock.Enter()|];
        Work();
        _lock.Exit();
        """, """
        lock (_lock)
        {
            Work();
        }
        """);

    [Fact]
    public Task LockBeforeCSharp13_BecomesAScope() => InMethod("""
        [|_lock.Enter()|];
        Work();
        _lock.Exit();
        """, """
        using (_lock.EnterScope())
        {
            Work();
        }
        """, LanguageVersion.CSharp12);

    [Fact]
    public Task AwaitInside_NeedsATry() => InAsyncMethod("""
        [|Monitor.Enter(_gate)|];
        await Task.Yield();
        Monitor.Exit(_gate);
        """, """
        Monitor.Enter(_gate);
        try
        {
            await Task.Yield();
        }
        finally
        {
            Monitor.Exit(_gate);
        }
        """);

    [Fact]
    public Task Semaphore_GetsATry() => InAsyncMethod("""
        await [|_semaphore.WaitAsync()|].ConfigureAwait(false);
        await Task.Yield();
        _semaphore.Release();
        """, """
        await _semaphore.WaitAsync().ConfigureAwait(false);
        try
        {
            await Task.Yield();
        }
        finally
        {
            _semaphore.Release();
        }
        """);

    [Fact]
    public Task LocalBeforeTheTryUsedInTheFinally_IsNotOffered() => NotOffered("""
        [|_rw.EnterReadLock()|];
        Work();
        var before = _count;
        try
        {
            Work(before);
        }
        finally
        {
            _count = before;
            _rw.ExitReadLock();
        }
        """);

    [Fact]
    public Task WhatStandsBeforeTheTry_MovesIn() => InMethod("""
        [|_rw.EnterReadLock()|];
        Work(); // first

        // The rest.
        try
        {
            Work(2);
        }
        finally
        {
            _rw.ExitReadLock();
        }
        """, """
        _rw.EnterReadLock();
        try
        {
            Work(); // first

            // The rest.
            Work(2);
        }
        finally
        {
            _rw.ExitReadLock();
        }
        """);

    [Fact]
    public Task TryThatCatches_IsWrapped() => InMethod("""
        [|_mutex.WaitOne()|];
        try
        {
            Work();
        }
        catch (FormatException)
        {
            Work(1);
        }
        _mutex.ReleaseMutex();
        """, """
        _mutex.WaitOne();
        try
        {
            try
            {
                Work();
            }
            catch (FormatException)
            {
                Work(1);
            }
        }
        finally
        {
            _mutex.ReleaseMutex();
        }
        """);

    [Fact]
    public Task LockTaken_IsTestedInTheFinally() => InMethod("""
        var taken = false;
        [|_spin.Enter(ref taken)|];
        Work();
        if (taken) _spin.Exit();
        """, """
        var taken = false;
        _spin.Enter(ref taken);
        try
        {
            Work();
        }
        finally
        {
            if (taken) _spin.Exit();
        }
        """);

    [Fact]
    public Task TryEnter_IsProtectedInside() => InMethod("""
        if ([|Monitor.TryEnter(_gate)|])
        {
            Work();
            Monitor.Exit(_gate);
        }
        """, """
        if (Monitor.TryEnter(_gate))
        {
            try
            {
                Work();
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }
        """);

    [Fact]
    public Task TryEnterGuard_IsProtectedBehind() => InMethod("""
        if (![|_rw.TryEnterWriteLock(10)|]) return;
        Work();
        _rw.ExitWriteLock();
        """, """
        if (!_rw.TryEnterWriteLock(10)) return;
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
    public Task TryEnterStored_IsTestedInTheFinally() => InMethod("""
        var taken = [|_lock.TryEnter()|];
        Work();
        if (taken) _lock.Exit();
        """, """
        var taken = _lock.TryEnter();
        try
        {
            Work();
        }
        finally
        {
            if (taken) _lock.Exit();
        }
        """);

    [Fact]
    public Task NeverReleased_IsReleasedAtTheEnd() => InMethod("""
        [|_nobodys.EnterWriteLock()|];
        Work();
        _count++;
        """, """
        _nobodys.EnterWriteLock();
        try
        {
            Work();
            _count++;
        }
        finally
        {
            _nobodys.ExitWriteLock();
        }
        """);

    [Fact]
    public Task ThreadLock_BecomesAScope() => InMethod("""
        [|_threadLock.Acquire()|];
        Work();
        _threadLock.Release();
        """, """
        using (_threadLock.Acquire())
        {
            Work();
        }
        """);

    [Fact]
    public Task ScopeDisposedAtTheEnd_BecomesAUsingDeclaration() => InAsyncMethod("""
        var scope = await [|_threadLock.AcquireAsync()|];
        if (_flag)
        {
            scope.Dispose();
            return;
        }
        await Task.Yield();
        scope.Dispose();
        """, """
        using var scope = await _threadLock.AcquireAsync();
        if (_flag)
        {
            return;
        }
        await Task.Yield();
        """);

    [Fact]
    public Task ScopeDropped_IsUsed() => InMethod("""
        [|_lock.EnterScope()|];
        Work();
        """, """
        using (_lock.EnterScope())
        {
            Work();
        }
        """);

    [Fact]
    public Task NestedLocks_AreFixedBoth() => InMethod("""
        {|TDM2001:Monitor.Enter(_gate)|};
        Work();
        {|TDM2001:_rw.EnterReadLock()|};
        Work();
        _rw.ExitReadLock();
        Monitor.Exit(_gate);
        """, """
        lock (_gate)
        {
            Work();
            _rw.EnterReadLock();
            try
            {
                Work();
            }
            finally
            {
                _rw.ExitReadLock();
            }
        }
        """);

    [Fact]
    public Task SeveralSections_AreFixedAtOnce() => InMethod("""
        {|TDM2001:Monitor.Enter(_gate)|};
        Work();
        Monitor.Exit(_gate);

        {|TDM2001:_semaphore.Wait()|};
        Work();
        _semaphore.Release();
        """, """
        lock (_gate)
        {
            Work();
        }

        _semaphore.Wait();
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
    public Task RawStrings_KeepTheirContent() => InMethod(""""
        [|Monitor.Enter(_gate)|];
        _text = """
            a
              b
            """;
        Work();
        Monitor.Exit(_gate);
        """", """"
        lock (_gate)
        {
            _text = """
            a
              b
            """;
            Work();
        }
        """");

    [Fact]
    public Task UsingDeclarationInside_IsNotOffered() => NotOffered("""
        [|Monitor.Enter(_gate)|];
        using var file = new System.IO.MemoryStream();
        Work();
        Monitor.Exit(_gate);
        Work();
        """);

    [Fact]
    public Task LabelAtTheFront_DoesNotSetTheIndent() => InMethod("""
            [|Monitor.Enter(_gate)|];
        again:
            Work();
            if (_flag) goto again;
            Monitor.Exit(_gate);
        """, """
            lock (_gate)
            {
                again:
                    Work();
                    if (_flag) goto again;
            }
        """);

    [Fact]
    public Task FinallyThatOnlyReleases_Goes() => InMethod("""
        [|Monitor.Enter(_gate)|];
        Work();
        try
        {
            Work();
        }
        catch (FormatException)
        {
            Work();
        }
        finally
        {
            Monitor.Exit(_gate);
        }
        """, """
        lock (_gate)
        {
            Work();
            try
            {
                Work();
            }
            catch (FormatException)
            {
                Work();
            }
        }
        """);

    [Fact]
    public Task ReleaseInTheMiddle_IsNotOffered() => NotOffered("""
        [|Monitor.Enter(_gate)|];
        Work();
        if (_flag)
        {
            Monitor.Exit(_gate);
            Work();
            return;
        }
        Monitor.Exit(_gate);
        """);

    [Fact]
    public Task CommentInTheConditionOfARelease_IsKept() => NotOffered("""
        var taken = [|Monitor.TryEnter(_gate)|];
        Work();
        if (taken)
        {
            // leave
            Monitor.Exit(_gate);
        }
        """);

    [Fact]
    public Task SharedRelease_IsNotOffered() => NotOffered("""
        if (_flag) {|TDM2001:Monitor.Enter(_gate)|};
        else {|TDM2001:Monitor.Enter(_gate)|};
        Work();
        Monitor.Exit(_gate);
        """);

    [Fact]
    public Task ReleaseByAHelper_MovesIntoTheFinally() => InMethod("""
        [|Monitor.Enter(_gate)|];
        Work();
        Leave();
        void Leave() => Monitor.Exit(_gate);
        """, """
        Monitor.Enter(_gate);
        try
        {
            Work();
        }
        finally
        {
            Leave();
        }
        void Leave() => Monitor.Exit(_gate);
        """);

    [Fact]
    public Task ReleaseByTwoHelpers_IsNotOffered() => NotOffered("""
        [|Monitor.Enter(_gate)|];
        Work();
        if (_flag) { Leave(); return; }
        LeaveToo();
        void Leave() => Monitor.Exit(_gate);
        void LeaveToo() => Monitor.Exit(_gate);
        """);

    [Fact]
    public Task TryOnOneLineThatOnlyReleases_Goes() => InMethod(
        "[|_semaphore.Wait()|]; Work(); try { Work(); } finally { _semaphore.Release(); }",
        "_semaphore.Wait(); try { Work(); Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task TryEnterWithElse_ReleasesInFinally() => InMethod("""
        if ([|Monitor.TryEnter(_gate)|])
        {
            Work();
            Monitor.Exit(_gate);
        }
        else
        {
            _count++;
        }
        """, """
        if (Monitor.TryEnter(_gate))
        {
            try
            {
                Work();
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }
        else
        {
            _count++;
        }
        """);

    [Fact]
    public Task ReleaseBesideABrace_Goes() => InMethod("""
        [|Monitor.Enter(_gate)|];
        if (_flag)
        {
            Work();
        } Monitor.Exit(_gate);
        _count++;
        """, """
        lock (_gate)
        {
            if (_flag)
            {
                Work();
            }
        }
        _count++;
        """);

    private static Task InMethod(string body, string repaired, LanguageVersion version = LanguageVersion.Preview) =>
        VerifyAsync("void M()", body, repaired, version);

    private static Task InAsyncMethod(string body, string repaired) => VerifyAsync("async Task M()", body, repaired, LanguageVersion.Preview);

    private static Task NotOffered(string body) => VerifyAsync("void M()", body, body, LanguageVersion.Preview);

    private static Task VerifyAsync(string method, string body, string repaired, LanguageVersion version)
    {
        var test = new Verify.Test { LanguageVersion = version, TestCode = Source(method, body) };
        if (repaired != body) test.FixedCode = Source(method, repaired);
        return test.RunAsync();
    }

    private static string Source(string method, string body) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS0649, CS0414, CS0169, CS1998, CS9216

        class C
        {
            readonly object _gate = new();
            readonly Lock _lock = new();
            readonly SemaphoreSlim _semaphore = new(1);
            readonly ReaderWriterLockSlim _rw = new(), _nobodys = new();
            readonly Mutex _mutex = new();
            readonly ThreadLock _threadLock = new();
            SpinLock _spin;
            bool _flag;
            int _count;
            string? _text;

            {{method}}
            {
                {{body.Replace("\n", "\n        ")}}
            }

            static void Work(params int[] numbers) => Console.WriteLine(numbers.Length);
        }
        """;
}
