using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.LockHeldAcrossAwaitAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockHeldAcrossAwaitTests
{
    // Each kind of lock.

    [Fact]
    public Task Monitor_Triggers() => InMethod("Monitor.Enter(_gate); try { [|await Work()|]; } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task MonitorTaken_Triggers() => InMethod("var taken = false; try { Monitor.Enter(_gate, ref taken); [|await Work()|]; } finally { if (taken) Monitor.Exit(_gate); }");

    [Fact]
    public Task MonitorTried_Triggers() => InMethod("if (Monitor.TryEnter(_gate)) { try { [|await Work()|]; } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task MonitorTriedInVain_DoesNotTrigger() => InMethod("if (!Monitor.TryEnter(_gate)) { await Work(); return; } try { _count++; } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task MonitorTriedInVainByFlag_DoesNotTrigger() => InMethod("var taken = false; try { Monitor.TryEnter(_gate, ref taken); if (!taken) await Work(); } finally { if (taken) Monitor.Exit(_gate); }");

    [Fact]
    public Task Lock_Triggers() => InMethod("_lock.Enter(); try { [|await Work()|]; } finally { _lock.Exit(); }");

    [Fact]
    public Task LockTried_Triggers() => InMethod("if (_lock.TryEnter(10)) try { [|await Work()|]; } finally { _lock.Exit(); }");

    [Fact]
    public Task LockScopeBeforeTheAwait_DoesNotTrigger() => InMethod("using (_lock.EnterScope()) { _count++; } await Work();");

    [Fact]
    public Task ReadLock_Triggers() => InMethod("_rw.EnterReadLock(); try { [|await Work()|]; } finally { _rw.ExitReadLock(); }");

    [Fact]
    public Task WriteLock_Triggers() => InMethod("_rw.EnterWriteLock(); try { [|await Work()|]; } finally { _rw.ExitWriteLock(); }");

    [Fact]
    public Task UpgradeableReadLock_Triggers() => InMethod("_rw.EnterUpgradeableReadLock(); try { [|await Work()|]; } finally { _rw.ExitUpgradeableReadLock(); }");

    [Fact]
    public Task WriteLockInsideAnUpgradeableOne_TriggersForEach() => InMethod("_rw.EnterUpgradeableReadLock(); _rw.EnterWriteLock(); {|TDM2004:{|TDM2004:await Work()|}|}; _rw.ExitWriteLock(); _rw.ExitUpgradeableReadLock();");

    [Fact]
    public Task SpinLock_Triggers() => InMethod("var taken = false; _spin.Enter(ref taken); [|await Work()|]; _spin.Exit();");

    [Fact]
    public Task Mutex_Triggers() => InMethod("_mutex.WaitOne(); try { [|await Work()|]; } finally { _mutex.ReleaseMutex(); }");

    [Fact]
    public Task MutexWithTimeout_Triggers() => InMethod("if (!_mutex.WaitOne(100)) return; try { [|await Work()|]; } finally { _mutex.ReleaseMutex(); }");

    [Fact]
    public Task OwnedMutexThatIsReleased_Triggers() => InMethod("""using var mutex = new Mutex(true, "app", out var isNew); if (!isNew) return; [|await Work()|]; mutex.ReleaseMutex();""");

    [Fact]
    public Task MutexOfASingleInstance_DoesNotTrigger() => InMethod("""using var mutex = new Mutex(true, "app", out var isNew); if (!isNew) return; await Work();""");

    [Fact]
    public Task EventThatIsWaitedFor_DoesNotTrigger() => InMethod("_event.WaitOne(); await Work(); _event.Set();");

    [Fact]
    public Task ReentrantProcessLock_Triggers() => InMethod("using (_reentrant.Acquire()) { [|await Work()|]; }");

    [Fact]
    public Task ProcessLock_DoesNotTrigger() => InMethod("using (_processLock.Acquire()) { await Work(); }");

    [Fact]
    public Task ThreadLock_DoesNotTrigger() => InMethod("using (_threadLock.Acquire()) { await Work(); } using (await _threadLock.AcquireAsync()) { await Work(); }");

    [Fact]
    public Task Semaphore_DoesNotTrigger() => InMethod("await _semaphore.WaitAsync(); try { await Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task SemaphoreWaitedForSynchronously_DoesNotTrigger() => InMethod("_semaphore.Wait(); try { await Work(); } finally { _semaphore.Release(); }");

    // Where the await is.

    [Fact]
    public Task AwaitBeforeTheAcquire_DoesNotTrigger() => InMethod("await Work(); Monitor.Enter(_gate); _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task AwaitAfterTheRelease_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _count++; Monitor.Exit(_gate); await Work();");

    [Fact]
    public Task AwaitAfterTheFinallyThatReleases_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { _count++; } finally { Monitor.Exit(_gate); } await Work();");

    [Fact]
    public Task AwaitInTheFinallyBeforeTheRelease_Triggers() => InMethod("Monitor.Enter(_gate); try { _count++; } finally { [|await Work()|]; Monitor.Exit(_gate); }");

    [Fact]
    public Task AwaitInTheFinallyAfterTheRelease_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { _count++; } finally { Monitor.Exit(_gate); await Work(); }");

    [Fact]
    public Task AwaitInTheCatch_Triggers() => InMethod("Monitor.Enter(_gate); try { _count /= 0; } catch { [|await Work()|]; } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task AwaitInTheCatchOutside_DoesNotTrigger() => InMethod("try { Monitor.Enter(_gate); try { _count /= 0; } finally { Monitor.Exit(_gate); } } catch { await Work(); }");

    [Fact]
    public Task AwaitWhereTheLockIsReleasedForIt_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _count++; Monitor.Exit(_gate); await Work(); Monitor.Enter(_gate); _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task AwaitInTheBranchThatReleased_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); if (_count > 3) { Monitor.Exit(_gate); await Work(); return; } _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task AwaitInTheBranchThatHolds_Triggers() => InMethod("Monitor.Enter(_gate); if (_count > 3) { [|await Work()|]; Monitor.Exit(_gate); return; } _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task AwaitInALoop_Triggers() => InMethod("Monitor.Enter(_gate); while (_count-- > 0) { [|await Work()|]; } Monitor.Exit(_gate);");

    [Fact]
    public Task LockTakenInEachTurnAfterTheAwait_DoesNotTrigger() => InMethod("while (_count > 0) { await Work(); Monitor.Enter(_gate); _count--; Monitor.Exit(_gate); }");

    [Fact]
    public Task AwaitInACondition_Triggers() => InMethod("Monitor.Enter(_gate); if ([|await Ask()|]) _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task SecondAwaitUnderTheSameHold_IsNotReportedAgain() => InMethod("Monitor.Enter(_gate); [|await Work()|]; await Work(); Monitor.Exit(_gate);");

    [Fact]
    public Task SecondHold_TriggersAgain() => InMethod("Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate); Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate);");

    [Fact]
    public Task OneOfTwoLocksReleased_Triggers() => InMethod("Monitor.Enter(_gate); _lock.Enter(); _count++; _lock.Exit(); [|await Work()|]; Monitor.Exit(_gate);");

    [Fact]
    public Task CompletedTask_Triggers() => InMethod("Monitor.Enter(_gate); [|await Task.CompletedTask|]; Monitor.Exit(_gate);");

    [Fact]
    public Task YieldingTask_Triggers() => InMethod("Monitor.Enter(_gate); [|await Task.Yield()|]; Monitor.Exit(_gate);");

    [Fact]
    public Task MaybeHeld_DoesNotTrigger() => InMethod("if (_count > 3) Monitor.Enter(_gate); await Work(); if (Monitor.IsEntered(_gate)) Monitor.Exit(_gate);");

    [Fact]
    public Task HeldOnOneConditionAndAwaitedOnTheOther_DoesNotTrigger() => InMethod("var sync = _count > 3; if (sync) Monitor.Enter(_gate); if (!sync) await Work(); if (sync) Monitor.Exit(_gate);");

    [Fact]
    public Task HeldAndAwaitedOnTheSameCondition_Triggers() => InMethod("var sync = _count > 3; if (sync) Monitor.Enter(_gate); if (sync) [|await Work()|]; if (sync) Monitor.Exit(_gate);");

    [Fact]
    public Task TaskThatIsNotAwaited_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); var task = Work(); Monitor.Exit(_gate); await task;");

    [Fact]
    public Task BlockingWait_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); Work().Wait(); Monitor.Exit(_gate); await Work();");

    // The compiler's awaits.

    [Fact]
    public Task AwaitForeach_Triggers() => InMethod("Monitor.Enter(_gate); [|await foreach|] (var i in Items()) _count += i; Monitor.Exit(_gate);");

    [Fact]
    public Task LockInsideAnAwaitForeach_DoesNotTrigger() => InMethod("await foreach (var i in Items()) { Monitor.Enter(_gate); _count += i; Monitor.Exit(_gate); }");

    [Fact]
    public Task AwaitUsing_Triggers() => InMethod("Monitor.Enter(_gate); [|await using|] (var r = new Resource()) { _count++; } Monitor.Exit(_gate);");

    [Fact]
    public Task AwaitUsingDeclaration_Triggers() => InMethod("Monitor.Enter(_gate); try { [|await using|] var r = new Resource(); _count++; } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task LockInsideAnAwaitUsing_DoesNotTrigger() => InMethod("await using var r = new Resource(); Monitor.Enter(_gate); _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task LockInsideAnAwaitUsingStatement_DoesNotTrigger() => InMethod("await using (var r = new Resource()) { Monitor.Enter(_gate); try { _count++; } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task LockReleasedInsideAnAwaitUsing_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); await using var r = new Resource(); Monitor.Exit(_gate);");

    // Functions inside.

    [Fact]
    public Task LambdaThatAwaits_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); Func<Task> later = async () => await Work(); Monitor.Exit(_gate); await later();");

    [Fact]
    public Task LocalFunctionThatAwaits_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _count++; Monitor.Exit(_gate); await Later(); async Task Later() => await Work();");

    [Fact]
    public Task LambdaThatLocksAndAwaits_Triggers() => InMethod("await Task.Run(async () => { Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate); });");

    [Fact]
    public Task LocalFunctionThatLocksAndAwaits_Triggers() => InMethod("await Later(); async Task Later() { _lock.Enter(); try { [|await Work()|]; } finally { _lock.Exit(); } }");

    [Fact]
    public Task LambdaThatLocksAlone_DoesNotTrigger() => InMethod("await Task.Run(() => { lock (_gate) _count++; });");

    [Fact]
    public Task LockStatementBesideAnAwait_DoesNotTrigger() => InMethod("lock (_gate) { _count++; } await Work(); lock (_lock) { _count--; }");

    // Holds that others end or begin.

    [Fact]
    public Task HelperThatReleasesBeforeTheAwait_DoesNotTrigger() => InClass("async Task M() { Monitor.Enter(_gate); Leave(); await Work(); } void Leave() => Monitor.Exit(_gate);");

    [Fact]
    public Task AwaitedHelperThatReleases_DoesNotTrigger() => InClass("async Task M() { Monitor.Enter(_gate); await LeaveAndWork(); } async Task LeaveAndWork() { Monitor.Exit(_gate); await Work(); }");

    [Fact]
    public Task HelperThatReleasesAfterTheAwait_Triggers() => InClass("async Task M() { Monitor.Enter(_gate); [|await Work()|]; Leave(); } void Leave() => Monitor.Exit(_gate);");

    [Fact]
    public Task LockThatAnotherMethodReleases_Triggers() => InClass("async Task Begin() { _rw.EnterWriteLock(); [|await Work()|]; } void End() => _rw.ExitWriteLock();");

    [Fact]
    public Task LockOfACaller_DoesNotTrigger() => InClass("async Task M() { Monitor.Exit(_gate); await Work(); Monitor.Enter(_gate); }");

    [Fact]
    public Task LockOfAParameter_Triggers() => InClass("static async Task M(ReaderWriterLockSlim rw) { rw.EnterReadLock(); try { [|await Work()|]; } finally { rw.ExitReadLock(); } }");

    // Iterators.

    [Fact]
    public Task YieldInALockStatement_Triggers() => InClass("IEnumerable<int> M() { lock (_gate) { foreach (var i in _items) { [|yield return i;|] } } }");

    [Fact]
    public Task YieldUnderAMonitor_Triggers() => InClass("IEnumerable<int> M() { Monitor.Enter(_gate); try { [|yield return 1;|] yield return 2; } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task YieldUnderAReadLock_Triggers() => InClass("IEnumerator<int> M() { _rw.EnterReadLock(); try { foreach (var i in _items) [|yield return i;|] } finally { _rw.ExitReadLock(); } }");

    [Fact]
    public Task YieldAfterTheLock_DoesNotTrigger() => InClass("IEnumerable<int> M() { int[] copy; lock (_gate) { copy = _items.ToArray(); } foreach (var i in copy) yield return i; }");

    [Fact]
    public Task YieldBreakInALock_DoesNotTrigger() => InClass("IEnumerable<int> M() { lock (_gate) { if (_items.Count == 0) yield break; } yield return 1; }");

    [Fact]
    public Task YieldBetweenTwoHolds_DoesNotTrigger() => InClass("IEnumerable<int> M() { while (true) { int next; lock (_gate) { next = _count++; } yield return next; } }");

    [Fact]
    public Task YieldUnderASemaphore_DoesNotTrigger() => InClass("async IAsyncEnumerable<int> M() { await _semaphore.WaitAsync(); try { yield return 1; } finally { _semaphore.Release(); } }");

    [Fact]
    public Task YieldInALambda_DoesNotTrigger() => InClass("IEnumerable<int> M() { lock (_gate) { return Inner(); } IEnumerable<int> Inner() { yield return 1; } }");

    [Fact]
    public Task YieldInAGetter_Triggers() => InClass("IEnumerable<int> All { get { lock (_gate) { foreach (var i in _items) [|yield return i;|] } } }");

    // Messages.

    [Fact]
    public Task Message_NamesTheLockAndItsAcquire() => Verify.VerifyAnalyzerAsync(Source("""
        async Task M()
        {
            {|#1:Monitor.Enter(_gate)|};
            {|#0:await Work()|};
            Monitor.Exit(_gate);
        }
        """), Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("_gate", 29, "the code behind this 'await' may run on another one, which can't release it", "use a ThreadLock, acquired with AcquireAsync"));

    // Asynchronous code as it is written beside locks.
    [Theory]
    [InlineData("async Task M() { int n; lock (_gate) n = ++_count; await Task.Delay(n); lock (_gate) _count--; }")]
    [InlineData("Task M() { lock (_gate) { return Work(); } }")]
    [InlineData("Task? _loading; Task M() { lock (_gate) return _loading ??= LoadAsync(); } async Task LoadAsync() { await Task.Yield(); lock (_gate) _loading = null; }")]
    [InlineData("async Task M() { while (!Monitor.TryEnter(_gate)) await Task.Delay(10); try { _count++; } finally { Monitor.Exit(_gate); } }")]
    [InlineData("async Task M() { Monitor.Enter(_gate); try { while (_count > 0) { _count--; Monitor.Exit(_gate); try { await Work(); } finally { Monitor.Enter(_gate); } } } finally { Monitor.Exit(_gate); } }")]
    [InlineData("async Task M(bool now) { Monitor.Enter(_gate); if (now) { Monitor.Exit(_gate); await Work(); return; } _count++; Monitor.Exit(_gate); }")]
    [InlineData("IEnumerable<int> M() { int[] copy; lock (_gate) copy = _items.ToArray(); foreach (var item in copy) yield return item; }")]
    [InlineData("IEnumerable<int> M() { lock (_gate) { if (_items.Count == 0) yield break; } yield return 1; }")]
    [InlineData("async IAsyncEnumerable<int> M() { await Work(); int n; lock (_gate) n = _count; yield return n; }")]
    [InlineData("void M() { lock (_gate) { Task.Run(async () => { await Work(); }); } }")]
    [InlineData("void M() { lock (_gate) { _ = Local(); async Task Local() { await Work(); } } }")]
    [InlineData("async Task M() { using (_lock.EnterScope()) { _count++; } await Work(); }")]
    [InlineData("async Task M() { _rw.EnterReadLock(); int n; try { n = _count; } finally { _rw.ExitReadLock(); } await Task.Delay(n); _rw.EnterWriteLock(); try { _count = n; } finally { _rw.ExitWriteLock(); } }")]
    [InlineData("async Task M() { bool taken = false; try { _spin.Enter(ref taken); _count++; } finally { if (taken) _spin.Exit(); } await Work(); }")]
    [InlineData("async Task M() { await _semaphore.WaitAsync(); try { lock (_gate) _count++; await Work(); } finally { _semaphore.Release(); } }")]
    [InlineData("async Task M() { using (await _threadLock.AcquireAsync()) await foreach (var item in Items()) lock (_gate) _count += item; }")]
    [InlineData("async Task M() { try { Monitor.Enter(_gate); _count++; } finally { Monitor.Exit(_gate); await Work(); } }")]
    [InlineData("async Task M() { if (_mutex.WaitOne(0)) { _count++; _mutex.ReleaseMutex(); } await Work(); }")]
    [InlineData("async Task M() { await Task.Run(() => { lock (_gate) { _count++; Thread.Yield(); } }); }")]
    [InlineData("async Task M() { Monitor.Enter(await Gate()); } Task<object> Gate() => Task.FromResult<object>(_gate);")]
    [InlineData("async Task M() { lock (_gate) Monitor.PulseAll(_gate); await Work().ConfigureAwait(false); }")]
    [InlineData("Func<Task> M() { lock (_gate) return async () => await Work(); }")]
    [InlineData("async Task<int> M(int n) { Monitor.Enter(_gate); try { if (n > 0) return _count; } finally { Monitor.Exit(_gate); } return await Ask() ? 1 : 0; }")]
    public Task LockBesideAwait_DoesNotTrigger(string members) => InClass(members);

    private static Task InMethod(string body) => InClass($"async Task M() {{ {body} }}");

    private static Task InClass(string members) => Verify.VerifyAnalyzerAsync(Source(members));

    private static string Source(string members) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS1998

        class Resource : IAsyncDisposable { public ValueTask DisposeAsync() => default; }

        class C
        {
            readonly object _gate = new();
            readonly Lock _lock = new();
            readonly ReaderWriterLockSlim _rw = new();
            readonly Mutex _mutex = new();
            readonly AutoResetEvent _event = new(true);
            readonly SemaphoreSlim _semaphore = new(1, 1);
            readonly ThreadLock _threadLock = new();
            readonly ProcessLock _processLock = new(), _reentrant = new(reentrant: true);
            readonly List<int> _items = [];
            SpinLock _spin;
            int _count;
            static Task Work() => Task.Delay(1);
            static Task<bool> Ask() => Task.FromResult(true);
            static async IAsyncEnumerable<int> Items() { yield return 1; }
            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
