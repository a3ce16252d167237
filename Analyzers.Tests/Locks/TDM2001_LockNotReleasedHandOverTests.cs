using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockNotReleasedAnalyzer, Tandem.CodeFixes.Locks.LockNotReleasedCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

/// <summary>A lock that is another owner's when the function ends as it should: only an exception may release it.</summary>
public class LockNotReleasedHandOverTests
{
    [Fact]
    public Task BeginAndEnd_ReleaseInACatch() => InType("""
        void Begin()
        {
            [|Monitor.Enter(_gate)|];
            Prepare();
            _ok = true;
        }
        void End() { _ok = false; Monitor.Exit(_gate); }
        """, """
        void Begin()
        {
            Monitor.Enter(_gate);
            try
            {
                Prepare();
                _ok = true;
            }
            catch
            {
                Monitor.Exit(_gate);
                throw;
            }
        }
        void End() { _ok = false; Monitor.Exit(_gate); }
        """);

    [Fact]
    public Task BeginAndEndOnOneLine_StayThere() => InType(
        "void Begin() { [|_rw.EnterWriteLock()|]; Prepare(); } void End() => _rw.ExitWriteLock();",
        "void Begin() { _rw.EnterWriteLock(); try { Prepare(); } catch { _rw.ExitWriteLock(); throw; } } void End() => _rw.ExitWriteLock();");

    [Fact]
    public Task ReturnedReleaser_ReleasesInACatch() => InType("""
        async Task<IDisposable> Begin()
        {
            await [|_semaphore.WaitAsync()|];
            Prepare();
            return new Releaser(_semaphore);
        }
        IDisposable Read(ReaderWriterLockSlim rw)
        {
            [|rw.EnterReadLock()|];
            Prepare();
            return new Reader(rw);
        }
        """, """
        async Task<IDisposable> Begin()
        {
            await _semaphore.WaitAsync();
            try
            {
                Prepare();
                return new Releaser(_semaphore);
            }
            catch
            {
                _semaphore.Release();
                throw;
            }
        }
        IDisposable Read(ReaderWriterLockSlim rw)
        {
            rw.EnterReadLock();
            try
            {
                Prepare();
                return new Reader(rw);
            }
            catch
            {
                rw.ExitReadLock();
                throw;
            }
        }
        """);

    [Fact]
    public Task StoredOrReturnedScope_IsDisposedInACatch() => InType("""
        void Begin()
        {
            var scope = [|_threadLock.Acquire()|];
            Prepare();
            _scope = scope;
        }
        LockScope Take()
        {
            var scope = [|_threadLock.Acquire()|];
            Prepare();
            return scope;
        }
        """, """
        void Begin()
        {
            var scope = _threadLock.Acquire();
            try
            {
                Prepare();
                _scope = scope;
            }
            catch
            {
                scope.Dispose();
                throw;
            }
        }
        LockScope Take()
        {
            var scope = _threadLock.Acquire();
            try
            {
                Prepare();
                return scope;
            }
            catch
            {
                scope.Dispose();
                throw;
            }
        }
        """);

    [Fact]
    public Task TokenOfTheAcquire_GivesNothingAway() => InType("""
        async Task BeginAsync(CancellationToken token)
        {
            var scope = await [|_threadLock.AcquireAsync(token)|];
            await Task.Delay(1, token);
            _scope = scope;
        }
        """, """
        async Task BeginAsync(CancellationToken token)
        {
            var scope = await _threadLock.AcquireAsync(token);
            try
            {
                await Task.Delay(1, token);
                _scope = scope;
            }
            catch
            {
                scope.Dispose();
                throw;
            }
        }
        """);

    [Fact]
    public Task ExceptionBehindTheHandOver_IsNotOffered() => NotOffered("""
        void Begin()
        {
            var scope = [|_threadLock.Acquire()|];
            Prepare();
            _scope = scope;
            Prepare();
        }
        """);

    [Fact]
    public Task KeptOnOneOfTwoPaths_IsNotOffered() => NotOffered("""
        bool TryBegin()
        {
            [|_rw.EnterWriteLock()|];
            if (Prepare()) return true;
            _rw.ExitWriteLock();
            return false;
        }
        void End() => _rw.ExitWriteLock();
        """);

    [Fact]
    public Task HelperThatReleasesToo_DoesNotMakeAHandOver() => InType("""
        void M()
        {
            [|Monitor.Enter(_gate)|];
            Prepare();
            Monitor.Exit(_gate);
        }
        void Unlock() => Monitor.Exit(_gate);
        """, """
        void M()
        {
            lock (_gate)
            {
                Prepare();
            }
        }
        void Unlock() => Monitor.Exit(_gate);
        """);

    [Fact]
    public Task Message_NamesTheCatch() => Verify.VerifyAnalyzerAsync(
        Source("\n#line 1\nvoid Begin() { {|#0:Monitor.Enter(_gate)|}; Prepare(); } void End() => Monitor.Exit(_gate);"),
        Verify.Diagnostic().WithLocation(0)
            .WithMessage("'_gate' is acquired here but not released when 'Prepare' on line 1 throws; release it in a catch block before rethrowing")
            .WithOptions(Microsoft.CodeAnalysis.Testing.DiagnosticOptions.IgnoreAdditionalLocations));

    private static Task InType(string members, string fixedMembers) => Verify.VerifyCodeFixAsync(Source(members), Source(fixedMembers));

    private static Task NotOffered(string members) => Verify.VerifyCodeFixAsync(Source(members), Source(members));

    private static string Source(string members) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS0649, CS0414, CS0169

        class C
        {
            readonly object _gate = new();
            readonly SemaphoreSlim _semaphore = new(1);
            readonly ReaderWriterLockSlim _rw = new();
            readonly ThreadLock _threadLock = new();
            LockScope _scope;
            bool _ok;
            static bool Prepare() => Console.ReadLine() == "";
            sealed class Releaser(SemaphoreSlim semaphore) : IDisposable { public void Dispose() => semaphore.Release(); }
            sealed class Reader(ReaderWriterLockSlim rw) : IDisposable { public void Dispose() => rw.ExitReadLock(); }
            {{members}}
        }
        """;
}
