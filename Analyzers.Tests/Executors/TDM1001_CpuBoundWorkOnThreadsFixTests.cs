using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Executors.CpuBoundWorkOnThreadsAnalyzer, Tandem.CodeFixes.Executors.CpuBoundWorkOnThreadsCodeFix>;

namespace Tandem.Analyzers.Tests.Executors;

public class CpuBoundWorkOnThreadsFixTests
{
    [Fact]
    public Task ThreadExecutor_BecomesAProcessExecutor() => InMethod(
        "using var pool = new ThreadExecutor(4); await pool.Submit([|() => Crunch(7)|]); await pool.Submit([|Crunch|], 7); Console.WriteLine(pool.MaxWorkers);",
        "using var pool = new ProcessExecutor(4); await pool.Submit(() => Crunch(7)); await pool.Submit(Crunch, 7); Console.WriteLine(pool.MaxWorkers);");

    [Fact]
    public Task DeclaredType_IsRenamed() => InMethod(
        "using ThreadExecutor pool = new(); await pool.Submit([|Crunch|], 7);",
        "using ProcessExecutor pool = new(); await pool.Submit(Crunch, 7);");

    [Fact]
    public Task ExecutorVariable_KeepsItsType() => InMethod(
        "await using Executor pool = new Tandem.ThreadExecutor(2); await pool.Submit([|Crunch|], 7); await pool.ShutdownAsync();",
        "await using Executor pool = new Tandem.ProcessExecutor(2); await pool.Submit(Crunch, 7); await pool.ShutdownAsync();");

    [Fact]
    public Task UsingStatement_IsFollowed() => InMethod(
        "using (var pool = new ThreadExecutor(2)) { await pool.Submit([|Crunch|], 7); }",
        "using (var pool = new ProcessExecutor(2)) { await pool.Submit(Crunch, 7); }");

    [Fact]
    public Task Options_AreRenamed() => InMethod(
        "using var pool = new ThreadExecutor(new ThreadExecutorOptions { MaxWorkers = 2 }); await pool.Submit([|Crunch|], 7);",
        "using var pool = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 2 }); await pool.Submit(Crunch, 7);");

    [Fact]
    public Task Map_IsMoved() => InMethod(
        "using var pool = new ThreadExecutor(4); await foreach (var x in pool.Map([|Crunch|], items)) Console.WriteLine(x);",
        "using var pool = new ProcessExecutor(4); await foreach (var x in pool.Map(Crunch, items)) Console.WriteLine(x);");

    [Fact]
    public Task Captures_ArePassed() => InMethod(
        "using var pool = new ThreadExecutor(4); foreach (var item in items) await pool.Submit([|() => Crunch(item)|]);",
        "using var pool = new ProcessExecutor(4); foreach (var item in items) await pool.Submit(static item => Crunch(item), item);");

    [Fact]
    public Task CapturesThatCannotBePassed_AreLeft() => Unchanged("""
        using var pool = new ThreadExecutor(4);
        long sum = 0;
        await pool.Submit([|() =>|] { sum = Crunch(7); });
        """);

    [Theory]
    [InlineData("s_sum += Crunch(seed)")]
    [InlineData("Interlocked.Add(ref s_sum, Crunch(seed))")]
    [InlineData("s_memo[seed] = Crunch(seed)")]
    [InlineData("Keep(Crunch(seed))")]
    [InlineData("Done?.Invoke(Crunch(seed))")]
    [InlineData("Sum = Crunch(seed)")]
    public Task WorkThatChangesWhatOthersSee_IsLeft(string statement) => Same($$"""
            static long s_sum;
            static readonly Dictionary<int, long> s_memo = new();
            static event Action<long> Done = x => { };
            static long Sum { get; set; }
            static void Keep(long value) => s_memo[1] = s_sum = value;
            static void Work(int seed) { {{statement}}; }
            async Task Run() { using var pool = new ThreadExecutor(4); await pool.Submit([|Work|], 7); }
        """);

    [Theory]
    [InlineData("Array.Sort(a)")]
    [InlineData("SortIt(a)")]
    [InlineData("a[0] = (int)Crunch(a[0])")]
    [InlineData("{ foreach (ref var x in a.AsSpan()) x = (int)Crunch(x); }")]
    [InlineData("{ var b = a; b[0] = (int)Crunch(3); }")]
    [InlineData("QuickSort(a, 0, (int)Crunch(3))")]
    public Task WorkThatChangesItsArgument_IsLeft(string work) => Same($$"""
            static void SortIt(int[] a) => Array.Sort(a);
            static void QuickSort(int[] a, int from, int to) { if (from >= to) return; (a[from], a[to]) = (a[to], a[from]); QuickSort(a, from, to - 1); QuickSort(a, from + 1, to); }
            async Task Run(int[] items) { using var pool = new ThreadExecutor(4); await pool.Submit({{(work[0] == '{' ? "[|a =>|] " + work : $"[|a => {work}|]")}}, items); }
        """);

