using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.StaticStateInWorkAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

public class StaticStateInWorkTests
{
    [Fact]
    public Task ReadOfAFieldThatTheParentSets_Triggers() => Class("""
        static int s_rate = 1;
        static async Task Main2(ProcessExecutor pool, string[] args)
        {
            s_rate = args.Length;
            await pool.Submit(static x => x * [|s_rate|], 3);
        }
        """);

    [Fact]
    public Task ReadOfAFieldThatNobodyChanges_DoesNotTrigger() => Class("""
        static int s_rate = 1;
        const int Factor = 2;
        static readonly int[] s_primes = [2, 3, 5];
        static readonly Dictionary<string, int> s_table;
        static string s_name;
        static Program() { s_table = new() { ["a"] = 1 }; s_table["b"] = 2; s_name = "x"; }
        static Task Run(ProcessExecutor pool) => pool.Submit(static x => x * s_rate * Factor + s_primes[1] + s_table["a"] + s_name.Length, 3);
        """);

    [Fact]
    public Task ReadThroughACall_Triggers() => Class("""
        static int s_rate = 1;
        static int Scale(int x) => x * [|s_rate|];
        static int Twice(int x) => Scale(x) * 2;
        static async Task Run(ProcessExecutor pool, int rate) { s_rate = rate; await pool.Submit(Twice, 3); }
        """);

    [Fact]
    public Task ReadByWorkOfThreads_DoesNotTrigger() => Class("""
        static int s_rate = 1;
        static int Scale(int x) => x * s_rate;
        static async Task Run(ThreadExecutor pool, int rate) { s_rate = rate; await pool.Submit(Scale, 3); await Task.Run(() => Scale(3)); }
        """);

    [Fact]
    public Task ReadByWorkOfAnUnknownExecutor_DoesNotTrigger() => Class("""
        static int s_rate = 1;
        static async Task Run(Executor pool, int rate) { s_rate = rate; await pool.Submit(static x => x * s_rate, 3); }
        """);

    [Fact]
    public Task ArgumentOfTheHandOver_DoesNotTrigger() => Class("""
        static int s_rate = 1;
        static async Task Run(ProcessExecutor pool, int rate) { s_rate = rate; await pool.Submit(static (x, rate) => x * rate, 3, s_rate); }
        """);

    [Fact]
    public Task WriteThatTheParentReads_Triggers() => Class("""
        static int s_done;
        static async Task Run(ProcessExecutor pool)
        {
            await pool.Submit(static () => { [|s_done|]++; });
            Console.WriteLine(s_done);
        }
        """);

    [Fact]
    public Task WriteThatNobodyElseReads_DoesNotTrigger() => Class("""
        static int s_done;
        static async Task Run(ProcessExecutor pool) => Console.WriteLine(await pool.Submit(static () => { s_done++; return s_done; }));
        """);

    [Fact]
    public Task WriteThroughInterlocked_Triggers() => Class("""
        static long s_bytes;
        static void Work(int n) => Interlocked.Add(ref [|s_bytes|], n);
        static void Run(int n) { using var w = WorkerProcess.Start(Work, n); w.Join(); Console.WriteLine(Interlocked.Read(ref s_bytes)); }
        """);

    [Fact]
    public Task AdditionToAListThatTheParentReads_Triggers() => Class("""
        static readonly List<int> s_found = new();
        static void Work(int n) { for (var i = 0; i < n; i++) if (n % 3 == 0) [|s_found|].Add(i); }
        static async Task Run(ProcessExecutor pool) { await pool.Submit(Work, 3); foreach (var x in s_found) Console.WriteLine(x); }
        """);

    [Fact]
    public Task ReadOfATableThatTheParentFills_Triggers() => Class("""
        static readonly Dictionary<string, int> s_table = new();
        static int Weigh(string word) => [|s_table|].TryGetValue(word, out var weight) ? weight : 0;
        static async Task Run(ProcessExecutor pool, IEnumerable<string> words)
        {
            foreach (var word in words) s_table[word] = word.Length;
            await foreach (var x in pool.Map(Weigh, words)) Console.WriteLine(x);
        }
        """);

