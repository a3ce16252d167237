using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer, Tandem.CodeFixes.Races.CheckThenActCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

/// <summary>Where a lock around check and act would deadlock, make everybody wait, or keep nobody out.</summary>
public class CheckThenActFixHazardTests
{
    private const string Program = """

        static class Program
        {
            static void Main()
            {
                var account = new Account();
                new Thread(() => account.Withdraw(10)).Start();
                new Thread(() => account.Withdraw(10)).Start();
            }
        }
        """;

    [Fact]
    public Task AnAwaitInBetween_IsNotLocked() => VerifyNotOfferedAsync("int _balance; public async void Withdraw(int n) { if ([|_balance >= n|]) { await System.Threading.Tasks.Task.Yield(); _balance -= n; } }");

    [Fact]
    public Task AWaitForAnotherThread_IsNotLocked() => VerifyNotOfferedAsync("int _balance; public void Withdraw(int n) { while ([|_balance < n|]) { } _balance -= n; }");

    [Theory]
    // Half of what the other does.
    [InlineData("int _balance; public void Give(int n) { if (_balance < n) _balance = n; } public void Withdraw(int n) { if ([|_balance >= n|]) _balance -= n; }")]
    [InlineData("int _balance; public void Give(int n) { var had = _balance; _balance = had + n; } public void Withdraw(int n) { if ([|_balance >= n|]) _balance -= n; }")]
    public Task ANewLockThatOthersWouldPassBy_IsNotOffered(string members) => VerifyNotOfferedAsync(members);

    [Fact]
    public Task AChangeElsewhereThatNobodyReports_GetsTheNewLockToo() => VerifyAsync(
        """
        public class Account
        {
            private int _balance;

            public void Give(int n)
            {
                _balance += n;
            }

            public void Withdraw(int n)
            {
                if ([|_balance >= n|]) _balance -= n;
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _balanceLock = new();
            private int _balance;

            public void Give(int n)
            {
                lock (_balanceLock)
                {
                    _balance += n;
                }
            }

            public void Withdraw(int n)
            {
                lock (_balanceLock)
                {
                    if (_balance >= n) _balance -= n;
                }
            }
        }
        """);

    [Fact]
    public Task AChangeOnAnotherPathOfTheMember_GetsTheNewLockToo() => VerifyAsync(
        """
        public class Account
        {
            private string? _left;

            public void Withdraw(int n)
            {
                if (n > 9)
                {
                    _left = n.ToString();
                }
                else if ([|_left != null|])
                {
                    Console.WriteLine(_left.Length);
                    _left = null;
                }
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _leftLock = new();
            private string? _left;

            public void Withdraw(int n)
            {
                lock (_leftLock)
                {
                    if (n > 9)
                    {
                        _left = n.ToString();
                    }
                    else if (_left != null)
                    {
                        Console.WriteLine(_left.Length);
                        _left = null;
                    }
                }
            }
        }
        """);

