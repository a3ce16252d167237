using Microsoft.CodeAnalysis.CSharp;
using Tandem.Analyzers.Races;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.NonAtomicUpdateAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class NonAtomicUpdateTests
{
    [Theory]
    [MemberData(nameof(CheckThenActTests.Concurrent), MemberType = typeof(CheckThenActTests))]
    public Task StartedConcurrently_Triggers(string start) => VerifyProgramAsync(start, "[|_balance -= amount|]");

    [Theory]
    [MemberData(nameof(CheckThenActTests.Ordered), MemberType = typeof(CheckThenActTests))]
    public Task NeverOverlapping_DoesNotTrigger(string start) => VerifyProgramAsync(start, "_balance -= amount");

    private static Task VerifyProgramAsync(string start, string update) => new Verify.Test
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
                        private int _balance = 100;
                        public bool Withdraw(int amount)
                        {
                            {{update}};
                            return true;
                        }
                    }
                    """),
            },
        },
    }.RunAsync();

    /// <summary>Updates of all forms: members of a class of which two threads run Run(10) on one object.</summary>
    public static TheoryData<string> Racing =>
    [
        "int _n; public void Run(int n) { [|_n++|]; }",
        "int _n; public void Run(int n) { [|++_n|]; }",
        "int _n; public void Run(int n) { [|_n--|]; }",
        "int _n; public void Run(int n) { [|_n += n|]; }",
        "int _n; public void Run(int n) { [|_n |= n|]; }",
        "int _n; public void Run(int n) { [|_n *= 2|]; }",
        "int _n; public void Run(int n) { [|_n = _n + 1|]; }",
        "int _n; public void Run(int n) { [|_n = n + _n * 2|]; }",
        "int _n; public void Run(int n) { [|this._n = Math.Max(_n, n)|]; }",
        "int _n; public int Run(int n) => [|_n++|];",
        "int _n; public void Run(int n) { for (var i = 0; i < n; i++) [|_n++|]; }",
        "volatile int _n; public void Run(int n) { [|_n++|]; }",
        "long _n; public void Run(int n) { [|_n += n|]; }",
        "double _sum; public void Run(int n) { [|_sum += n|]; }",
        "decimal _sum; public void Run(int n) { [|_sum -= n|]; }",
        "string _text = \"\"; public void Run(int n) { [|_text += n|]; }",
        "static int s_n; public void Run(int n) { [|s_n++|]; }",
        "public int Count { get; set; } public void Run(int n) { [|Count++|]; }",
        "static int Count { get; set; } public void Run(int n) { [|Count += n|]; }",
        "readonly int[] _n = new int[3]; public void Run(int n) { [|_n[0]++|]; }",
        "readonly int[] _n = new int[30]; public void Run(int n) { [|_n[n] += 2|]; }",
        "readonly Data _data = new(); public void Run(int n) { [|_data.Count++|]; } class Data { public int Count; }",
        "readonly Data _data = new(); public void Run(int n) => Add(_data, n); static void Add(Data data, int n) { [|data.Count += n|]; } class Data { public int Count; }",
        "int _n; public void Run(int n) { if (n > 3) [|_n++|]; }",
        "Action? _done; public void Run(int n) { [|_done += () => { }|]; }",
        "int _n; readonly object _gate = new(); public void Run(int n) { lock (_gate) { } [|_n++|]; }",
        "int _n; public void Run(int n) { Add(); } void Add() { [|_n++|]; }",
        "int _n; public void Run(int n) { void Add() { [|_n++|]; } Add(); }",
        "(int A, int B) _pair; public void Run(int n) { [|_pair.A++|]; }",
        "int _n; readonly ReaderWriterLockSlim _gate = new(); public void Run(int n) { _gate.EnterReadLock(); try { [|_n++|]; } finally { _gate.ExitReadLock(); } }",
        "int _a, _b; public void Run(int n) { [|_a++|]; [|_b++|]; }",
        "int _n; public void Run(int n) { [|_n++|]; Interlocked.Increment(ref _n); }",
        "int _n; public void Run(int n) { ref var same = ref _n; [|same++|]; }",
    ];

    /// <summary>Their twins that are safe, though two threads run Run(10) on one object, or are another rule's.</summary>
    public static TheoryData<string> Safe =>
    [
        "int _n; readonly object _gate = new(); public void Run(int n) { lock (_gate) _n++; }",
        "int _n; readonly System.Threading.Lock _gate = new(); public void Run(int n) { using (_gate.EnterScope()) _n += n; }",
        "int _n; readonly object _gate = new(); public void Run(int n) { Monitor.Enter(_gate); try { _n++; } finally { Monitor.Exit(_gate); } }",
        "int _n; readonly SemaphoreSlim _gate = new(1); public void Run(int n) { _gate.Wait(); try { _n++; } finally { _gate.Release(); } }",
        "int _n; readonly ReaderWriterLockSlim _gate = new(); public void Run(int n) { _gate.EnterWriteLock(); try { _n++; } finally { _gate.ExitWriteLock(); } }",
        "int _n; readonly object _gate = new(); public void Run(int n) { lock (_gate) Add(); } void Add() => _n++;",
        "interface ILocks { IDisposable Acquire(int key); } readonly ILocks _locks = null!; int _n; public void Run(int n) { using (_locks.Acquire(n)) _n++; }",
        "interface IMutex { Task<IAsyncDisposable> LockAsync(); } readonly IMutex _mutex = null!; int _n; public async void Run(int n) { await using var hold = await _mutex.LockAsync(); _n++; }",
        "int _n; readonly object _gate = new(); [Tandem.Holds(nameof(_gate))] void Add() => _n++; public void Run(int n) { lock (_gate) Add(); }",
        "int _n; [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] public void Run(int n) { _n++; }",
        "int _n; public void Run(int n) { Interlocked.Increment(ref _n); }",
        "int _n; public void Run(int n) { int old; do old = _n; while (Interlocked.CompareExchange(ref _n, old * 2, old) != old); }",
        "int _n; public void Run(int n) { _n = n; }",
        "int _n, _m; public void Run(int n) { _n = _m + 1; }",
        "public void Run(int n) { var i = 0; i++; n++; }",
        "public void Run(int n) { var data = new Data(); data.Count++; } class Data { public int Count; }",
        "public void Run(int n) { var counts = new int[3]; counts[0]++; }",
        "[ThreadStatic] static int t_n; public void Run(int n) { t_n++; }",
        "int _n; public void Run(int n) { ref var own = ref _n; var counts = new int[1]; own = ref counts[0]; own++; }",
        "readonly int[] _n = new int[30]; public void Run(int n) { Parallel.For(0, 30, i => { ref var own = ref _n[i]; own++; }); }",
        "[Tandem.ThreadConfined] int _n; public void Run(int n) { _n++; }",
        "readonly ThreadLocal<int> _n = new(); public void Run(int n) { _n.Value++; }",
        "int _n; readonly Work _work = new(); public void Run(int n) { _work.Once(); } class Work { int _n; public Work() { _n++; } public void Once() { } }",
        "int _n; public void Run(int n) { if (_n < n) _n++; }",
        "public void Run(int n) { var sum = 0; foreach (var x in new[] { 1, 2 }) sum += x; }",
        "public void Run(int n) { var pair = (A: 1, B: 2); pair.A++; }",
        "int _busy, _n; public void Run(int n) { if (Interlocked.Exchange(ref _busy, 1) == 1) return; _n++; Volatile.Write(ref _busy, 0); }",
        "int _n; public void Run(int n) { } public void Other() { _n++; }",
        "event Action? Done; public void Run(int n) { Done += () => { }; Done?.Invoke(); }",
        "static readonly object s_gate = new(); static int s_n; public void Run(int n) { lock (s_gate) { s_n++; } }",
    ];

    [Theory]
    [MemberData(nameof(Racing))]
    public Task SharedUpdate_Triggers(string members) => VerifyMembersAsync(members);

    [Theory]
    [MemberData(nameof(Safe))]
    public Task SafeUpdate_DoesNotTrigger(string members) => VerifyMembersAsync(members);

    private static Task VerifyMembersAsync(string members) => Verify.VerifyAnalyzerAsync(
        $$"""
        #nullable enable
        #pragma warning disable CS0649, CS0169, CS0414, CS0420, CS0067
        using System; using System.Threading; using System.Threading.Tasks;
        public class Counter { {{members}} }
        static class Program
        {
            static void Main()
            {
                var counter = new Counter();
                new Thread(() => counter.Run(10)).Start();
                new Thread(() => counter.Run(10)).Start();
            }
        }
        """);

    /// <summary>Whole programs that show where the threads meet, or that they don't.</summary>
    public static TheoryData<string> Programs =>
    [
        // A captured local, in a parallel loop.
        "var sum = 0; Parallel.For(0, 100, i => { [|sum += i|]; }); Console.WriteLine(sum);",
        "var sum = 0; Parallel.ForEach(new[] { 1, 2 }, i => [|sum++|]);",
        "var sum = 0; var tasks = new Task[2]; for (var i = 0; i < 2; i++) tasks[i] = Task.Run(() => { [|sum++|]; }); Task.WaitAll(tasks);",
        "var sum = 0; var a = Task.Run(() => [|sum++|]); [|sum++|]; a.Wait();",
        "var sums = new int[2]; var next = 0; Parallel.For(0, 2, i => sums[[|next++|]] = i);",
        "var n = 0; using var timer = new Timer(_ => [|n++|], null, 0, 10); Console.ReadLine();",
        "var n = 0; var t = new Thread(() => { for (var i = 0; i < 9; i++) [|n++|]; }); t.Start(); for (var i = 0; i < 9; i++) [|n--|]; t.Join();",
        "var sums = (Hits: 0, Misses: 0); Parallel.For(0, 9, i => { [|sums.Hits++|]; }); Console.WriteLine(sums);",
        "var total = 0.0; new[] { 1.0, 2.0 }.AsParallel().ForAll(x => { [|total += x|]; });",
        // Each has its own, or they come in order.
        "var sum = 0; for (var i = 0; i < 9; i++) sum += i; Console.WriteLine(sum);",
        "Parallel.For(0, 100, i => { var own = 0; own += i; });",
        "Parallel.For(0, 100, () => 0, (i, _, own) => own + i, own => { }); ",
        "var sums = new int[9]; Parallel.For(0, 9, i => sums[i]++);",
        "var sum = 0; var t = new Thread(() => sum++); t.Start(); t.Join(); sum++;",
        "var sum = 0; await Task.Run(() => sum++); sum++;",
        "var sum = 0; foreach (var x in new[] { 1, 2 }) await Task.Run(() => sum += x);",
        "var sum = 0; new[] { 1, 2 }.ToList().ForEach(x => sum += x);",
        "var gate = new object(); var sum = 0; Parallel.For(0, 9, i => { lock (gate) sum += i; });",
        "var sum = 0; Parallel.For(0, 9, i => Interlocked.Add(ref sum, i)); sum++;",
        "var sum = 0; var t = new Thread(() => sum++); t.Start(); t.Join(); Console.WriteLine(sum);",
    ];

    [Theory]
    [MemberData(nameof(Programs))]
    public Task Program_TriggersWhereThreadsMeet(string body) => Verify.VerifyAnalyzerAsync(
        $$"""
        using System; using System.Linq; using System.Threading; using System.Threading.Tasks;
        static class Program
        {
            static async Task Main()
            {
                {{body}}
                await Task.CompletedTask;
            }
        }
        """);

    [Theory]
    [InlineData("class Counter(int n) { public void Run() => [|n++|]; public static void Start() { var one = new Counter(1); Parallel.For(0, 9, _ => one.Run()); } }")]
    [InlineData("class Counter(int n) { public void Run() => n++; public static void Start() { Parallel.For(0, 9, _ => { var own = new Counter(1); own.Run(); }); } }")]
    [InlineData("class Counter(int n, object gate) { public void Run() { lock (gate) n++; } public static void Start() { var one = new Counter(1, new object()); Parallel.For(0, 9, _ => one.Run()); } }")]
    [InlineData("class Counter { public int Next { get => [|++field|]; } public static void Start() { var one = new Counter(); Parallel.For(0, 9, _ => Console.WriteLine(one.Next)); } }")]
    [InlineData("class Counter { public int Next { get => Interlocked.Increment(ref field); } public static void Start() { var one = new Counter(); Parallel.For(0, 9, _ => Console.WriteLine(one.Next)); } }")]
    public Task StateWithoutFieldDeclaration_TriggersWhereShared(string type) => new Verify.Test
    {
        TestCode = "using System; using System.Threading; using System.Threading.Tasks; " + type,
        LanguageVersion = LanguageVersion.Preview,
    }.RunAsync();

    [Theory]
    [InlineData("SendAsync().Forget(); SendAsync().Forget();", true)]
    [InlineData("SendAsync().RunSync(); SendAsync().RunSync();", false)]
    [InlineData("SendAsync().Wait(); SendAsync().GetAwaiter().GetResult();", false)]
    public Task TaskLeftToAnExtension_TriggersUnlessThatWaits(string calls, bool isReported) => Verify.VerifyAnalyzerAsync(
        $$"""
        using System.Threading.Tasks;
        static class TaskExtensions
        {
            public static void Forget(this Task task) { }
            public static void RunSync(this Task task) => task.GetAwaiter().GetResult();
        }
        class Sender
        {
            int _sent;
            async Task SendAsync() { await Task.Yield(); {{(isReported ? "[|_sent++|]" : "_sent++")}}; }
            public void Start() { {{calls}} }
        }
        """);

    [Fact]
    public Task DelegateKeptByEachObject_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        """
        using System; using System.Threading.Tasks;
        class Counter
        {
            readonly Action _work;
            int _n;
            public Counter() => _work = Hit;
            void Hit() => _n++;
            public void StartAll(Counter[] all) { foreach (var one in all) Task.Run(one._work); }
        }
        """);

    [Theory]
    [InlineData("readonly Action _work; public Counter() { _work = Hit; }")]
    [InlineData("Action _work { get; set; } public Counter() { _work = Hit; }")]
    [InlineData("Action _work { get; } public Counter() => _work = () => Hit();")]
    public Task DelegateKeptByTheObject_Triggers(string kept) => Verify.VerifyAnalyzerAsync(
        $$"""
        using System; using System.Threading.Tasks;
        class Counter
        {
            int _n;
            {{kept}}
            void Hit() => [|_n++|];
            public void Start() { for (var i = 0; i < 9; i++) Task.Run(_work); }
        }
        """);

    [Fact]
    public Task Message_TellsWhereTheThreadsComeFrom() => Verify.VerifyAnalyzerAsync(
        """
        using System.Threading.Tasks;
        class Hits
        {
            int _count;
            void Hit() { {|#0:_count++|}; }
            void Start()
            {
                {|#1:Parallel.For(0, 9, _ => Hit())|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("_count", "'Hit' runs on several threads (started on line 8)"));

    [Fact]
    public Task GuardElsewhere_IsEvidence() => Verify.VerifyAnalyzerAsync(
        """
        class Hits
        {
            readonly object _gate = new();
            int _count;
            public void Hit() { lock (_gate) {|#1:_count++|}; }
            public void Miss() { {|#0:_count--|}; }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("_count", "'Hit' changes it under '_gate' (on line 5)"));

    [Fact]
    public Task Annotation_IsEvidence() => Verify.VerifyAnalyzerAsync(
        """
        [Tandem.ThreadSafe]
        class Hits
        {
            int _count;
            public void Hit() { {|#0:_count++|}; }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithArguments("_count", "'Hits' is marked [ThreadSafe]"));
}