    [Fact]
    public Task PropertyThatTheParentSets_Triggers() => Class("""
        public static bool Verbose { get; set; }
        static void Work() { if ([|Verbose|]) Console.WriteLine("hello"); }
        static void Run(string[] args) { Verbose = args.Contains("-v"); using var w = WorkerProcess.Start(Work); w.Join(); }
        """);

    [Fact]
    public Task PropertyThatNobodySets_DoesNotTrigger() => Class("""
        public static bool Verbose { get; set; } = true;
        static void Work() { if (Verbose) Console.WriteLine("hello"); }
        static void Run() { using var w = WorkerProcess.Start(Work); w.Join(); }
        """);

    [Fact]
    public Task GetterOfAFieldThatTheParentSets_TriggersInTheGetter() => Class("""
        private static int s_rate;
        static int Rate => [|s_rate|];
        static async Task Run(ProcessExecutor pool, int rate) { s_rate = rate; await pool.Submit(static x => x * Rate, 3); }
        """);

    [Fact]
    public Task SignalThatTheParentSets_Triggers() => Class("""
        static readonly CancellationTokenSource s_stop = new();
        static void Work() { while (![|s_stop|].IsCancellationRequested) Thread.Yield(); }
        static void Run() { using var w = WorkerProcess.Start(Work); s_stop.Cancel(); w.Join(); }
        """);

    [Fact]
    public Task EventThatTheParentSubscribesTo_Triggers() => Class("""
        static event Action<int>? Progress;
        static void Work(int n) => [|Progress|]?.Invoke(n);
        static void Run() { Progress += Console.WriteLine; using var w = WorkerProcess.Start(Work, 3); w.Join(); }
        """);

    [Fact]
    public Task SingletonThatTheWorkChanges_Triggers() => Verify.VerifyAnalyzerAsync("""
        using System;
        using System.Threading.Tasks;
        using Tandem;

        class Stats
        {
            private int _hits;
            public static Stats Instance { get; } = new();
            public void Hit() => _hits++;
            public void Print() => Console.WriteLine(_hits);
        }

        class Program
        {
            static void Work() => [|Stats.Instance|].Hit();
            static async Task Run(ProcessExecutor pool) { await pool.Submit(Work); Stats.Instance.Print(); }
        }
        """);

    [Fact]
    public Task StateThatTheInitializerSets_DoesNotTrigger() => Class("""
        static int s_rate;
        static void Prepare() => s_rate = int.Parse(Environment.GetEnvironmentVariable("RATE")!);
        static int Scale(int x) => x * s_rate;
        static async Task Run()
        {
            Prepare();
            using var pool = new ProcessExecutor(new ProcessExecutorOptions { Initializer = Prepare });
            s_rate++;
            await pool.Submit(Scale, 3);
        }
        """);

    [Fact]
    public Task InitializerThatReadsWhatTheParentSets_Triggers() => Class("""
        static string s_path = "";
        static string[] s_words = [];
        static void Prepare() => s_words = System.IO.File.ReadAllLines([|s_path|]);
        static void Run(string[] args)
        {
            s_path = args[0];
            using var pool = new ProcessExecutor(new ProcessExecutorOptions { Initializer = Prepare });
        }
        """);