    [Theory]
    [InlineData("{ var b = a.ToArray(); Array.Sort(b); return b; }")]
    [InlineData("{ var b = new List<int>(); foreach (var x in a) b.Add((int)Crunch(x)); b.Sort(); return b[0]; }")]
    [InlineData("{ var b = new int[a.Length]; for (var i = 0; i < a.Length; i++) b[i] = (int)Crunch(a[i]); return b; }")]
    [InlineData("{ var t = new Tally(); foreach (var x in a) t.Add(Crunch(x)); return t.Sum; }")]
    public Task WorkThatChangesOnlyItsOwn_IsMoved(string work) => Verify.VerifyCodeFixAsync(
        Source(Own("ThreadExecutor", $"[|a =>|] {work}")), Source(Own("ProcessExecutor", $"a => {work}")));

    private static string Own(string executor, string work) => $$"""
            class Tally { public long Sum { get; private set; } public void Add(long x) => Sum += x; }
            async Task Run(int[] items) { using var pool = new {{executor}}(4); await pool.Submit({{work}}, items); }
        """;

    [Fact]
    public Task ExecutorThatAlsoWaits_IsLeft() => Unchanged("using var pool = new ThreadExecutor(4); await pool.Submit([|Crunch|], 7); await pool.Submit(() => Thread.Sleep(1));");

    [Fact]
    public Task ExecutorThatOthersUse_IsLeft() => Unchanged("using var pool = new ThreadExecutor(4); await pool.Submit([|Crunch|], 7); Use(pool);");

    [Fact]
    public Task ArgumentThatCannotCross_IsLeft() => Unchanged("using var pool = new ThreadExecutor(4); await pool.Submit([|stream => Crunch((int)stream.Length)|], new System.IO.MemoryStream());");

    [Fact]
    public Task ResultThatCannotCross_IsLeft() => Unchanged("using var pool = new ThreadExecutor(4); await pool.Submit([|() =>|] { Crunch(7); return new Lazy<int>(1); });");

    [Fact]
    public Task ExecutorFromElsewhere_IsLeft() => Same("Task<long> Run(ThreadExecutor pool) => pool.Submit([|Crunch|], 7);");

    [Fact]
    public Task OptionsFromElsewhere_AreLeft() => Unchanged("var options = new ThreadExecutorOptions(); options.MaxWorkers = 2; options = null; using var pool = new ThreadExecutor(options); await pool.Submit([|Crunch|], 7);");

    [Fact]
    public Task ThreadsThatAreJoined_BecomeParallel() => InMethod(
        """
        // All of them.
                var threads = new List<Thread>();
                foreach (var item in items)
                {
                    var thread = new Thread([|() => Crunch(item)|]);
                    thread.Start();
                    threads.Add(thread);
                }
                foreach (var thread in threads) thread.Join();
                Console.WriteLine("done");
        """,
        """
        // All of them.
                Parallel.ForEach(items, item => Crunch(item));
                Console.WriteLine("done");
        """);

    [Fact]
    public Task BackgroundThreads_BecomeParallel() => InMethod(
        """
        var threads = new List<Thread>();
                foreach (var item in items)
                {
                    var thread = new Thread([|() => Crunch(item)|]) { IsBackground = true };
                    thread.Start();
                    threads.Add(thread);
                }
                foreach (var thread in threads) thread.Join();
        """,
        """
        Parallel.ForEach(items, item => Crunch(item));
        """);

    [Fact]
    public Task ThreadsWithNames_AreLeft() => Unchanged(
        """
        var threads = new List<Thread>();
                foreach (var item in items)
                {
                    var thread = new Thread([|() => Crunch(item)|]) { Name = "item " + item, IsBackground = true };
                    thread.Start();
                    threads.Add(thread);
                }
                foreach (var thread in threads) thread.Join();
        """);

    [Fact]
    public Task Comments_MoveAboveTheCall() => InMethod(
        """
        // All of them.
                var threads = new List<Thread>(); // to wait for
                foreach (var item in items)
                {
                    // one each
                    var thread = new Thread([|() => Crunch(item /* seed */)|] /* heavy */);
                    thread.Start();
                    threads.Add(thread);
                } // started
                // Wait.
                foreach (var thread in threads) thread.Join(); // done
                Console.WriteLine("done");
        """,
        """
        // All of them.
                // to wait for
                // one each
                /* heavy */
                // done
                Parallel.ForEach(items, item => Crunch(item /* seed */)); // started
                // Wait.
                Console.WriteLine("done");
        """);

    [Fact]
    public Task Directives_AreLeft() => Unchanged("""
        var threads = new List<Thread>();
                foreach (var item in items)
                {
        #if !QUIET
                    var thread = new Thread([|() => Crunch(item)|]);
        #endif
                    thread.Start();
                    threads.Add(thread);
                }
                foreach (var thread in threads) thread.Join();
        """);

    [Fact]
    public Task ThreadsThatNobodyJoins_AreLeft() => Unchanged("foreach (var item in items) new Thread([|() => Crunch(item)|]).Start();");