    /// <summary>Code over which a lock must not be held.</summary>
    public static TheoryData<string> Hazards =>
    [
        // Another lock, whose order it would turn around.
        "int _n; readonly object _x = new(), _y = new(); public void Withdraw(int n) { bool ok; lock (_y) { ok = [|_n > 0|]; } lock (_x) { if (ok) lock (_y) { _n--; } } }",
        "int _n; readonly object _x = new(); public void Withdraw(int n) { if ([|_n > 0|]) { Take(); } } void Take() { Log(); _n--; } void Log() { lock (_x) { } }",
        "int _n; readonly SemaphoreSlim _s = new(0); public void Withdraw(int n) { if ([|_n > 0|]) { _s.Wait(); _n--; } }",
        "int _n; readonly ReaderWriterLockSlim _s = new(); public void Withdraw(int n) { if ([|_n > 0|]) { _s.EnterReadLock(); _s.ExitReadLock(); _n--; } }",
        "int _n; readonly object _x = new(); public void Withdraw(int n) { bool ok; Monitor.Enter(_x); try { ok = [|_n > 0|]; } finally { Monitor.Exit(_x); } Monitor.Enter(_x); try { if (ok) _n--; } finally { Monitor.Exit(_x); } }",
        // A wait for work that may need the lock.
        "int _n; readonly object _g = new(); public void Work() { lock (_g) _n++; } public void Withdraw(int n) { if ([|_n > 0|]) { var t = new Thread(Work); t.Start(); t.Join(); _n = _n - 1; } }",
        "int _n; readonly object _g = new(); public int Work() { lock (_g) return ++_n; } public void Withdraw(int n) { if ([|_n > 0|]) { _n -= System.Threading.Tasks.Task.Run(Work).Result; } }",
        "int _n; public void Withdraw(int n) { if ([|_n > 0|]) { System.Threading.Tasks.Parallel.For(0, 3, i => { }); _n--; } }",
        "int _n; readonly ManualResetEventSlim _e = new(); public void Withdraw(int n) { if ([|_n > 0|]) { _e.Wait(); _n--; } }",
        "int _n; readonly AutoResetEvent _e = new(false); public void Withdraw(int n) { if ([|_n > 0|]) { Await(); _n--; } } void Await() => _e.WaitOne();",
        "int _n; public void Withdraw(int n) => _n = [|_n > 0|] ? System.Threading.Tasks.Task.FromResult(_n - 1).Result : _n;",
        "int _n; public void Withdraw(int n) { if ([|_n > 0|]) { _n -= new System.Threading.Tasks.ValueTask<int>(1).Result; } }",
        "int _n; readonly System.Collections.Concurrent.BlockingCollection<int> _q = new(1); public void Withdraw(int n) { if ([|_n > 0|]) { _q.Add(_n); _n--; } }",
        "int _n; readonly System.Collections.Concurrent.BlockingCollection<int> _q = new(1); public void Withdraw(int n) { if ([|_n > 0|]) { _q.TryTake(out _, -1); _n--; } }",
        "int _n; readonly System.Collections.Concurrent.BlockingCollection<int> _q = new(1); public void Withdraw(int n) { if ([|_n > 0|]) { foreach (var i in _q.GetConsumingEnumerable()) { } _n--; } }",
        "int _n; volatile bool _go; public void Withdraw(int n) { if ([|_n > 0|]) { SpinWait.SpinUntil(() => _go); _n--; } }",
        "int _n; volatile bool _go; public void Withdraw(int n) { if ([|_n > 0|]) { while (!_go) Thread.Yield(); _n--; } }",
        "int _n; volatile bool _go; public void Withdraw(int n) { if ([|_n > 0|]) { while (!_go) ; _n--; } }",
        "int _n; readonly Tandem.ThreadExecutor _e = new(4); public void Withdraw(int n) { if ([|_n > 0|]) { _e.Dispose(); _n--; } }",
        "int _n; public void Withdraw(int n) { if ([|_n > 0|]) { System.Console.ReadLine(); _n--; } }",
        // The same where the code writes no call: accessors, constructors, operators, disposals, enumerators.
        "int _n, _t; readonly object _x = new(); int Total { get { lock (_x) return _t; } set { lock (_x) _t = value; } } public void Withdraw(int n) { if ([|_n > 0|]) { Total = 5; _n--; } }",
        "int _n; readonly AutoResetEvent _e = new(false); bool IsReady => _e.WaitOne(); public void Withdraw(int n) { if ([|_n > 0|]) { _ = IsReady; _n--; } }",
        "int _n; string _s = \"\"; public event System.Action? Changed; string Status { get => _s; set { _s = value; Changed?.Invoke(); } } public void Withdraw(int n) { if ([|_n > 0|]) { Status = \"\"; _n--; } }",
        "int _n; class W { static readonly AutoResetEvent s_e = new(false); public W() => s_e.WaitOne(); } public void Withdraw(int n) { if ([|_n > 0|]) { _ = new W(); _n--; } }",
        "int _n; struct W { static readonly AutoResetEvent s_e = new(false); public static W operator +(W x, W y) { s_e.WaitOne(); return x; } } public void Withdraw(int n) { if ([|_n > 0|]) { var w = default(W) + default(W); _n--; } }",
        "int _n; struct W { static readonly AutoResetEvent s_e = new(false); public static explicit operator int(W x) { s_e.WaitOne(); return 1; } } public void Withdraw(int n) { if ([|_n > 0|]) { _n -= (int)default(W); } }",
        "int _n; class W : System.IDisposable { static readonly AutoResetEvent s_e = new(false); public void Dispose() => s_e.WaitOne(); } public void Withdraw(int n) { if ([|_n > 0|]) { using (new W()) _n--; } }",
        "int _n; class W { static readonly AutoResetEvent s_e = new(false); public W GetEnumerator() => this; public int Current => 1; public bool MoveNext() => s_e.WaitOne(); } public void Withdraw(int n) { if ([|_n > 0|]) { foreach (var i in new W()) { } _n--; } }",
        // The same lock of another object: two of them may do this to each other.
        "int _n; readonly object _g = new(); public void Put() { lock (_g) _n++; } public void Withdraw(int n) => Move(this); public void Move(Account to) { if ([|_n > 0|]) { _n = 0; to.Put(); } }",
        // Code of unknown others.
        "int _n; readonly SynchronizationContext _c = new(); public void Withdraw(int n) { if ([|_n > 0|]) { _c.Send(_ => { }, null); _n--; } }",
        "int _n; readonly CancellationTokenSource _c = new(); public void Withdraw(int n) { if ([|_n > 0|]) { _c.Cancel(); _n--; } }",
        "int _n; readonly System.Threading.Tasks.TaskCompletionSource _c = new(); public void Withdraw(int n) { if ([|_n > 0|]) { _c.TrySetResult(); _n--; } }",
        "int _n; public System.IProgress<int>? Bar; public void Withdraw(int n) { if ([|_n > 0|]) { Bar!.Report(_n); _n--; } }",
        "int _n; public System.IObserver<int>? Watch; public void Withdraw(int n) { if ([|_n > 0|]) { Watch!.OnNext(1); _n--; } }",
        "int _n; readonly AutoResetEvent _e = new(false); public void Withdraw(int n) { if ([|_n > 0|]) { new[] { 1 }.ToList().ForEach(i => _e.WaitOne()); _n--; } }",
        "int _n; public event System.Action? Changed; public void Withdraw(int n) { if ([|_n > 0|]) { _n--; Changed?.Invoke(); } }",
        "int _n; readonly System.Func<int> _next = () => 1; public void Withdraw(int n) { if ([|_n > 0|]) { _n -= _next(); } }",
    ];