    [Fact]
    public Task CacheThatOnlyTheWorkTouches_DoesNotTrigger() => Class("""
        static Dictionary<int, long>? s_memo;
        static readonly Dictionary<int, long> s_more = new();
        static Regex? s_regex;
        static long Fib(int n)
        {
            s_memo ??= new();
            if (s_memo.TryGetValue(n, out var known)) return known;
            return s_memo[n] = n < 2 ? n : Fib(n - 1) + Fib(n - 2);
        }
        static bool IsMatch(string s) { if (s_regex == null) s_regex = new Regex("a+b"); return s_regex.IsMatch(s); }
        static long More(int n) { if (!s_more.TryGetValue(n, out var known)) s_more.Add(n, known = n * 2L); return known; }
        static async Task Run(ProcessExecutor pool) => Console.WriteLine(await pool.Submit(Fib, 30) + await pool.Submit(More, 1) + (await pool.Submit(IsMatch, "ab") ? 1 : 0));
        """);

    [Fact]
    public Task CacheThatBothSidesUseThroughTheSameMethod_DoesNotTrigger() => Class("""
        static readonly Dictionary<int, long> s_memo = new();
        static long Square(int n) => s_memo.TryGetValue(n, out var known) ? known : s_memo[n] = n * (long)n;
        static async Task Run(ProcessExecutor pool) => Console.WriteLine(Square(3) + await pool.Submit(Square, 30));
        static void Forget() => s_memo.Clear();
        static int Size() => s_memo.Count;
        """);

    [Fact]
    public Task SettingThatBothSidesMakeForThemselves_DoesNotTrigger() => Class("""
        static string s_path = "";
        static void Configure(string path) => s_path = path;
        static void Work(string path) { Configure(path); Console.WriteLine(s_path); }
        static void Run(string path) { Configure(path); using var w = WorkerProcess.Start(Work, path); Console.WriteLine(s_path.Length); w.Join(); }
        """);

    [Fact]
    public Task CounterOfBothSidesThatTheParentReads_Triggers() => Class("""
        static int s_warnings;
        static void Warn(string text) { [|s_warnings|]++; Console.Error.WriteLine(text); }
        static async Task<int> Run(ProcessExecutor pool) { Warn("a"); await pool.Submit(static () => Warn("b")); return s_warnings > 0 ? 1 : 0; }
        """);

    [Fact]
    public Task ScratchOfBothSides_DoesNotTrigger() => Class("""
        static int[] s_scratch = [];
        static int Work(int n) { s_scratch = new int[n]; for (var i = 0; i < n; i++) s_scratch[i] = i; return s_scratch.Sum(); }
        static async Task Run(ProcessExecutor pool) { await pool.Submit(Work, 3); s_scratch = new int[2]; Console.WriteLine(s_scratch.Length); }
        """);

    [Fact]
    public Task WriteBetweenSetAndRead_Triggers() => Class("""
        static int s_total;
        static void Work(int n) => [|s_total|] += n;
        static async Task Run(ProcessExecutor pool) { s_total = 0; await pool.Submit(Work, 3); Console.WriteLine(s_total); }
        """);

    [Fact]
    public Task SettingOfEachSide_DoesNotTrigger() => Class("""
        static string s_name = "";
        static void Work() { s_name = "worker"; Console.WriteLine(s_name); }
        static void Run() { s_name = "parent"; using var w = WorkerProcess.Start(Work); Console.WriteLine(s_name); w.Join(); }
        """);

    [Fact]
    public Task ScratchThatIsEmptiedFirst_DoesNotTrigger() => Class("""
        static readonly StringBuilder s_text = new();
        static string Work(int n) { s_text.Clear(); for (var i = 0; i < n; i++) s_text.Append(i); return s_text.ToString(); }
        static string Other(int n) { s_text.Clear(); s_text.Append(n); return s_text.ToString(); }
        static async Task Run(ProcessExecutor pool) => Console.WriteLine(await pool.Submit(Work, 3) + Other(3));
        """);

    [Fact]
    public Task StateOfAThread_DoesNotTrigger() => Class("""
        [ThreadStatic] static int t_depth;
        static readonly ThreadLocal<int> s_local = new();
        static readonly AsyncLocal<string> s_name = new();
        static int Work(int n) { t_depth++; s_local.Value = n; return t_depth + s_local.Value + (s_name.Value?.Length ?? 0); }
        static async Task Run(ProcessExecutor pool) { t_depth = 3; s_local.Value = 3; s_name.Value = "a"; await pool.Submit(Work, t_depth); }
        """);

