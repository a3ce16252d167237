using Tandem.Analyzers.Races;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class CheckThenActTests
{
    /// <summary>Ways to start the same withdrawal several times on one account, each complete; <c>account</c> and <c>Work</c> are there to be used.</summary>
    public static TheoryData<string> Concurrent =>
    [
        "Thread first = new(new ThreadStart(() => account.Withdraw(1))), second = new(new ThreadStart(() => account.Withdraw(1))); first.Start(); second.Start();",
        "if (args.Length > 0) { Task.Run(() => account.Withdraw(1)); args = []; } account.Withdraw(2);",
        "try { Task.Run(() => account.Withdraw(1)); return; } finally { account.Withdraw(2); }",
        "new Thread(() => account.Withdraw(10)).Start(); new Thread(() => account.Withdraw(10)).Start();",
        "for (var i = 0; i < 4; i++) new Thread(() => account.Withdraw(10)).Start();",
        "foreach (var n in new[] { 1, 2 }) { var t = new Thread(() => account.Withdraw(n)); t.Start(); }",
        "var threads = new Thread[4]; for (var i = 0; i < 4; i++) threads[i] = new Thread(() => account.Withdraw(1)); foreach (var t in threads) t.Start(); foreach (var t in threads) t.Join();",
        "var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() => account.Withdraw(1))).ToList(); threads.ForEach(t => t.Start()); threads.ForEach(t => t.Join());",
        "Task.Run(() => account.Withdraw(10)); Task.Run(() => account.Withdraw(10));",
        "var a = Task.Run(() => account.Withdraw(10)); var b = Task.Run(() => account.Withdraw(10)); await Task.WhenAll(a, b);",
        "await Task.WhenAll(Task.Run(() => account.Withdraw(10)), Task.Run(() => account.Withdraw(10)));",
        "await Task.WhenAll(Enumerable.Range(0, 9).Select(n => Task.Run(() => account.Withdraw(n))));",
        "var tasks = new List<Task>(); for (var i = 0; i < 3; i++) tasks.Add(Task.Run(() => account.Withdraw(10))); await Task.WhenAll(tasks);",
        "var first = Task.Run(() => account.Withdraw(10)); account.Withdraw(5); await first;",
        "var t = new Thread(() => account.Withdraw(10)); t.Start(); account.Withdraw(1); t.Join();",
        "for (var i = 0; i < 3; i++) { var cold = new Task(() => account.Withdraw(10)); cold.Start(); }",
        "Task.Factory.StartNew(() => account.Withdraw(10)); Task.Factory.StartNew(() => account.Withdraw(10));",
        "Task.Factory.StartNew(state => ((Account)state!).Withdraw(10), account); Task.Factory.StartNew(state => ((Account)state!).Withdraw(10), account);",
        "ThreadPool.QueueUserWorkItem(_ => account.Withdraw(10)); ThreadPool.QueueUserWorkItem(_ => account.Withdraw(10));",
        "Parallel.For(0, 10, _ => account.Withdraw(1));",
        "Parallel.ForEach(new[] { 1, 2 }, n => account.Withdraw(n));",
        "Parallel.Invoke(() => account.Withdraw(1), () => account.Withdraw(2));",
        "await Parallel.ForEachAsync(new[] { 1, 2 }, async (n, token) => { await Task.Yield(); account.Withdraw(n); });",
        "new[] { 1, 2 }.AsParallel().ForAll(n => account.Withdraw(n));",
        "using var timer = new Timer(_ => account.Withdraw(1), null, 0, 10);",
        "var timer = new System.Timers.Timer(10); timer.Elapsed += (_, _) => account.Withdraw(1); timer.Start();",
        "Action work = () => account.Withdraw(1); Task.Run(work); Task.Run(work);",
        "var first = Task.Run(() => account.Withdraw(1)); _ = Task.Run(() => 1).ContinueWith(_ => account.Withdraw(1));",
        "for (var i = 0; i < 3; i++) _ = Task.Run(() => 1).ContinueWith(_ => account.Withdraw(1));",
        "var timer = new System.Timers.Timer(10); timer.Elapsed += (_, _) => { account.Withdraw(1); if (args.Length > 0) timer.Stop(); }; timer.Start();",
        "var watch = new System.Diagnostics.Stopwatch(); using var timer = new Timer(_ => { watch.Stop(); account.Withdraw(1); }, null, 0, 10);",
        "Parallel.For(0, 10, new ParallelOptions { MaxDegreeOfParallelism = 2 }, _ => account.Withdraw(1));",
        "var factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ConcurrentScheduler); for (var i = 0; i < 3; i++) _ = factory.StartNew(() => account.Withdraw(1));",
        "void Draw() => account.Withdraw(1); new Thread(Draw).Start(); new Thread(Draw).Start();",
        "void Draw() { account.Withdraw(1); } for (var i = 0; i < 3; i++) Task.Run(Draw);",
        "void StartOne() => Task.Run(() => account.Withdraw(1)); StartOne(); StartOne();",
        "static void StartOne(Account one) => Task.Run(() => one.Withdraw(1)); for (var i = 0; i < 3; i++) StartOne(account);",
        "static Task DrawAsync(Account one) => Task.Run(() => one.Withdraw(1)); await Task.WhenAll(DrawAsync(account), DrawAsync(account));",
        "async Task DrawAsync() { await Task.Delay(1); account.Withdraw(1); } await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => DrawAsync()));",
        "async Task DrawAsync() { await Task.Yield(); account.Withdraw(1); } var a = DrawAsync(); var b = DrawAsync(); await a; await b;",
        "static void Many(Action work) { for (var i = 0; i < 4; i++) new Thread(() => work()).Start(); } Many(() => account.Withdraw(1));",
        "static void Twice(ThreadStart work) { new Thread(work).Start(); new Thread(work).Start(); } Twice(() => account.Withdraw(1));",
        "var executor = new Tandem.ThreadExecutor(4); for (var i = 0; i < 3; i++) _ = executor.Submit(() => account.Withdraw(1));",
    ];

    /// <summary>The same work where it never overlaps itself on one account.</summary>
    public static TheoryData<string> Ordered =>
    [
        "account.Withdraw(10); account.Withdraw(10);",
        "new Thread(() => account.Withdraw(10)).Start();",
        "var t = new Thread(() => account.Withdraw(10)); account.Withdraw(1); t.Start();",
        "var t = new Thread(() => account.Withdraw(10)); t.Start(); t.Join(); account.Withdraw(1);",
        "for (var i = 0; i < 4; i++) { var t = new Thread(() => account.Withdraw(10)); t.Start(); t.Join(); }",
        "await Task.Run(() => account.Withdraw(10)); await Task.Run(() => account.Withdraw(10));",
        "for (var i = 0; i < 4; i++) await Task.Run(() => account.Withdraw(10));",
        "for (var i = 0; i < 4; i++) Task.Run(() => account.Withdraw(10)).Wait();",
        "var first = Task.Run(() => account.Withdraw(10)); await first; account.Withdraw(5);",
        "var first = Task.Run(() => account.Withdraw(10)); first.Wait(); Task.Run(() => account.Withdraw(10));",
        "for (var i = 0; i < 4; i++) { var own = new Account(); new Thread(() => own.Withdraw(10)).Start(); }",
        "for (var i = 0; i < 4; i++) Task.Run(() => new Account().Withdraw(10));",
        "for (var i = 0; i < 4; i++) Task.Run(() => { var own = new Account(); own.Withdraw(10); });",
        "Parallel.ForEach(new[] { new Account(), new Account() }, each => each.Withdraw(1));",
        "foreach (var each in new[] { new Account(), new Account() }) Task.Run(() => each.Withdraw(1));",
        "var accounts = new Account[4]; Parallel.For(0, 4, i => accounts[i].Withdraw(1));",
        "var accounts = new Account[4]; for (var i = 0; i < 4; i++) { var mine = i; Task.Run(() => accounts[mine].Withdraw(1)); }",
        "var gate = new object(); for (var i = 0; i < 4; i++) Task.Run(() => { lock (gate) account.Withdraw(10); });",
        "if (args.Length > 0) Task.Run(() => account.Withdraw(1)); else Task.Run(() => account.Withdraw(2));",
        "if (args.Length > 0) { Task.Run(() => account.Withdraw(1)); return; } account.Withdraw(2);",
        "if (args.Length > 0) { if (args.Length > 1) Task.Run(() => account.Withdraw(1)); throw new Exception(); } Task.Run(() => account.Withdraw(2));",
        "async Task DrawAsync() { await Task.Yield(); account.Withdraw(1); } await DrawAsync(); await DrawAsync();",
        "static Task DrawAsync(Account one) => Task.Run(() => one.Withdraw(1)); await DrawAsync(account); await DrawAsync(account);",
        "async Task DrawAsync() { await Task.Yield(); account.Withdraw(1); } static void RunSync(Func<Task> work) => work().GetAwaiter().GetResult(); RunSync(() => DrawAsync()); RunSync(DrawAsync);",
        "async Task DrawAsync() { await Task.Yield(); account.Withdraw(1); } static void Block(Task work) { work.Wait(); } Block(DrawAsync()); Block(DrawAsync());",
        "static void Once(Action work) { var t = new Thread(() => work()); t.Start(); t.Join(); } Once(() => account.Withdraw(1)); Once(() => account.Withdraw(1));",
        "using var timer = new Timer(_ => account.Withdraw(1), null, 10, Timeout.Infinite);",
        "button += (_, _) => account.Withdraw(1);",
        "await Task.Run(() => account.Withdraw(1)).ContinueWith(_ => account.Withdraw(1));",
        "var first = Task.Run(() => account.Withdraw(1)); var second = first.ContinueWith(_ => account.Withdraw(1)); _ = second.ContinueWith(_ => account.Withdraw(1));",
        "var tail = Task.CompletedTask; for (var i = 0; i < 3; i++) tail = tail.ContinueWith(_ => account.Withdraw(1));",
        "var timer = new System.Timers.Timer(10); timer.Elapsed += (_, _) => { timer.Stop(); account.Withdraw(1); timer.Start(); }; timer.Start();",
        "var timer = new System.Timers.Timer(10); timer.Elapsed += (_, _) => { timer.Enabled = false; account.Withdraw(1); timer.Enabled = true; }; timer.Start();",
        "Timer timer = null!; timer = new Timer(_ => { timer.Change(Timeout.Infinite, Timeout.Infinite); try { account.Withdraw(1); } finally { timer.Change(10, 10); } }, null, 0, 10);",
        "System.ComponentModel.ISynchronizeInvoke form = null!; var timer = new System.Timers.Timer(10) { SynchronizingObject = form }; timer.Elapsed += (_, _) => account.Withdraw(1); timer.Start();",
        "var executor = new Tandem.ThreadExecutor(1); for (var i = 0; i < 3; i++) _ = executor.Submit(() => account.Withdraw(1));",
        "Parallel.For(0, 10, new ParallelOptions { MaxDegreeOfParallelism = 1 }, _ => account.Withdraw(1));",
        "var options = new ParallelOptions { MaxDegreeOfParallelism = 1 }; Parallel.For(0, 10, options, _ => account.Withdraw(1));",
        "new[] { 1, 2 }.AsParallel().WithDegreeOfParallelism(1).ForAll(n => account.Withdraw(n));",
        "var factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler); for (var i = 0; i < 3; i++) _ = factory.StartNew(() => account.Withdraw(1));",
        "for (var i = 0; i < 3; i++) _ = Task.Run(() => 1).ContinueWith(_ => account.Withdraw(1), TaskScheduler.FromCurrentSynchronizationContext());",
        "new[] { 1, 2 }.ToList().ForEach(n => account.Withdraw(n));",
        "Func<bool> work = () => account.Withdraw(1); work(); work();",
        "var cold = new[] { new Task(() => account.Withdraw(1)), new Task(() => account.Withdraw(2)) }; cold[0].RunSynchronously(); cold[1].RunSynchronously();",
    ];

    [Theory]
    [MemberData(nameof(Concurrent))]
    public Task StartedConcurrently_Triggers(string start) => VerifyProgramAsync(start, "[|Balance >= amount|]");

    [Theory]
    [MemberData(nameof(Ordered))]
    public Task NeverOverlapping_DoesNotTrigger(string start) => VerifyProgramAsync(start, "Balance >= amount");

    private static Task VerifyProgramAsync(string start, string check) => new Verify.Test
    {
        TestState =
        {
            Sources =
            {
                ("Program.cs", $$"""
                    using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
                    public static class Program
                    {
                        public static event EventHandler? button;
                        public static async Task Main(string[] args)
                        {
                            var account = new Account();
                            {{start}}
                            await Task.CompletedTask;
                            button?.Invoke(null, EventArgs.Empty);
                        }
                    }
                    """),
                ("Account.cs", $$"""
                    public class Account
                    {
                        public int Balance { get; private set; } = 100;
                        public bool Withdraw(int amount)
                        {
                            if ({{check}})
                            {
                                Balance -= amount;
                                return true;
                            }
                            return false;
                        }
                    }
                    """),
            },
        },
    }.RunAsync();

    /// <summary>The account in all its forms: members of a class of which two threads run Withdraw(10) on one object.</summary>
    public static TheoryData<string> Racing =>
    [
        "int _balance; public void Withdraw(int n) { if ([|_balance >= n|]) _balance -= n; }",
        "int _balance; public void Withdraw(int n) { if ([|_balance >= n|]) _balance = _balance - n; }",
        "int _balance; public void Withdraw(int n) { if ([|this._balance >= n|]) { this._balance -= n; } }",
        "int _balance; public bool Withdraw(int n) { if ([|_balance < n|]) return false; _balance -= n; return true; }",
        "int _balance; public void Withdraw(int n) { while ([|_balance >= n|]) _balance -= n; }",
        "int _balance; public void Withdraw(int n) { while ([|_balance < n|]) { } _balance -= n; }",
        "int _balance; public void Withdraw(int n) { _balance = [|_balance >= n|] ? _balance - n : _balance; }",
        "int _balance; public void Withdraw(int n) { var ok = [|_balance >= n|]; if (ok) _balance -= n; }",
        "int _balance; public void Withdraw(int n) { var b = [|_balance|]; if (b >= n) _balance = b - n; }",
        "int _balance; public void Withdraw(int n) { var b = [|_balance|]; b -= n; _balance = b; }",
        "int _balance; public bool Withdraw(int n) => [|_balance >= n|] && Take(n); bool Take(int n) { _balance -= n; return true; }",
        "int _left; public void Withdraw(int n) { if ([|_left > 0|]) _left--; }",
        "int _left; public void Withdraw(int n) { if (n > 3 && [|_left > 0|]) { Log(); --_left; } } static void Log() { }",
        "int _left; public void Withdraw(int n) { if ([|_left > 0|]) System.Threading.Interlocked.Decrement(ref _left); }",
        "int _left; public void Withdraw(int n) { if ([|Volatile.Read(ref _left) > 0|]) Volatile.Write(ref _left, _left - 1); }",
        "static int s_balance; public void Withdraw(int n) { if ([|s_balance >= n|]) s_balance -= n; }",
        "static int Balance { get; set; } public void Withdraw(int n) { if ([|Balance >= n|]) Balance -= n; }",
        "public int Balance { get; set; } public void Withdraw(int n) { if ([|Balance >= n|]) Balance -= n; }",
        "int _balance; public int Balance => _balance; public void Withdraw(int n) { if ([|Balance >= n|]) _balance -= n; }",
        "int _balance; public int Balance { get => _balance; set { _balance = value; } } public void Withdraw(int n) { if ([|Balance >= n|]) Balance -= n; }",
        "int _balance; public int Balance { get { lock (_gate) return _balance; } set { lock (_gate) _balance = value; } } readonly object _gate = new(); public void Withdraw(int n) { if ([|Balance >= n|]) Balance -= n; }",
        "int _balance; public void Withdraw(int n) { if ([|CanDraw(n)|]) Take(n); } bool CanDraw(int n) => _balance >= n; void Take(int n) => _balance -= n;",
        "int _balance; public void Withdraw(int n) { if ([|CanDraw(n)|]) _balance -= n; } bool CanDraw(int n) { if (n < 0) return false; return _balance >= n; }",
        "int _balance; public void Withdraw(int n) { if ([|_balance >= n|]) Take(n); } void Take(int n) { _balance -= n; }",
        "int _balance; public void Withdraw(int n) { Draw(n); } void Draw(int n) { if ([|_balance >= n|]) _balance -= n; }",
        "readonly Data _data = new(); public void Withdraw(int n) { if ([|_data.Balance >= n|]) _data.Balance -= n; } class Data { public int Balance; }",
        "readonly Data _data = new(); public void Withdraw(int n) { var data = _data; if ([|data.Balance >= n|]) data.Balance -= n; } class Data { public int Balance; }",
        "readonly Data _data = new(); public void Withdraw(int n) => Draw(_data, n); static void Draw(Data d, int n) { if ([|d.Balance >= n|]) d.Balance -= n; } class Data { public int Balance; }",
        "readonly int[] _balances = new int[3]; public void Withdraw(int n) { if ([|_balances[0] >= n|]) _balances[0] -= n; }",
        "readonly int[] _balances = new int[3]; public void Withdraw(int n) { if ([|_balances[n] >= 1|]) _balances[n] -= 1; }",
        "System.IDisposable? _open; public void Withdraw(int n) { if ([|_open != null|]) { _open.Dispose(); _open = null; } }",
        "bool _busy; public void Withdraw(int n) { if ([|_busy|]) return; _busy = true; try { } finally { _busy = false; } }",
        "int _state; public void Withdraw(int n) { switch ([|_state|]) { case 1: _state = 2; break; case 2: _state = 1; break; } }",
        "int _max; public void Withdraw(int n) { if ([|n > _max|]) _max = n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { bool ok; lock (_gate) { ok = [|_balance >= n|]; } if (ok) lock (_gate) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { if ([|_balance >= n|]) lock (_gate) _balance -= n; }",
        "int _balance; readonly ReaderWriterLockSlim _gate = new(); public void Withdraw(int n) { _gate.EnterReadLock(); try { if ([|_balance >= n|]) _balance -= n; } finally { _gate.ExitReadLock(); } }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { Monitor.Enter(_gate); var b = [|_balance|]; Monitor.Exit(_gate); Monitor.Enter(_gate); _balance = b - n; Monitor.Exit(_gate); }",
        "int _busy, _n; public void Withdraw(int n) { if (Interlocked.CompareExchange(ref _busy, 0, 0) == 1) return; if ([|_n > 0|]) _n--; }",
        "int _calls, _n; public void Withdraw(int n) { if (Interlocked.Increment(ref _calls) > 9) return; if ([|_n > 0|]) _n--; }",
        "int _busy, _n; public void Withdraw(int n) { { if (Interlocked.Exchange(ref _busy, 1) == 1) return; } if ([|_n > 0|]) _n--; }",
        "int _n; readonly object _gate = new(); void In() => Monitor.Enter(_gate); public void Out() => Monitor.Exit(_gate); public void Withdraw(int n) { if ([|_n > 0|]) _n--; }",
        "int _n; readonly SemaphoreSlim _gate = new(4); public void Withdraw(int n) { _gate.Wait(); try { if ([|_n > 0|]) _n--; } finally { _gate.Release(); } }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { if ([|CanDraw(n)|]) Take(n); } bool CanDraw(int n) { lock (_gate) return _balance >= n; } void Take(int n) { lock (_gate) _balance -= n; }",
    ];

    /// <summary>Their twins that are safe, though two threads run Withdraw(10) on one object.</summary>
    public static TheoryData<string> Safe =>
    [
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) if (_balance >= n) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) { var b = _balance; if (b >= n) _balance = b - n; } }",
        "int _balance; readonly System.Threading.Lock _gate = new(); public void Withdraw(int n) { lock (_gate) { if (CanDraw(n)) Take(n); } } bool CanDraw(int n) => _balance >= n; void Take(int n) => _balance -= n;",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { if (_balance >= n) lock (_gate) if (_balance >= n) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { if (_balance >= n) Take(n); } void Take(int n) { lock (_gate) { if (_balance >= n) _balance -= n; } }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) Draw(n); } void Draw(int n) { if (_balance >= n) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) Draw(n); } void Draw(int n) { Deeper(n); } void Deeper(int n) { if (_balance >= n) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) Draw(n); } [Tandem.Holds(nameof(_gate))] public void Draw(int n) { if (_balance >= n) _balance -= n; }",
        "int _balance; [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] public void Withdraw(int n) { if (_balance >= n) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { Monitor.Enter(_gate); try { if (_balance >= n) _balance -= n; } finally { Monitor.Exit(_gate); } }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { if (!Monitor.TryEnter(_gate)) return; try { if (_balance >= n) _balance -= n; } finally { Monitor.Exit(_gate); } }",
        "int _balance; readonly Lock _gate = new(); public void Withdraw(int n) { using (_gate.EnterScope()) { if (_balance >= n) _balance -= n; } }",
        "int _balance; readonly Tandem.ThreadLock _gate = new(); public void Withdraw(int n) { using var scope = _gate.Acquire(); if (_balance >= n) _balance -= n; }",
        "int _balance; readonly SemaphoreSlim _gate = new(1, 1); public async void Withdraw(int n) { await _gate.WaitAsync(); try { if (_balance >= n) _balance -= n; } finally { _gate.Release(); } }",
        "int _balance; readonly ReaderWriterLockSlim _gate = new(); public void Withdraw(int n) { _gate.EnterWriteLock(); try { if (_balance >= n) _balance -= n; } finally { _gate.ExitWriteLock(); } }",
        "int _balance; readonly ReaderWriterLockSlim _gate = new(); public void Withdraw(int n) { _gate.EnterUpgradeableReadLock(); try { if (_balance >= n) { _gate.EnterWriteLock(); _balance -= n; _gate.ExitWriteLock(); } } finally { _gate.ExitUpgradeableReadLock(); } }",
        "int _balance; readonly object _gate = new(); void TakeLock() => Monitor.Enter(_gate); void ReleaseLock() => Monitor.Exit(_gate); public void Withdraw(int n) { TakeLock(); try { if (_balance >= n) _balance -= n; } finally { ReleaseLock(); } }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) Draw(n); } public void Draw(int n) { System.Diagnostics.Debug.Assert(Monitor.IsEntered(_gate)); if (_balance >= n) _balance -= n; }",
        "int _balance; readonly object _gate = new(); public void Withdraw(int n) { lock (_gate) DrawLocked(n); } public void DrawLocked(int n) { if (_balance >= n) _balance -= n; }",
        "int _balance; public void Withdraw(int n) { int b; do { b = _balance; if (b < n) return; } while (System.Threading.Interlocked.CompareExchange(ref _balance, b - n, b) != b); }",
        "int _balance; public void Withdraw(int n) { _balance -= n; }",
        "int _balance; public void Withdraw(int n) { if (_balance >= n) Log(); } static void Log() { }",
        "int _balance; int _other; public void Withdraw(int n) { if (_balance >= n) _other -= n; }",
        "readonly int _limit = 5; int _sum; public void Withdraw(int n) { if (n >= _limit) _sum -= n; }",
        "int _sum; public void Withdraw(int n) { var sum = n; if (sum >= 3) sum -= 3; }",
        "[System.ThreadStatic] static int t_balance; public void Withdraw(int n) { if (t_balance >= n) t_balance -= n; }",
        "readonly System.Threading.ThreadLocal<int> _balance = new(); public void Withdraw(int n) { if (_balance.Value >= n) _balance.Value -= n; }",
        "readonly System.Threading.AsyncLocal<int> _balance = new(); public void Withdraw(int n) { if (_balance.Value >= n) _balance.Value -= n; }",
        "[Tandem.ThreadConfined] int _balance; public void Withdraw(int n) { if (_balance >= n) _balance -= n; }",
        "[Tandem.ThreadConfined] class Data { public int Balance; } readonly Data _data = new(); public void Withdraw(int n) { if (_data.Balance >= n) _data.Balance -= n; }",
        "class Data { public int Balance; } public void Withdraw(int n) { var data = new Data(); if (data.Balance >= n) data.Balance -= n; }",
        "struct Data { public int Balance; } readonly Data _data; public void Withdraw(int n) { var data = _data; if (data.Balance >= n) data.Balance -= n; }",
        "int _busy, _n; public void Withdraw(int n) { if (Interlocked.CompareExchange(ref _busy, 1, 0) != 0) return; try { if (_n < 3) _n++; } finally { Volatile.Write(ref _busy, 0); } }",
        "int _busy, _n; public void Withdraw(int n) { if (Interlocked.Exchange(ref _busy, 1) == 1) return; if (_n < 3) _n++; Interlocked.Exchange(ref _busy, 0); }",
        "int _busy, _n; public void Withdraw(int n) { var was = Interlocked.Exchange(ref _busy, 1); if (was == 0) { Draw(); } } void Draw() { if (_n < 3) _n++; }",
        "int _busy, _n; public void Withdraw(int n) { while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0) { } if (_n < 3) _n++; Volatile.Write(ref _busy, 0); }",
        "int _claimed, _n; bool Claim() => Interlocked.CompareExchange(ref _claimed, 1, 0) == 0; public void Withdraw(int n) { if (Claim()) { if (_n < 3) _n++; } }",
        "int _left = 3, _n; public void Withdraw(int n) { if (Interlocked.Decrement(ref _left) == 0) { if (_n < 3) _n++; } }",
        "int _n; readonly object _gate = new(); void In() => Monitor.Enter(_gate); void Out() => Monitor.Exit(_gate); public void Withdraw(int n) { In(); try { if (_n > 0) _n--; } finally { Out(); } }",
        "int _n; readonly SemaphoreSlim _gate = new(1); public void Withdraw(int n) { _gate.Wait(); try { if (_n > 0) _n--; } finally { _gate.Release(); } }",
        "object? _lazy; public void Withdraw(int n) { if (_lazy == null) _lazy = new(); }",
        "object? _lazy; public object Get() { if (_lazy is not null) return _lazy; _lazy = new(); return _lazy; } public void Withdraw(int n) => Get();",
        "object? _lazy; public void Withdraw(int n) { _lazy ??= new(); }",
        "object? _lazy; public object? Withdraw(int n) => _lazy ?? (n > 3 ? _lazy = new() : null);",
        "object? _lazy; bool Is() => _lazy is string; public object? Withdraw(int n) { switch (n) { case 0: case 1 when Is(): return _lazy ?? (n > 3 ? _lazy = new() : null); default: return null; } }",
        "bool _started; public void Withdraw(int n) { if (_started) return; _started = true; }",
        "bool _started; public void Withdraw(int n) { if (!_started) { _started = true; Log(); } } static void Log() { }",
        "int _once; public void Withdraw(int n) { if (_once == 0) { _once = 1; Log(); } } static void Log() { }",
        "string _name = \"\"; public string Name { get => _name; set { if (_name != value) _name = value; } } public void Withdraw(int n) => Name = \"x\";",
        "string _name = \"\"; public string Name { get => _name; set { if (_name == value) return; _name = value; } } public void Withdraw(int n) => Name = \"x\";",
        "object? _open = new(); public void Withdraw(int n) { if (_open == null) { Log(); _open = null; } } static void Log() { }",
        "bool _dirty; public void Mark() => _dirty = true; public void Withdraw(int n) { if (_dirty) _dirty = false; }",
        "readonly System.Collections.Generic.List<int> _list = []; public void Withdraw(int n) { if (!_list.Contains(n)) _list.Add(n); }",
        "readonly System.Collections.Concurrent.ConcurrentDictionary<int, int> _map = new(); public void Withdraw(int n) { if (!_map.ContainsKey(n)) _map[n] = 1; }",
        "int[] _snapshot = []; public void Withdraw(int n) { var copy = new int[n]; _snapshot = copy; }",
    ];

    [Theory]
    [MemberData(nameof(Racing))]
    public Task StateInAnyForm_Triggers(string members) => VerifyAccountAsync(members);

    [Theory]
    [MemberData(nameof(Safe))]
    public Task SafeState_DoesNotTrigger(string members) => VerifyAccountAsync(members);

    private static Task VerifyAccountAsync(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System.Threading;
        public class Account { {{members}} }
        static class Program
        {
            static void Main()
            {
                var account = new Account();
                new Thread(() => account.Withdraw(10)).Start();
                new Thread(() => account.Withdraw(10)).Start();
            }
        }
        """);
}
