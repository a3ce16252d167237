using Microsoft.CodeAnalysis.Testing;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockHeldAcrossAwaitAnalyzer, Tandem.CodeFixes.Locks.LockHeldAcrossAwaitCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockHeldAcrossAwaitFixTests
{
    [Fact]
    public Task Monitor_BecomesAThreadLock() => InClass("""
        // Guards the count.
        private readonly object _gate = new object();

        public async Task AddAsync()
        {
            Monitor.Enter(_gate); // one at a time
            try
            {
                [|await Work()|];
                _count++;
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }

        public int Count
        {
            get
            {
                lock (_gate)
                {
                    // as it is now
                    return _count;
                }
            }
        }
        """, """
        // Guards the count.
        private readonly ThreadLock _gate = new ThreadLock();

        public async Task AddAsync()
        {
            await _gate.AcquireAsync(); // one at a time
            try
            {
                await Work();
                _count++;
            }
            finally
            {
                _gate.Release();
            }
        }

        public int Count
        {
            get
            {
                using (_gate.Acquire())
                {
                    // as it is now
                    return _count;
                }
            }
        }
        """);

    [Fact]
    public Task Monitor_BecomesASemaphore_WithoutTandem() => WithoutTandem("""
        private readonly object _gate = new();
        public async Task AddAsync()
        {
            Monitor.Enter(_gate);
            try { [|await Work()|]; _count++; } finally { Monitor.Exit(_gate); }
            lock (_gate)
            {
                _count--;
            }
        }
        public int Take()
        {
            lock (_gate)
            {
                return --_count;
            }
        }
        public void Drop() { lock (_gate) _count--; lock (this._gate) { _count = 0; } }
        """, """
        private readonly SemaphoreSlim _gate = new(1, 1);
        public async Task AddAsync()
        {
            await _gate.WaitAsync();
            try { await Work(); _count++; } finally { _gate.Release(); }
            await _gate.WaitAsync();
            try
            {
                _count--;
            }
            finally
            {
                _gate.Release();
            }
        }
        public int Take()
        {
            _gate.Wait();
            try
            {
                return --_count;
            }
            finally
            {
                _gate.Release();
            }
        }
        public void Drop() { _gate.Wait(); try { _count--; } finally { _gate.Release(); } this._gate.Wait(); try { _count = 0; } finally { this._gate.Release(); } }
        """);

    [Fact]
    public Task MonitorWithAFlag_SetsTheFlag() => WithoutTandem("""
        private readonly object _gate = new();
        public async Task AddAsync()
        {
            var taken = false;
            try
            {
                Monitor.Enter(_gate, ref taken);
                [|await Work()|];
            }
            finally
            {
                if (taken) Monitor.Exit(_gate);
            }
        }
        """, """
        private readonly SemaphoreSlim _gate = new(1, 1);
        public async Task AddAsync()
        {
            var taken = false;
            try
            {
                await _gate.WaitAsync(); taken = true;
                await Work();
            }
            finally
            {
                if (taken) _gate.Release();
            }
        }
        """);

    [Fact]
    public Task TryAcquires_KeepTheirTimeouts() => InClass("""
        private readonly object _gate = new();
        public async Task<bool> AddAsync(TimeSpan limit)
        {
            if (!Monitor.TryEnter(_gate, 100)) return false;
            try { [|await Work()|]; } finally { Monitor.Exit(_gate); }
            var taken = false;
            Monitor.TryEnter(_gate, limit, ref taken);
            if (taken) Monitor.Exit(_gate);
            return true;
        }
        public void Add() { if (Monitor.TryEnter(_gate)) { _count++; Monitor.Exit(_gate); } }
        """, """
        private readonly SemaphoreSlim _gate = new(1, 1);
        public async Task<bool> AddAsync(TimeSpan limit)
        {
            if (!await _gate.WaitAsync(100)) return false;
            try { await Work(); } finally { _gate.Release(); }
            var taken = false;
            taken = await _gate.WaitAsync(limit);
            if (taken) _gate.Release();
            return true;
        }
        public void Add() { if (_gate.Wait(0)) { _count++; _gate.Release(); } }
        """);

    [Fact]
    public Task Lock_TakesItsScopesAlong() => InClass("""
        private readonly Lock _gate = new();
        public async Task AddAsync()
        {
            _gate.Enter();
            try { [|await Work()|]; } finally { _gate.Exit(); }
            lock (_gate) { _count++; }
        }
        public void Add()
        {
            using (_gate.EnterScope()) { _count++; }
        }
        """, """
        private readonly ThreadLock _gate = new();
        public async Task AddAsync()
        {
            await _gate.AcquireAsync();
            try { await Work(); } finally { _gate.Release(); }
            using (await _gate.AcquireAsync()) { _count++; }
        }
        public void Add()
        {
            using (_gate.Acquire()) { _count++; }
        }
        """);

    [Fact]
    public Task ReaderWriterLock_BecomesASemaphore() => WithoutTandem("""
        private readonly ReaderWriterLockSlim _rw = new();
        public async Task AddAsync()
        {
            _rw.EnterWriteLock();
            try { [|await Work().ConfigureAwait(false)|]; } finally { _rw.ExitWriteLock(); }
        }
        public int Get() { _rw.EnterReadLock(); try { return _count; } finally { _rw.ExitReadLock(); } }
        public void Dispose() => _rw.Dispose();
        """, """
        private readonly SemaphoreSlim _rw = new(1, 1);
        public async Task AddAsync()
        {
            await _rw.WaitAsync().ConfigureAwait(false);
            try { await Work().ConfigureAwait(false); } finally { _rw.Release(); }
        }
        public int Get() { _rw.Wait(); try { return _count; } finally { _rw.Release(); } }
        public void Dispose() => _rw.Dispose();
        """);

    [Fact]
    public Task Mutex_BecomesASemaphore() => WithoutTandem("""
        private static readonly Mutex s_mutex = new Mutex();
        public async Task AddAsync() { s_mutex.WaitOne(); try { [|await Work()|]; } finally { s_mutex.ReleaseMutex(); } }
        public bool Try() { if (!C.s_mutex.WaitOne(10)) return false; C.s_mutex.ReleaseMutex(); return true; }
        """, """
        private static readonly SemaphoreSlim s_mutex = new SemaphoreSlim(1, 1);
        public async Task AddAsync() { await s_mutex.WaitAsync(); try { await Work(); } finally { s_mutex.Release(); } }
        public bool Try() { if (!C.s_mutex.Wait(10)) return false; C.s_mutex.Release(); return true; }
        """);

    [Fact]
    public Task SpinLock_BecomesAnObject() => WithoutTandem("""
        private SpinLock _spin;
        public async Task AddAsync() { var taken = false; try { _spin.Enter(ref taken); [|await Work()|]; } finally { if (taken) _spin.Exit(); } }
        """, """
        private readonly SemaphoreSlim _spin = new SemaphoreSlim(1, 1);
        public async Task AddAsync() { var taken = false; try { await _spin.WaitAsync(); taken = true; await Work(); } finally { if (taken) _spin.Release(); } }
        """);

    [Fact]
    public Task NameOfTheField_Stays() => InClass("""
        private readonly object _gate = new();
        [GuardedBy(nameof(_gate))] private int _total;
        public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; _total++; } finally { Monitor.Exit(_gate); } }
        """, """
        private readonly ThreadLock _gate = new();
        [GuardedBy(nameof(_gate))] private int _total;
        public async Task AddAsync() { await _gate.AcquireAsync(); try { await Work(); _total++; } finally { _gate.Release(); } }
        """);

    [Fact]
    public Task TwoAwaitingMethodsOfOneLock_AreRepairedTogether() => InClass("""
        private readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; } finally { Monitor.Exit(_gate); } }
        public async Task DropAsync() { Monitor.Enter(_gate); try { [|await Work()|]; } finally { Monitor.Exit(_gate); } }
        """, """
        private readonly ThreadLock _gate = new();
        public async Task AddAsync() { await _gate.AcquireAsync(); try { await Work(); } finally { _gate.Release(); } }
        public async Task DropAsync() { await _gate.AcquireAsync(); try { await Work(); } finally { _gate.Release(); } }
        """);

    [Fact]
    public Task OtherObjectsMethodOfTheSameName_IsNoRecursion() => InClass("""
        private readonly object _gate = new();
        private readonly List<int> _items = [];
        public async Task Add(int i) { Monitor.Enter(_gate); try { [|await Work()|]; _items.Add(i); } finally { Monitor.Exit(_gate); } }
        """, """
        private readonly ThreadLock _gate = new();
        private readonly List<int> _items = [];
        public async Task Add(int i) { await _gate.AcquireAsync(); try { await Work(); _items.Add(i); } finally { _gate.Release(); } }
        """);

    // Where nothing is offered.

    [Fact]
    public Task LockTakenAgainByItsHolder_StaysAsItIs() => NotOffered("""
        private readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; Bump(); } finally { Monitor.Exit(_gate); } }
        private void Bump() => Really();
        private void Really() { lock (_gate) _count++; }
        """);

    [Fact]
    public Task NestedLockStatement_StaysAsItIs() => NotOffered("""
        private readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate); }
        public void Twice() { lock (_gate) { lock (_gate) { _count++; } } }
        """);

    [Fact]
    public Task MonitorThatIsWaitedOn_StaysAsItIs() => NotOffered("""
        private readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); [|await Work()|]; Monitor.Pulse(_gate); Monitor.Exit(_gate); }
        """);

    [Fact]
    public Task LockThatIsPassedOn_StaysAsItIs() => NotOffered("""
        private readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate); }
        public object SyncRoot => _gate;
        """);

    [Fact]
    public Task FieldOfOthers_StaysAsItIs() => NotOffered("""
        internal readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate); }
        """);

    [Fact]
    public Task NamedMutex_StaysAsItIs() => NotOffered("""
        private readonly Mutex _mutex = new(false, "Global\\app");
        public async Task AddAsync() { _mutex.WaitOne(); [|await Work()|]; _mutex.ReleaseMutex(); }
        """);

    [Fact]
    public Task RecursiveReaderWriterLock_StaysAsItIs() => NotOffered("""
        private readonly ReaderWriterLockSlim _rw = new(LockRecursionPolicy.SupportsRecursion);
        public async Task AddAsync() { _rw.EnterWriteLock(); [|await Work()|]; _rw.ExitWriteLock(); }
        """);

    [Fact]
    public Task UpgradeableReadLock_StaysAsItIs() => NotOffered("""
        private readonly ReaderWriterLockSlim _rw = new();
        public async Task AddAsync() { _rw.EnterUpgradeableReadLock(); [|await Work()|]; _rw.ExitUpgradeableReadLock(); }
        """);

    [Fact]
    public Task QueryOfTheHolder_StaysAsItIs() => NotOffered("""
        private readonly Lock _gate = new();
        public async Task AddAsync() { _gate.Enter(); [|await Work()|]; _gate.Exit(); }
        public bool IsMine => _gate.IsHeldByCurrentThread;
        """);

    [Fact]
    public Task LockOfALocal_StaysAsItIs() => NotOffered("""
        public async Task AddAsync() { var gate = new object(); Monitor.Enter(gate); [|await Work()|]; Monitor.Exit(gate); }
        """);

    [Fact]
    public Task LockOfAParameter_StaysAsItIs() => NotOffered("""
        public async Task AddAsync(object gate) { Monitor.Enter(gate); [|await Work()|]; Monitor.Exit(gate); }
        """);

    [Fact]
    public Task CollectionThatIsLocked_StaysAsItIs() => NotOffered("""
        private readonly List<int> _items = new();
        public async Task AddAsync() { Monitor.Enter(_items); [|await Work()|]; _items.Add(1); Monitor.Exit(_items); }
        """);

    [Fact]
    public Task TypeInSeveralParts_StaysAsItIs() => NotOffered("""
        private readonly object _gate = new();
        public async Task AddAsync() { Monitor.Enter(_gate); [|await Work()|]; Monitor.Exit(_gate); }
        } partial class C {
        """);

    [Fact]
    public Task Yield_StaysAsItIs() => NotOffered("""
        private readonly object _gate = new();
        public IEnumerable<int> All() { lock (_gate) { [|yield return _count;|] } }
        """);

    // Code that may come back while the lock is held needs a reentrant one.

    [Theory]
    [InlineData("public event Action Changed; public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; Changed?.Invoke(); } finally { Monitor.Exit(_gate); } }")]
    [InlineData("public event Action Changed; public void Set() { lock (_gate) { Changed?.Invoke(); } } public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; } finally { Monitor.Exit(_gate); } }")]
    [InlineData("public async Task AddAsync(Func<Task> work) { Monitor.Enter(_gate); try { [|await work()|]; } finally { Monitor.Exit(_gate); } }")]
    [InlineData("protected virtual void OnAdded() { } public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; OnAdded(); } finally { Monitor.Exit(_gate); } }")]
    [InlineData("public void Inc() { lock (_gate) _count++; } private readonly Other _other = new(); public async Task AddAsync() { Monitor.Enter(_gate); try { [|await Work()|]; _other.Add(this); } finally { Monitor.Exit(_gate); } } private class Other { public void Add(C c) => c.Inc(); }")]
    [InlineData("public void Inc() { lock (_gate) _count++; } public interface IOther { void Inc(); } public async Task AddAsync(IOther other) { Monitor.Enter(_gate); try { [|await Work()|]; other.Inc(); } finally { Monitor.Exit(_gate); } }")]
    [InlineData("public async Task AddAsync(TaskCompletionSource<int> done) { Monitor.Enter(_gate); try { [|await Work()|]; done.SetResult(1); } finally { Monitor.Exit(_gate); } }")]
    public Task LockThatCalleesMayTakeAgain_StaysAsItIs(string members) => NotOffered("private readonly object _gate = new(); " + members);

    [Fact]
    public Task CalleesThatTakeNothing_AreNoMatter() => InClass("""
        private readonly object _gate = new();
        public event Action Changed;
        public interface IStore { Task SaveAsync(); }
        public async Task AddAsync(IStore store)
        {
            Monitor.Enter(_gate);
            try { [|await store.SaveAsync()|]; }
            finally { Monitor.Exit(_gate); }
            Changed?.Invoke();
        }
        """, """
        private readonly ThreadLock _gate = new();
        public event Action Changed;
        public interface IStore { Task SaveAsync(); }
        public async Task AddAsync(IStore store)
        {
            await _gate.AcquireAsync();
            try { await store.SaveAsync(); }
            finally { _gate.Release(); }
            Changed?.Invoke();
        }
        """);

    [Fact]
    public Task LimitThatThrows_StaysAsItIs() => NotOffered("""
        private readonly ReaderWriterLock _gate = new();
        public async Task AddAsync() { _gate.AcquireWriterLock(100); try { [|await Work()|]; } finally { _gate.ReleaseWriterLock(); } }
        """);

    private static Task NotOffered(string members) => InClass(members, members);

    private static Task InClass(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members, "using Tandem;"), Source(repaired, "using Tandem;"));

    private static Task WithoutTandem(string members, string repaired) =>
        new Verify.Test { TestCode = Source(members, ""), FixedCode = Source(repaired, ""), ReferenceAssemblies = ReferenceAssemblies.NetStandard.NetStandard20 }.RunAsync();

    private static string Source(string members, string tandem) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        {{tandem}}
        #pragma warning disable CS1998

        partial class C
        {
            private int _count;
            private static Task Work() => Task.Delay(1);

            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