    [Theory]
    [MemberData(nameof(Hazards))]
    public Task WhereALockCouldDeadlock_NoneIsOffered(string members) => VerifyNotOfferedAsync(members);

    /// <summary>Code that a lock would not make right: others pass it by, or take another.</summary>
    public static TheoryData<string> Others =>
    [
        "int _n; public void Put() => Interlocked.Increment(ref _n); public void Withdraw(int n) { if ([|_n > 0|]) { _n--; } }",
        "int _n; public void Put() { lock (this) { _n++; } } public void Withdraw(int n) { if ([|_n > 0|]) { _n--; } }",
        "static int s_n; public void Put() { lock (typeof(Account)) { s_n++; } } public void Withdraw(int n) { if ([|s_n > 0|]) { s_n--; } }",
        "int _n; public static object Gate() => typeof(int); public void Put() { lock (Gate()) { _n++; } } public void Withdraw(int n) { if ([|_n > 0|]) { _n--; } }",
        "int _n; public void Withdraw(int n) => Move(this, n); public void Move(Account to, int n) { if ([|_n >= n|]) { _n = _n - n; to._n = n; } }",
        "int _n; public void Withdraw(int n) => Move(this, n); void Put(int n) => _n = n; public void Move(Account to, int n) { if ([|_n >= n|]) { _n = 0; to.Put(n); } }",
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public Task WhereALockWouldHideTheRace_NoneIsOffered(string members) => VerifyNotOfferedAsync(members);

    /// <summary>Harmless twins of the hazards.</summary>
    public static TheoryData<string> Harmless =>
    [
        "Thread.Sleep(1);",
        "foreach (var i in new[] { 1, 2 }) System.Console.WriteLine(i);",
        "Total = 5;",
        "_ = new System.Text.StringBuilder();",
        "new[] { 1 }.ToList().ForEach(i => Total = i);",
        "_done.Task.IsCompleted.ToString();",
        "Volatile.Write(ref _t, 1);",
    ];

    [Theory]
    [MemberData(nameof(Harmless))]
    public Task WhereNobodyIsWaitedFor_TheLockIsOffered(string statement) => VerifyAsync(
        $$"""
        public class Account
        {
            private readonly System.Threading.Tasks.TaskCompletionSource _done = new();
            private int _left, _t;

            private int Total { get => _t; set => _t = value; }

            public void Withdraw(int amount)
            {
                if ([|_left > 0|])
                {
                    {{statement}}
                    _left--;
                }
            }
        }
        """,
        $$"""
        public class Account
        {
            private readonly Lock _leftLock = new();
            private readonly System.Threading.Tasks.TaskCompletionSource _done = new();
            private int _left, _t;

            private int Total { get => _t; set => _t = value; }

            public void Withdraw(int amount)
            {
                lock (_leftLock)
                {
                    if (_left > 0)
                    {
                        {{statement}}
                        _left--;
                    }
                }
            }
        }
        """);

    [Theory]
    [InlineData("try { Work(); } finally { [one] }")]
    [InlineData("while (Console.ReadLine() is not null) { }\n        [one]")]
    [InlineData("Console.ReadLine();\n        [one]")]
    public Task WhatIsTakenBackAfterTheWork_GetsAHoldOfItsOwn(string work) => VerifyAsync(
        $$"""
        public class Account
        {
            private int _active;

            public void Withdraw(int amount)
            {
                if ([|_active >= 3|]) return;
                _active++;
                {{work.Replace("[one]", "_active--;")}}
            }

            private static void Work() => Console.ReadLine();
        }
        """,
        $$"""
        public class Account
        {
            private readonly Lock _activeLock = new();
            private int _active;

            public void Withdraw(int amount)
            {
                lock (_activeLock)
                {
                    if (_active >= 3) return;
                    _active++;
                }
                {{work.Replace("[one]", "lock (_activeLock)\n        {\n            _active--;\n        }")}}
            }

            private static void Work() => Console.ReadLine();
        }
        """);

    [Theory]
    [InlineData("if (![|_busy|]) { _busy = true; try { Console.WriteLine(); } finally { _busy = false; } }")]
    [InlineData("if (![|_busy|]) { _busy = true; while (true) { Thread.Sleep(1); if (n > 0) break; } _busy = false; }")]
    public Task WhatIsTakenBackInTheSameStatement_IsNotLocked(string body) => VerifyNotOfferedAsync($"bool _busy; public void Withdraw(int n) {{ {body} }}");

    [Fact]
    public Task WhatALambdaDoesLater_IsNoHazard() => VerifyAsync(
        """
        public class Account
        {
            private System.Func<int>? _later;
            private int _left;

            public void Withdraw(int amount)
            {
                if ([|_left > 0|])
                {
                    _left--;
                    _later = () => System.Threading.Tasks.Task.FromResult(1).Result;
                }
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _leftLock = new();
            private System.Func<int>? _later;
            private int _left;

            public void Withdraw(int amount)
            {
                lock (_leftLock)
                {
                    if (_left > 0)
                    {
                        _left--;
                        _later = () => System.Threading.Tasks.Task.FromResult(1).Result;
                    }
                }
            }
        }
        """);

    private static Task VerifyNotOfferedAsync(string members) => VerifyAsync($$"""public class Account { {{members}} }""", $$"""public class Account { {{members}} }""");

    private static Task VerifyAsync(string source, string fixedSource) => Verify.VerifyCodeFixAsync("using System; using System.Linq; using System.Threading;\n" + source + Program, "using System; using System.Linq; using System.Threading;\n" + fixedSource + Program);
}
