using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.DataRaceAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class DataRaceTests
{
    /// <summary>Loops in <c>Wait</c> that end only when another member sets what they test.</summary>
    public static TheoryData<string> Spinning =>
    [
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (![|_stop|]) { } }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (![|_stop|]) ; }",
        "bool _stop; public void Stop() => _stop = true; public int Wait() { var n = 0; while (![|_stop|]) n++; return n; }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (true) { if ([|_stop|]) break; } }",
        "bool _stop; public void Stop() => _stop = true; public int Wait() { for (var n = 0; ; n++) { if ([|_stop|]) return n; } }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { do { } while (![|_stop|]); }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (![|_stop|]) { for (var i = 0; i < 100; i++) _spins++; } } int _spins;",
        "int _state; public void Set() => _state = 2; public void Wait() { while ([|_state|] != 2) { } }",
        "object? _item; public void Set(object o) => _item = o; public object Wait() { while ([|_item|] == null) { } return _item; }",
        "object? _item; public void Set(object o) => _item = o; public object Wait() { while ([|_item|] is null) { } return _item; }",
        "static bool s_stop; public static void Stop() => s_stop = true; public static void Wait() { while (!([|s_stop|])) { } }",
        "bool Done { get; set; } public void Finish() => Done = true; public void Wait() { while (![|Done|]) { } }",
        "long _ticks; public void Tick() => _ticks++; public void Wait() { while ([|_ticks|] < 5) { } }",
        "bool _a, _b; public void Set() => _b = true; public void Wait() { while (!_a && ![|_b|]) { } }",
        "Job _job = new(); public void Set() => _job.Done = true; public void Wait() { while (![|_job.Done|]) { } } class Job { public bool Done; }",
        "public void M() { var done = false; Task.Run(() => done = true); while (![|done|]) { } }",
        "public void M() { var done = false; var thread = new Thread(() => { while (![|done|]) { } }); thread.Start(); done = true; thread.Join(); }",
        "bool _stop; public void Start() { new Thread(Run).Start(); } void Run() { while (![|_stop|]) { } } public void Dispose() { _stop = true; }",
        "readonly object _gate = new(); bool _stop; public void Stop() { lock (_gate) _stop = true; } public void Wait() { while (![|_stop|]) { } }",
        "bool _stop; public void Stop() => Volatile.Write(ref _stop, true); public void Wait() { while (![|_stop|]) { } }",
    ];

    [Theory]
    [MemberData(nameof(Spinning))]
    public Task PlainVariablePolled_Triggers(string members) => VerifyAsync(members);

    public static TheoryData<string> Polling =>
    [
        // Each round calls something, takes time or looks elsewhere.
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) Thread.Sleep(1); }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) Thread.Yield(); }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { var spin = new SpinWait(); while (!_stop) spin.SpinOnce(); }",
        "bool _stop; public void Stop() => _stop = true; public async Task Wait() { while (!_stop) await Task.Delay(1); }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) Work(); } void Work() { }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) { lock (this) { } } }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) Interlocked.MemoryBarrier(); }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) GC.KeepAlive(new object()); }",
        "bool _stop; public void Stop() => _stop = true; public IEnumerable<int> Wait() { while (!_stop) yield return 1; }",
        "bool _stop; public void Stop() => _stop = true; public void Wait(List<int> all) { while (!_stop) { var n = all.Count; } }",
        "bool _stop; public void Stop() => _stop = true; public void Wait(IEnumerable<int> all) { while (!_stop) { foreach (var x in all) { } } }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { SpinWait.SpinUntil(() => _stop); }",

        // It is read as it should be.
        "volatile bool _stop; public void Stop() => _stop = true; public void Wait() { while (!_stop) { } }",
        "bool _stop; public void Stop() => _stop = true; public void Wait() { while (!Volatile.Read(ref _stop)) { } }",
        "int _stop; public void Stop() => _stop = 1; public void Wait() { while (Interlocked.CompareExchange(ref _stop, 0, 0) == 0) { } }",
        "bool _stop; volatile int _n; public void Stop() => _stop = true; public void Wait() { while (!_stop) _n = 1; }",

        // It ends by itself.
        "bool _stop; public void Stop() => _stop = true; public int Wait(int[] all) { var sum = 0; for (var i = 0; i < all.Length && !_stop; i++) sum += all[i]; return sum; }",
        "bool _stop; public void Stop() => _stop = true; public int Wait() { var n = 0; while (!_stop && n < 100) n++; return n; }",
        "bool _stop; public void Stop() => _stop = true; public int Wait() { var n = 0; while (!_stop) { if (n++ > 100) break; } return n; }",
        "int _left; public void Set() => _left = 9; public void Wait() { while (_left > 0) _left--; }",
        "Node? _head; public void Set() => _head = new(); public int Length() { var n = 0; for (var at = _head; at != null; at = at.Next) n++; return n; } class Node { public Node? Next; }",
        "Node? _head; public void Set() => _head = new(); public void Cut() { while (_head != null) _head = _head.Next; } class Node { public Node? Next; }",

        // Nobody changes it, or it can't.
        "bool _stop; public C() { _stop = false; } public void Wait() { while (!_stop) { } }",
        "readonly bool _stop; public C(bool b) { _stop = b; } public void Wait() { while (!_stop) { } }",
        "public void Wait() { while (true) { } }",
        "public void Wait(bool stop) { while (!stop) { } }",
        "public void Wait(ref bool stop) { while (!stop) { } }",
        "[ThreadStatic] static bool s_stop; public static void Stop() => s_stop = true; public static void Wait() { while (!s_stop) { } }",

        // Whatever these do when they are read.
        "bool _stop; bool Stopped => _stop; public void Stop() => _stop = true; public void Wait() { while (!Stopped) { } }",
        "Flag _flag = new(); public void Set() => _flag = new(); public void Wait() { while (_flag == null!) { } } class Flag { public static bool operator ==(Flag x, Flag y) => true; public static bool operator !=(Flag x, Flag y) => false; public override bool Equals(object? o) => false; public override int GetHashCode() => 0; }",
        "public virtual bool Done { get; set; } public void Set() => Done = true; public void Wait() { while (!Done) { } }",
        "dynamic _x = 1; public void Set() => _x = 2; public void Wait() { while (_x == 1) { } }",
    ];

    [Theory]
    [MemberData(nameof(Polling))]
    public Task PolledWithCare_DoesNotTrigger(string members) => VerifyAsync(members);

    /// <summary>Members of a class whose <c>Start</c> runs <c>Run</c> on several threads.</summary>
    public static TheoryData<string> Torn =>
    [
        "decimal _last; void Run(int n) { [|_last = n|]; } public decimal Last => _last;",
        "decimal Last { get; set; } void Run(int n) { [|Last = n|]; }",
        "Guid _id; void Run(int n) { [|_id = Guid.NewGuid()|]; }",
        "DateTimeOffset _seen; void Run(int n) { [|_seen = DateTimeOffset.Now|]; }",
        "long? _last; void Run(int n) { [|_last = n|]; Console.WriteLine(_last); }",
        "(int, int) _pair; void Run(int n) { [|_pair = (n, n)|]; }",
        "Point _at; void Run(int n) { [|_at = new Point(n, n)|]; } record struct Point(long X, long Y);",
        "static decimal s_last; void Run(int n) { [|s_last = n|]; }",
        "readonly object _gate = new(); decimal _last; void Run(int n) { lock (_gate) _last = n; } public decimal Last => [|_last|];",
        "readonly object _gate = new(), _other = new(); decimal _last; void Run(int n) { lock (_gate) _last = n; } public void Reset() { [|_last = 0|]; }",
        "readonly object _gate = new(); Guid _id; void Run(int n) { lock (_gate) _id = Guid.NewGuid(); Console.WriteLine([|_id|]); }",
        "readonly ReaderWriterLockSlim _gate = new(); decimal _last; void Run(int n) { _gate.EnterReadLock(); try { Set(n); } finally { _gate.ExitReadLock(); } } void Set(int n) => [|_last = n|];",
        "decimal _last; void Run(int n) => Set(n); void Set(int n) { [|_last = n|]; }",
        "decimal _last; void Run(int n) => Read(out _); void Read(out int n) { n = 1; decimal.TryParse(\"1\", out [|_last|]); }".Replace("out [|_last|]", "[|out _last|]"),
    ];

    [Theory]
    [MemberData(nameof(Torn))]
    public Task ValueOfSeveralWordsShared_Triggers(string members) => VerifyAsync(members + Started);

    [Theory]
    [InlineData("public void M() { decimal last = 0; Parallel.For(0, 9, i => { [|last = i|]; }); }")]
    [InlineData("public void M() { Guid? id = null; var t = Task.Run(() => [|id = Guid.NewGuid()|]); Console.WriteLine(id); t.Wait(); }")]
    [InlineData("readonly object _gate = new(); decimal _sum; public void Set(decimal n) { lock (_gate) _sum = n; } public decimal Get() => [|_sum|];")]
    [InlineData("decimal _last; readonly Timer _timer; public C() { _timer = new Timer(_ => [|_last = 1|], null, 0, 10); } public decimal Last => _last;")]
    [InlineData("[Tandem.ThreadSafe] public class Shared { Guid _id; public void Set(Guid id) { [|_id = id|]; } }")]
    public Task ValueOfSeveralWordsSharedOtherwise_Triggers(string members) => VerifyAsync(members);

    public static TheoryData<string> Whole =>
    [
        // One word.
        "int _last; void Run(int n) { _last = n; } public int Last => _last;",
        "long _last; void Run(int n) { _last = n; } public long Last => _last;",
        "double _last; void Run(int n) { _last = n; } public double Last => _last;",
        "string? _last; void Run(int n) { _last = \"\"; } public string? Last => _last;",
        "DateTime _last; void Run(int n) { _last = DateTime.Now; } public DateTime Last => _last;",
        "TimeSpan _last; void Run(int n) { _last = default; } public TimeSpan Last => _last;",
        "DayOfWeek _last; void Run(int n) { _last = default; } public DayOfWeek Last => _last;",
        "CancellationToken _last; void Run(int n) { _last = default; } public CancellationToken Last => _last;",
        "Box _last; void Run(int n) { _last = new Box(n); } record struct Box(long Only);",
        "Tuple<int, int>? _last; void Run(int n) { _last = Tuple.Create(n, n); } public int Last => _last!.Item1;",

        // Under one lock, or owned.
        "readonly object _gate = new(); decimal _last; void Run(int n) { lock (_gate) _last = n; } public decimal Last { get { lock (_gate) return _last; } }",
        "readonly Lock _gate = new(); decimal _last; void Run(int n) { using (_gate.EnterScope()) _last = n; } public decimal Last { get { lock (_gate) return _last; } }",
        "readonly object _gate = new(); decimal _last; void Run(int n) { lock (_gate) Set(n); } void Set(int n) => _last = n;",
        "readonly SemaphoreSlim _gate = new(1); decimal _last; void Run(int n) { _gate.Wait(); try { _last = n; } finally { _gate.Release(); } }",

        // Readers under a read lock, themselves or through what they call.
        Shared + "public decimal Last { get { _gate.EnterReadLock(); try { return _last; } finally { _gate.ExitReadLock(); } } }",
        Shared + "public decimal Last { get { _gate.EnterReadLock(); try { return Get(); } finally { _gate.ExitReadLock(); } } } decimal Get() => _last;",
        Shared + "public bool Has(int[] all) { _gate.EnterReadLock(); try { return Array.Exists(all, x => x == _last); } finally { _gate.ExitReadLock(); } }",
        Shared + "T Reading<T>(Func<T> read) { _gate.EnterReadLock(); try { return read(); } finally { _gate.ExitReadLock(); } } public decimal Last => Reading(() => _last);",

        "[ThreadStatic] static decimal s_last; void Run(int n) { s_last = n; }",
        "readonly ThreadLocal<decimal> _last = new(); void Run(int n) { _last.Value = n; }",
        "[Tandem.ThreadConfined] decimal _last; void Run(int n) { _last = n; }",
        "void Run(int n) { decimal last = n; Console.WriteLine(last); }",
        "void Run(int n) { var job = new Job(); job.Last = n; Console.WriteLine(job.Last); } class Job { public decimal Last; }",
        "void Run(int n) { foreach (var job in new[] { new Job() }) job.Last = n; } class Job { public decimal Last; }",

        "Frame _frame; void Run(int n) { _frame.Set(n); } struct Frame { decimal _n; public void Set(int n) { _n = n; } }",
        "readonly object _gate = new(); decimal _last; void Run(int n) { lock (_gate) _last = n; } public void Dispose() { _last = 0; }",

        // Only read, or written before.
        "readonly decimal _last = 3; void Run(int n) { Console.WriteLine(_last + n); }",
        "decimal _last; public C() { _last = 3; } void Run(int n) { Console.WriteLine(_last + n); }",
        "decimal _limit; public void Configure(decimal limit) { _limit = limit; } void Run(int n) { Console.WriteLine(_limit + n); }",
        "public decimal Limit { get; set; } void Run(int n) { Console.WriteLine(Limit + n); }",
        "public decimal Limit { get; init; } void Run(int n) { Console.WriteLine(Limit + n); }",

        // One field of it.
        "(int A, int B) _pair; void Run(int n) { Console.WriteLine(_pair.A); } public void Set() { _pair.B = 1; }",

        "readonly object _gate = new(); int? _last; void Run(int n) { lock (_gate) _last = n; } public bool Has => _last != null && _last is not null && _last.HasValue;",

        // Used in its place.
        "readonly object _gate = new(); Buffer _buffer; void Run(int n) { lock (_gate) _buffer = new Buffer(); } public int Size => _buffer.Size(); struct Buffer { int _from, _to; public int Size() => _to - _from; public void Grow() => (_from, _to) = (0, 9); }",

        // Elements have owners.
        "readonly decimal[] _all = new decimal[9]; void Run(int n) { _all[n] = n; }",
        "readonly Dictionary<int, decimal> _all = new(); readonly object _gate = new(); void Run(int n) { lock (_gate) _all[n] = n; }",
    ];

    [Theory]
    [MemberData(nameof(Whole))]
    public Task SharedInOneStepOrOwned_DoesNotTrigger(string members) => VerifyAsync(members + Started);

    private const string Started = " public void Start() { Parallel.For(0, 9, i => Run(i)); }";

    private const string Shared = "readonly ReaderWriterLockSlim _gate = new(); decimal _last; void Run(int n) { _gate.EnterWriteLock(); try { _last = n; } finally { _gate.ExitWriteLock(); } } ";

    [Fact]
    public Task Message_NamesTheValueTheOtherAccessAndTheRemedy() => Verify.VerifyAnalyzerAsync(
        """
        class C
        {
            decimal _sum;
            public void Start() { {|#1:System.Threading.Tasks.Task.Run(Add)|}; {|#2:new System.Threading.Thread(Add)|}.Start(); }
            void Add()
            {
                {|#0:_sum = 1|};
            }
        }
        """,
        Verify.Diagnostic("TDM4006").WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("_sum", "changed", "'Add' runs on several threads (started on line 4)", "a 'decimal' is not copied in one step, so a thread can see half of a change; hold one lock around every use"));

    [Fact]
    public Task Message_NamesWhoEndsTheLoop() => Verify.VerifyAnalyzerAsync(
        "class C { bool _stop; public void Stop() => {|#1:_stop = true|}; public void Wait() { while (!{|#0:_stop|}) { } } }",
        Verify.Diagnostic("TDM4006").WithLocation(0).WithLocation(1).WithArguments("_stop", "polled", "only another thread can end this loop, as 'Stop' does", "a plain variable may be read once for all rounds, and then the loop never ends, so make it volatile"));

    [Fact]
    public Task Message_NamesTheWorkThatIsNotWaitedFor() => Verify.VerifyAnalyzerAsync(
        "class C { public int M() { var n = 0; {|#1:System.Threading.Tasks.Task.Run(() => { {|#2:n = 3|}; })|}; return {|#0:n|}; } }",
        Verify.Diagnostic("TDM4006").WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("n", "read", "the work that is started on line 1 sets it, and nothing has waited for that yet", "it may be set, half set or not set at all; wait for the work first"));

    /// <summary>Code that nothing shows to run on several threads.</summary>
    [Theory]
    [InlineData("decimal _last; public void Set(decimal n) { _last = n; } public decimal Get() => _last;")]
    [InlineData("decimal _last; public async Task SetAsync(decimal n) { await Task.Yield(); _last = n; } public async Task M() { await SetAsync(1); Console.WriteLine(_last); }")]
    [InlineData("Guid _id; public async void Refresh() { await Task.Yield(); _id = Guid.NewGuid(); } public void Click() { Refresh(); Console.WriteLine(_id); }")]
    [InlineData("readonly object _gate = new(); Guid _id; public void Set() { lock (_gate) _id = Guid.NewGuid(); } public Guid Get() { VerifyAccess(); return _id; } void VerifyAccess() { }")]
    [InlineData("decimal _last; public async Task M() { await Task.Run(() => _last = 1); Console.WriteLine(_last); }")]
    [InlineData("decimal _last; public void M() { var t = new Thread(() => _last = 1); t.Start(); t.Join(); Console.WriteLine(_last); }")]
    [InlineData("readonly object _gate = new(); decimal _a, _b; public void Set(decimal n) { lock (_gate) _a = n; _b = n; } public void Reset() { _a = 0; }  public decimal Get() => _a + _b; public decimal Get2() => _a;")]
    public Task SingleThreaded_DoesNotTrigger(string members) => VerifyAsync(members);

    public static TheoryData<string> Early =>
    [
        "public string? M() { string? result = null; Task.Run(() => { result = Fetch(); }); return [|result|]; }",
        "public string? M() { string? result = null; ThreadPool.QueueUserWorkItem(_ => result = Fetch()); return [|result|]; }",
        "public void M() { var n = 0; var t = Task.Run(() => n = 3); Console.WriteLine([|n|]); t.Wait(); }",
        "public void M() { var n = 0; var t = new Thread(() => n = 3); t.Start(); Console.WriteLine([|n|]); t.Join(); }",
        "public async Task M() { var n = 0; var t = Task.Run(() => n = 3); Console.WriteLine(\"started\"); Console.WriteLine([|n|]); await t; }",
        "public async Task M() { Exception? error = null; var t = Task.Run(() => { try { Fetch(); } catch (Exception e) { error = e; } }); if ([|error|] != null) throw error; await t; }",
        "string? _result; public async Task M() { var t = Task.Run(() => _result = Fetch()); Console.WriteLine([|_result|]); await t; }",
        "public int M() { List<int>? all = null; Task.Factory.StartNew(() => all = new()); return Count([|all|]); } static int Count(List<int>? all) => all!.Count;",
        "public async Task M() { var n = 0; var ts = new List<Task>(); ts.Add(Task.Run(() => n = 3)); Console.WriteLine([|n|]); await Task.WhenAll(ts); }",
    ];

    [Theory]
    [MemberData(nameof(Early))]
    public Task ReadBeforeTheWorkIsWaitedFor_Triggers(string members) => VerifyAsync(members + Fetched);

    public static TheoryData<string> InOrder =>
    [
        "public string? M() { string? result = null; Task.Run(() => { result = Fetch(); }).Wait(); return result; }",
        "public async Task<string?> M() { string? result = null; await Task.Run(() => { result = Fetch(); }); return result; }",
        "public async Task<int> M() { var n = 0; var t = Task.Run(() => n = 3); await t; return n; }",
        "public async Task<int> M() { var n = 0; var m = 0; await Task.WhenAll(Task.Run(() => n = 3), Task.Run(() => m = 4)); return n + m; }",
        "public int M() { var n = 0; var t = new Thread(() => n = 3); t.Start(); t.Join(); return n; }",
        "public int M() { var n = 0; var t = new Thread(() => n = 3); Console.WriteLine(n); t.Start(); t.Join(); return n; }",
        "public int M() { var n = 0; using var done = new ManualResetEventSlim(); Task.Run(() => { n = 3; done.Set(); }); done.Wait(); return n; }",
        "public async Task<int> M() { var n = 0; var done = new TaskCompletionSource(); _ = Task.Run(() => { n = 3; done.SetResult(); }); await done.Task; return n; }",
        "public int M() { var n = 0; Parallel.Invoke(() => n = 3, () => Fetch()); return n; }",
        "public int M() { var n = 0; var t = Task.Run(() => n = 3); WaitFor(t); return n; } void WaitFor(Task t) => t.Wait();",
        "public int M() { var n = 0; var t = Task.Run(() => n = 3); if (t.IsCompleted) return n; return 0; }",
        "public void M() { var n = 0; var t = Task.Run(() => { for (; n < 9; n++) Fetch(); }); while (!t.IsCompleted) { Console.WriteLine(n); Thread.Sleep(9); } }",
        "public void M() { var done = false; Task.Run(() => done = true); Console.WriteLine(done); }",
        "public void M() { var n = 0; var t = Task.Run(() => Interlocked.Increment(ref n)); Console.WriteLine(n); t.Wait(); }",
        "public void M() { var n = 0; var t = Task.Run(() => n = 3); Console.WriteLine(Volatile.Read(ref n)); t.Wait(); }",
        "public void M() { object gate = new(); var n = 0; var t = Task.Run(() => { lock (gate) n = 3; }); lock (gate) Console.WriteLine(n); t.Wait(); }",
        "public void M(bool b) { var n = 0; if (b) Task.Run(() => n = 3); Console.WriteLine(n); }",
        "public void M() { var n = 0; var t = Task.Run(() => n = 3); n = 4; t.Wait(); }",
        "public void M() { var n = 0; Func<int> f = () => n; var t = Task.Run(() => n = 3); t.Wait(); Console.WriteLine(f()); }",
        "public void M() { var n = 0; var t = Task.Run(() => { var m = 0; m = 3; Console.WriteLine(m); }); Console.WriteLine(n); t.Wait(); }",
        "public void M() { var n = 0; Action set = () => n = 3; set(); Console.WriteLine(n); }",
        "public void M() { var n = 0; var t = new Task(() => n = 3); Console.WriteLine(n); }",
        "public void M() { var n = 0; var t = Task.Run(() => n = 3); Console.ReadLine(); Console.WriteLine(n); }",
        "string? _result; public void Start() { Task.Run(() => _result = Fetch()); Console.WriteLine(_result); }",
        "public void M() { Task? t = null; t = Task.Run(() => { Fetch(); t = null; }); Console.WriteLine(t); }",
        "public void M() { var n = 0; var timer = new Timer(_ => n = 3, null, 0, 9); Console.WriteLine(n); }",
        "public void M() { var n = 0; var t = Task.Run(() => n = 3); lock (this) { } Console.WriteLine(n); }",
        "public string M() { var n = 0; var t = Task.Run(() => n = 3); return nameof(n); }",
    ];

    [Theory]
    [MemberData(nameof(InOrder))]
    public Task ReadAfterTheWorkOrForProgress_DoesNotTrigger(string members) => VerifyAsync(members + Fetched);

    private const string Fetched = " static string Fetch() => \"\";";

    private static Task VerifyAsync(string members) => Verify.VerifyAnalyzerAsync(
        $$"""
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        public class C
        {
            {{members}}
        }
        """);
}