    [Fact]
    public Task ThreadsThatSomebodyElseReads_AreLeft() => Unchanged("""
        var threads = new List<Thread>();
                foreach (var item in items)
                {
                    var thread = new Thread([|() => Crunch(item)|]);
                    thread.Start();
                    threads.Add(thread);
                }
                foreach (var thread in threads) thread.Join();
                Console.WriteLine(threads.Count);
        """);

    [Fact]
    public Task LoopThatDoesMore_IsLeft() => Unchanged("""
        var threads = new List<Thread>();
                foreach (var item in items)
                {
                    Console.WriteLine(item);
                    var thread = new Thread([|() => Crunch(item)|]);
                    thread.Start();
                    threads.Add(thread);
                }
                foreach (var thread in threads) thread.Join();
        """);

    [Fact]
    public Task TasksThatAreWaitedFor_BecomeParallel() => Suggested(
        """
        var tasks = new List<Task>();
                foreach (var item in items) tasks.Add(Task.Run({|#0:() => Crunch(item)|}));
                Task.WaitAll(tasks.ToArray());
        """,
        """
        Parallel.ForEach(items, item => Crunch(item));
        """);

    [Fact]
    public Task TasksThatAreAwaited_BecomeParallelWithoutBlocking() => Suggested(
        """
        var tasks = new List<Task>();
                foreach (var item in items)
                {
                    tasks.Add(Task.Run({|#0:() => Crunch(item)|}));
                }
                await Task.WhenAll(tasks);
                Console.WriteLine("done");
        """,
        """
        await Parallel.ForEachAsync(items, (item, _) =>
                {
                    Crunch(item);
                    return ValueTask.CompletedTask;
                });
                Console.WriteLine("done");
        """);

    [Fact]
    public Task TasksOfASelect_BecomeParallel() => Suggested(
        """
        await Task.WhenAll(items.Select(item => Task.Run({|#0:() => Crunch(item)|})));
        """,
        """
        await Parallel.ForEachAsync(items, (item, _) =>
                {
                    Crunch(item);
                    return ValueTask.CompletedTask;
                });
        """);

    [Fact]
    public Task TasksOfASelectInALocal_BecomeParallel() => Suggested(
        """
        var tasks = items.Select(item => Task.Run({|#0:() => { Crunch(item); Crunch(item); }|})).ToList();
                await Task.WhenAll(tasks);
        """.Replace("{|#0:() => {", "{|#0:() =>|} {").Replace("}|}", "}"),
        """
        await Parallel.ForEachAsync(items, (item, _) =>
                {
                    Crunch(item);
                    Crunch(item);
                    return ValueTask.CompletedTask;
                });
        """);

    [Fact]
    public Task TasksWhoseResultsAreUsed_AreLeft() => SuggestedOnly("var results = await Task.WhenAll(items.Select(item => Task.Run({|#0:() => Crunch(item)|}))); Console.WriteLine(results.Length);");

    [Fact]
    public Task TasksThatNobodyAwaits_AreLeft() => SuggestedOnly("foreach (var item in items) _ = Task.Run({|#0:() => Crunch(item)|});");

    [Fact]
    public Task MissingUsing_IsAdded() => Verify.VerifyCodeFixAsync(
        """
        using System;
        using System.Collections.Generic;
        using System.Threading;

        class Program
        {
            void Run(string[][] items)
            {
                var threads = new List<Thread>();
                foreach (var item in items)
                {
                    var thread = new Thread([|() => Array.Sort(item)|]);
                    thread.Start();
                    threads.Add(thread);
                }

                foreach (var thread in threads)
                {
                    thread.Join();
                }
            }
        }
        """,
        """
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;

        class Program
        {
            void Run(string[][] items)
            {
                Parallel.ForEach(items, item => Array.Sort(item));
            }
        }
        """);

    private static Task Unchanged(string statements) => InMethod(statements, statements);

    private static Task Same(string members) => Verify.VerifyCodeFixAsync(Source(members), Source(members));

    private static Task InMethod(string statements, string repaired) => Verify.VerifyCodeFixAsync(Source(Method(statements)), Source(Method(repaired)));

    private static Task Suggested(string statements, string repaired) =>
        Verify.VerifyCodeFixAsync(Source(Method(statements), "{|#1:for|}"), Suggestion, Source(Method(repaired)));

    private static Task SuggestedOnly(string statements) =>
        Verify.VerifyCodeFixAsync(Source(Method(statements), "{|#1:for|}"), Suggestion, Source(Method(statements), "{|#1:for|}"));

    private static Microsoft.CodeAnalysis.Testing.DiagnosticResult Suggestion =>
        new Microsoft.CodeAnalysis.Testing.DiagnosticResult("TDM1001", Microsoft.CodeAnalysis.DiagnosticSeverity.Info).WithLocation(0).WithLocation(1);

    private static string Method(string statements) => $$"""
            async Task Run(int[] items)
            {
                await Task.Yield();
                {{statements}}
            }
        """;

    private static string Source(string members, string @for = "for") => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
        {{members}}

            static long Crunch(int seed)
            {
                long sum = 0;
                {{@for}} (long i = 0; i < 1_000_000_000; i++) sum += i * seed;
                return sum;
            }

            static void Use(Executor executor) { }
        }
        """;
}