    [Fact]
    public Task ProcessPrimitivesAndExecutors_DoNotTrigger() => Class("""
        static ProcessExecutor? s_pool;
        static ProcessQueue<int>? s_queue;
        static void Work() { s_pool?.Submit(static () => 3); s_queue?.Put(3); }
        static void Run() { s_pool = new ProcessExecutor(2); s_queue = new("jobs"); s_pool.Submit(Work); }
        """);

    [Fact]
    public Task EnvironmentOfTheProcess_DoesNotTrigger() => Class("""
        static void Work() { Console.Out.WriteLine(Environment.CurrentDirectory); Console.Title = "b"; }
        static void Run() { Environment.CurrentDirectory = "/"; Console.Title = "a"; using var w = WorkerProcess.Start(Work); Console.WriteLine(Console.Title); }
        """);

    [Fact]
    public Task LockOfThreads_DoesNotTrigger() => Class("""
        static object s_gate = new();
        static void Work() { lock (s_gate) Console.WriteLine(nameof(s_gate)); }
        static void Run() { s_gate = new(); using var w = WorkerProcess.Start(Work); w.Join(); }
        """);

    [Fact]
    public Task SeveralUsesInOneFunction_TriggerOnce() => Class("""
        static int s_rate;
        static int Scale(int x) { if ([|s_rate|] == 0) return x; return x * s_rate + s_rate; }
        static async Task Run(ProcessExecutor pool, int rate) { s_rate = rate; await pool.Submit(Scale, 3); }
        """);

    [Fact]
    public Task WriteInAnImplementationThatTheWorkMayCall_IsNoEvidence() => Class("""
        interface IShape { double Area(); }
        static int s_calls;
        class Square : IShape { public double Area() { s_calls = 1; return 1; } }
        static double Work(int n) { IShape shape = new Square(); return shape.Area() * s_calls; }
        static async Task Run(ProcessExecutor pool) => await pool.Submit(Work, 3);
        """);

    [Fact]
    public Task FieldInitializerThatTheModuleSets_DoesNotTrigger() => Class("""
        static int s_rate;
        [System.Runtime.CompilerServices.ModuleInitializer] internal static void Begin() => s_rate = Environment.ProcessorCount;
        static async Task Run(ProcessExecutor pool) => await pool.Submit(static x => x * s_rate, 3);
        """);

    [Fact]
    public Task TopLevelProgram_Triggers() => new Verify.Test
    {
        TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication },
        TestCode = """
            using Tandem;

            Settings.Depth = args.Length;
            using var pool = new ProcessExecutor(2);
            await pool.Submit(static () => System.Console.WriteLine([|Settings.Depth|]));

            static class Settings { public static int Depth; }
            """,
    }.RunAsync();

    [Fact]
    public Task Message_OfARead_TellsWhoWrites() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static int s_rate;

            static async Task Run(ProcessExecutor pool, int rate)
            {
                {|#1:s_rate|} = rate;
                await {|#2:pool.Submit(static x => x * {|#0:s_rate|}, 3)|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2)
            .WithArguments("s_rate", "read", "handed over on line 11", "what is written to it on line 10 never gets there; pass it as an argument"));

    [Fact]
    public Task Message_OfAWrite_TellsWhoReads() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static int s_done;

            static async Task<int> Run(ProcessExecutor pool)
            {
                await {|#2:pool.Submit(static () => { {|#0:s_done|}++; })|};
                return {|#1:s_done|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2)
            .WithArguments("s_done", "written", "handed over on line 10", "the code that reads it on line 11 never sees the change; return the new value"));

    private static Task Class(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Text;
        using System.Text.RegularExpressions;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            {{members}}
        }
        """);
}
