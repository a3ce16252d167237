using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockTakenAgainAnalyzer, Tandem.CodeFixes.Locks.LockTakenAgainCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockTakenAgainTests
{
    [Theory]
    [InlineData("_semaphore.Wait(); [|_semaphore.Wait()|]; Work(); _semaphore.Release(); _semaphore.Release();")]
    [InlineData("_one.Wait(); [|_one.Wait()|]; Work(); _one.Release(); _one.Release();")]
    [InlineData("using (_thread.Acquire()) { using ([|_thread.Acquire()|]) { Work(); } }")]
    [InlineData("using (_process.Acquire()) { using ([|_process.Acquire()|]) { Work(); } }")]
    [InlineData("if (!_thread.TryAcquire(TimeSpan.Zero, out var scope)) return; [|_thread.Acquire()|].Dispose(); scope.Dispose();")]
    [InlineData("_kernel.WaitOne(); [|_kernel.WaitOne()|]; _kernel.Release(); _kernel.Release();")]
    [InlineData("var same = _semaphore; same.Wait(); [|_semaphore.Wait()|]; same.Release(); same.Release();")]
    [InlineData("bool a = false, b = false; _spin.Enter(ref a); [|_spin.Enter(ref b)|]; _spin.Exit(); _spin.Exit();")]
    [InlineData("_rw.EnterReadLock(); [|_rw.EnterWriteLock()|]; _rw.ExitWriteLock(); _rw.ExitReadLock();")]
    [InlineData("_rw.EnterReadLock(); [|_rw.EnterUpgradeableReadLock()|]; _rw.ExitUpgradeableReadLock(); _rw.ExitReadLock();")]
    [InlineData("_rw.EnterReadLock(); [|_rw.EnterReadLock()|]; _rw.ExitReadLock(); _rw.ExitReadLock();")]
    [InlineData("_rw.EnterWriteLock(); [|_rw.EnterReadLock()|]; _rw.ExitReadLock(); _rw.ExitWriteLock();")]
    [InlineData("_rw.EnterWriteLock(); [|_rw.EnterWriteLock()|]; _rw.ExitWriteLock(); _rw.ExitWriteLock();")]
    [InlineData("_recursive.EnterReadLock(); [|_recursive.EnterWriteLock()|]; _recursive.ExitWriteLock(); _recursive.ExitReadLock();")]
    [InlineData("_old.AcquireReaderLock(-1); [|_old.AcquireWriterLock(-1)|]; _old.ReleaseWriterLock(); _old.ReleaseReaderLock();")]
    public Task HolderTakesItAgain_Triggers(string code) => Reports(code);

    [Theory]
    // Others are not held, or not any more.
    [InlineData("_semaphore.Wait(); Work(); _semaphore.Release(); _semaphore.Wait(); _semaphore.Release();")]
    [InlineData("_semaphore.Wait(); _one.Wait(); _one.Release(); _semaphore.Release();")]
    [InlineData("_semaphore.Wait(); other._semaphore.Wait(); other._semaphore.Release(); _semaphore.Release();")]
    [InlineData("using (_thread.Acquire()) { Work(); } using (_thread.Acquire()) { Work(); }")]
    [InlineData("if (flag) _semaphore.Wait(); else _semaphore.Wait(); _semaphore.Release();")]
    [InlineData("foreach (var each in all) { each._semaphore.Wait(); Work(); each._semaphore.Release(); }")]
    [InlineData("foreach (var each in all) each._semaphore.Wait(); foreach (var each in all) each._semaphore.Release();")]
    [InlineData("_stripes[0].Wait(); _stripes[1].Wait(); _stripes[1].Release(); _stripes[0].Release();")]
    [InlineData("for (var i = 0; i < 3; i++) _stripes[i].Wait(); for (var i = 0; i < 3; i++) _stripes[i].Release();")]
    [InlineData("_semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); } Again();")]
    // One that counts its holds.
    [InlineData("lock (_gate) lock (_gate) Work();")]
    [InlineData("using (_lock.EnterScope()) using (_lock.EnterScope()) Work();")]
    [InlineData("Monitor.Enter(_gate); Monitor.Enter(_gate); Monitor.Exit(_gate); Monitor.Exit(_gate);")]
    [InlineData("_mutex.WaitOne(); _mutex.WaitOne(); _mutex.ReleaseMutex(); _mutex.ReleaseMutex();")]
    [InlineData("using (_reentrant.Acquire()) using (_reentrant.Acquire()) Work();")]
    [InlineData("_recursive.EnterReadLock(); _recursive.EnterReadLock(); _recursive.ExitReadLock(); _recursive.ExitReadLock();")]
    [InlineData("_recursive.EnterWriteLock(); _recursive.EnterReadLock(); _recursive.ExitReadLock(); _recursive.ExitWriteLock();")]
    [InlineData("_old.AcquireReaderLock(-1); _old.AcquireReaderLock(-1); _old.ReleaseReaderLock(); _old.ReleaseReaderLock();")]
    [InlineData("_old.AcquireReaderLock(-1); var cookie = _old.UpgradeToWriterLock(-1); _old.DowngradeFromWriterLock(ref cookie); _old.ReleaseReaderLock();")]
    // One of which the policy, or the count, is another or unknown.
    [InlineData("_unknown.EnterReadLock(); _unknown.EnterReadLock(); _unknown.ExitReadLock(); _unknown.ExitReadLock();")]
    [InlineData("_two.Wait(); _two.Wait(); _two.Release(); _two.Release();")]
    [InlineData("_many.Wait(); _many.Wait(); _many.Release(); _many.Release();")]
    [InlineData("_counted.Wait(); _counted.Wait(); _counted.Release(); _counted.Release();")]
    [InlineData("other.Given.Wait(); other.Given.Wait(); other.Given.Release(); other.Given.Release();")]
    [InlineData("passed.Wait(); passed.Wait(); passed.Release(); passed.Release();")]
    // What the upgradeable read lock is for.
    [InlineData("_rw.EnterUpgradeableReadLock(); _rw.EnterWriteLock(); _rw.ExitWriteLock(); _rw.ExitUpgradeableReadLock();")]
    [InlineData("_rw.EnterUpgradeableReadLock(); _rw.EnterReadLock(); _rw.ExitUpgradeableReadLock(); _rw.ExitReadLock();")]
    [InlineData("_rw.EnterReadLock(); try { Work(); } finally { _rw.ExitReadLock(); } _rw.EnterWriteLock(); _rw.ExitWriteLock();")]
    // A try that fails says so.
    [InlineData("_semaphore.Wait(); if (_semaphore.Wait(0)) _semaphore.Release(); _semaphore.Release();")]
    [InlineData("if (!_semaphore.Wait(10)) _semaphore.Wait(); _semaphore.Release();")]
    [InlineData("using (_thread.Acquire()) { if (_thread.TryAcquire(TimeSpan.Zero, out var scope)) scope.Dispose(); }")]
    [InlineData("if (!_rw.IsReadLockHeld) _rw.EnterReadLock(); Work(); _rw.ExitReadLock();")]
    // A signal that others give.
    [InlineData("_signal.Wait(); _signal.Wait();")]
    [InlineData("var done = new SemaphoreSlim(1, 1); done.Wait(); Task.Run(() => done.Release()); done.Wait();")]
    [InlineData("_semaphore.Wait(); var next = _semaphore.WaitAsync(); _semaphore.Release(); next.Wait(); _semaphore.Release();")]
    [InlineData("_semaphore.Wait(); Task.Run(() => { _semaphore.Wait(); _semaphore.Release(); }); _semaphore.Release();")]
    public Task OtherLockOrNoHold_DoesNotTrigger(string code) => Reports(code);

    [Theory]
    [InlineData("_semaphore.Wait(); try { [|Again()|]; } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|Deeper()|]; } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { _ = [|Count|]; } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|Count|] = 2; } finally { _semaphore.Release(); }")]
    [InlineData("other._semaphore.Wait(); try { [|other.Again()|]; } finally { other._semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|TakeIt(_semaphore)|]; } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|Local()|]; } finally { _semaphore.Release(); } void Local() { _semaphore.Wait(); _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|AgainAsync()|].Wait(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|ForwardAsync()|].GetAwaiter().GetResult(); } finally { _semaphore.Release(); }")]
    [InlineData("_rw.EnterReadLock(); try { [|Write()|]; } finally { _rw.ExitReadLock(); }")]
    [InlineData("using (_thread.Acquire()) [|Threaded()|];")]
    [InlineData("_semaphore.Wait(); try { foreach (var item in [|Items()|]) Work(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { _ = [|Items()|].Where(item => item > 1).ToList(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { _ = new List<int>([|Items()|]); } finally { _semaphore.Release(); }")]
    // One hold and one callee: once.
    [InlineData("_semaphore.Wait(); try { [|Again()|]; Again(); foreach (var each in all) Again(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|Count|] = Count + 1; } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|Again()|]; [|TakeIt(_semaphore)|]; } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { [|Again()|]; } finally { _semaphore.Release(); } _semaphore.Wait(); try { [|Again()|]; } finally { _semaphore.Release(); }")]
    public Task CalleeTakesItAgain_Triggers(string code) => Reports(code);

    [Theory]
    [InlineData("_semaphore.Wait(); try { other.Again(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { new C().Again(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { TakeIt(_one); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { _ = AgainAsync(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { var later = ForwardAsync(); Tasks.Add(later); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { Loosen(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { OnlyIf(take: false); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { Trying(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { Later(() => { _semaphore.Wait(); _semaphore.Release(); }); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { Later(Again); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); try { Forever(3); } finally { _semaphore.Release(); }")]
    [InlineData("_rw.EnterUpgradeableReadLock(); try { Write(); } finally { _rw.ExitUpgradeableReadLock(); }")]
    [InlineData("_rw.EnterWriteLock(); try { AskFirst(); } finally { _rw.ExitWriteLock(); }")]
    [InlineData("lock (_gate) LockedAgain();")]
    // An iterator runs when its items are taken.
    [InlineData("IEnumerable<int> items; _semaphore.Wait(); try { items = Items(); } finally { _semaphore.Release(); } foreach (var item in items) Work();")]
    [InlineData("IEnumerable<int> items; _semaphore.Wait(); try { items = Items().Where(item => item > 1); } finally { _semaphore.Release(); } foreach (var item in items) Work();")]
    [InlineData("_semaphore.Wait(); try { var lists = new List<IEnumerable<int>>(); lists.Add(Items()); } finally { _semaphore.Release(); }")]
    public Task CalleeTakesAnother_DoesNotTrigger(string code) => Reports(code);

    [Fact]
    public Task AwaitedAcquire_Triggers() => Reports("await _semaphore.WaitAsync(); try { await [|_semaphore.WaitAsync()|]; } finally { _semaphore.Release(); }", "async Task");

    [Fact]
    public Task AwaitedCall_Triggers() => Reports("await _semaphore.WaitAsync(); try { await [|AgainAsync()|].ConfigureAwait(false); } finally { _semaphore.Release(); }", "async Task");

    [Theory]
    [InlineData("await Task.WhenAll([|AgainAsync()|], Task.Delay(1));")]
    [InlineData("await Task.WhenAll(new[] { [|AgainAsync()|] }).ConfigureAwait(false);")]
    [InlineData("Task.WaitAll([|AgainAsync()|]);")]
    [InlineData("var again = [|AgainAsync()|]; await again;")]
    [InlineData("var again = [|AgainAsync()|]; again.Wait();")]
    [InlineData("await [|Task.Run(() => AgainAsync())|];")]
    [InlineData("await [|Task.Run(async () => { await AgainAsync(); })|].ConfigureAwait(false);")]
    [InlineData("[|Task.Run(() => { _semaphore.Wait(); _semaphore.Release(); })|].Wait();")]
    public Task TaskWaitedForUnderTheLock_Triggers(string code) => Reports($"await _semaphore.WaitAsync(); try {{ {code} }} finally {{ _semaphore.Release(); }}", "async Task");

    [Theory]
    [InlineData("await Task.WhenAny(AgainAsync(), Task.Delay(1));")]
    [InlineData("var both = Task.WhenAll(AgainAsync(), Task.Delay(1)); Tasks.Add(both);")]
    [InlineData("var again = AgainAsync(); Work(); Tasks.Add(again);")]
    [InlineData("await IfFreeAsync();")]
    [InlineData("Tasks.Add(Task.Run(() => AgainAsync()));")]
    [InlineData("await Task.Run(() => Tasks.Add(Task.Run(() => AgainAsync())));")]
    public Task TaskNotWaitedForUnderTheLock_DoesNotTrigger(string code) => Reports($"await _semaphore.WaitAsync(); try {{ {code} }} finally {{ _semaphore.Release(); }}", "async Task");

    [Fact]
    public Task CallThatIsNotAwaited_DoesNotTrigger() => Reports("await _semaphore.WaitAsync(); try { var task = AgainAsync(); Tasks.Add(task); } finally { _semaphore.Release(); }", "async Task");

    [Fact]
    public Task AcquireAfterAwaitedRelease_DoesNotTrigger() => Reports("await _semaphore.WaitAsync(); await Task.Run(() => _semaphore.Release()); await _semaphore.WaitAsync(); _semaphore.Release();", "async Task");

    [Fact]
    public Task Message_TellsTheHolderAndTheOutcome() => Verify.VerifyAnalyzerAsync(
        Source("{|#1:_semaphore.Wait()|};\ntry { {|#0:Again()|}; }\nfinally { _semaphore.Release(); }", "void", "{|#2:_semaphore.Wait()|}"),
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithMessage("'Again' takes '_semaphore', which is held since line 28; a semaphore is not reentrant, so it waits for itself forever; call it when the lock is released, or split off the part that needs no lock of its own"));

    private static Task Reports(string body, string returns = "void") => Verify.VerifyAnalyzerAsync(Source(body, returns));

    private static string Source(string body, string returns, string again = "_semaphore.Wait()") => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS0649, CS1998, CS9216, CS4014

        class C
        {
            readonly object _gate = new();
            readonly Lock _lock = new();
            readonly SemaphoreSlim _semaphore = new(1), _one = new SemaphoreSlim(1, 1), _two = new(2), _many = new(1, 4), _counted = new(Environment.ProcessorCount), _signal = new(1);
            readonly SemaphoreSlim[] _stripes = [new(1), new(1), new(1)];
            readonly Semaphore _kernel = new(1, 1, "name");
            readonly ReaderWriterLockSlim _rw = new(), _recursive = new(LockRecursionPolicy.SupportsRecursion), _unknown;
            readonly ReaderWriterLock _old = new();
            readonly ThreadLock _thread = new();
            readonly ProcessLock _process = new(), _reentrant = new(reentrant: true);
            readonly Mutex _mutex = new();
            readonly List<Task> Tasks = [];
            SpinLock _spin;

            C(ReaderWriterLockSlim unknown, SemaphoreSlim given) => (_unknown, Given) = (unknown, given);

            public C() : this(new(), new(1)) { }
            SemaphoreSlim Given { get; }
            {{returns}} M(C other, C[] all, bool flag, SemaphoreSlim passed) { {{body}} }
            static void Work() { }
            void Signal() => _signal.Release();
            void Again() { {{again}}; try { Work(); } finally { _semaphore.Release(); } }
            void Deeper() => Middle();
            void Middle() { Work(); Again(); }
            int Count
            {
                get { _semaphore.Wait(); try { return 1; } finally { _semaphore.Release(); } }
                set { _semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); } }
            }
            static void TakeIt(SemaphoreSlim semaphore) { semaphore.Wait(); try { Work(); } finally { semaphore.Release(); } }
            async Task AgainAsync() { await _semaphore.WaitAsync(); try { Work(); } finally { _semaphore.Release(); } }
            async Task IfFreeAsync() { var own = _semaphore.CurrentCount > 0; if (own) await _semaphore.WaitAsync(); Work(); if (own) _semaphore.Release(); }
            Task ForwardAsync() => AgainAsync();
            void Write() { _rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); } }
            void Threaded() { using (_thread.Acquire()) Work(); }
            void Loosen() { _semaphore.Release(); Work(); _semaphore.Wait(); }
            void OnlyIf(bool take) { if (take) { _semaphore.Wait(); Work(); _semaphore.Release(); } }
            void Trying() { if (_semaphore.Wait(0)) _semaphore.Release(); }
            void Later(Action action) => Tasks.Add(Task.Run(action));
            void Forever(int n) { if (n > 0) Forever(n - 1); }
            void AskFirst() { var enter = !_rw.IsWriteLockHeld; if (enter) _rw.EnterWriteLock(); Work(); if (enter) _rw.ExitWriteLock(); }
            IEnumerable<int> Items() { _semaphore.Wait(); try { yield return 1; } finally { _semaphore.Release(); } }
            void LockedAgain() { lock (_gate) Work(); }
        }
        """;
}
