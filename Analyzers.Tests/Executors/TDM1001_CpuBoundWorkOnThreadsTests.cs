using Microsoft.CodeAnalysis;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Executors.CpuBoundWorkOnThreadsAnalyzer>;

namespace Tandem.Analyzers.Tests.Executors;

public class CpuBoundWorkOnThreadsTests
{
    [Fact]
    public Task ComputingOnAThreadExecutor_Triggers() => InMethod("using var pool = new ThreadExecutor(4); await pool.Submit([|() => Crunch(7)|]); await pool.Submit([|Crunch|], 7);");

    [Fact]
    public Task ComputingOnAProcessExecutor_DoesNotTrigger() => InMethod("using var pool = new ProcessExecutor(4); await pool.Submit(() => Crunch(7)); await pool.Submit(Crunch, 7);");

    [Fact]
    public Task WaitingOnAThreadExecutor_DoesNotTrigger() => InMethod("using var pool = new ThreadExecutor(4); await pool.Submit(() => Fetch(7)); await pool.Submit(FetchAsync, 7);");

    [Fact]
    public Task TrivialWorkOnAThreadExecutor_DoesNotTrigger() => InMethod("using var pool = new ThreadExecutor(4); await pool.Submit(x => x * 2, 7);");

    [Fact]
    public Task UnknownWorkOnAThreadExecutor_DoesNotTrigger() => Class("Task<int> Run(ThreadExecutor pool, Func<int, int> work) => pool.Submit(work, 7);");

    [Fact]
    public Task MapOnAThreadExecutor_Triggers() => InMethod("using var pool = new ThreadExecutor(4); await foreach (var x in pool.Map([|Crunch|], items)) Console.WriteLine(x);");

    [Fact]
    public Task ExecutorThatIsSurelyAThreadExecutor_Triggers() => InMethod("using Executor pool = new ThreadExecutor(4); await pool.Submit([|() => Crunch(7)|]);");

    [Fact]
    public Task ExecutorOfUnknownKind_DoesNotTrigger() => Class("Task<long> Run(Executor pool) => pool.Submit(() => Crunch(7));");

    [Fact]
    public Task ThreadForEachElement_Triggers() => InMethod("foreach (var item in items) new Thread([|() => Crunch(item)|]).Start();");

    [Fact]
    public Task ThreadForEachElementThatWaits_DoesNotTrigger() => InMethod("foreach (var item in items) new Thread(() => Fetch(item)).Start();");

    [Fact]
    public Task ThreadForEachIndex_Triggers() => InMethod("for (int i = 0; i < items.Length; i++) { var n = items[i]; var thread = new Thread([|() =>|] { Crunch(n); }); thread.Start(); }");

    [Fact]
    public Task ThreadPerCore_DoesNotTrigger() => InMethod("for (int i = 0; i < Environment.ProcessorCount; i++) { var n = i; new Thread(() => Crunch(n)).Start(); }");

    [Fact]
    public Task ThreadPerCoreInALocal_DoesNotTrigger() => InMethod("var threads = new Thread[Environment.ProcessorCount]; for (int i = 0; i < threads.Length; i++) { threads[i] = new Thread(() => Crunch(9)); threads[i].Start(); }");

    [Fact]
    public Task TwoThreads_DoNotTrigger() => InMethod("new Thread(() => Crunch(1)).Start(); new Thread(() => Crunch(2)).Start(); foreach (var n in new[] { 3, 4 }) new Thread(() => Crunch(n)).Start();");

    [Fact]
    public Task AHundredThreads_Trigger() => InMethod("const int Count = 100; for (int i = 0; i < Count; i++) { var n = i; new Thread([|() => Crunch(n)|]).Start(); }");

    [Fact]
    public Task FourThreads_DoNotTrigger() => InMethod("for (int i = 0; i < 4; i++) { var n = i; new Thread(() => Crunch(n)).Start(); }");

    [Fact]
    public Task NumberOfThreadsThatSomebodyChose_DoesNotTrigger() => Class("void Run(int workers) { for (int i = 0; i < workers; i++) new Thread(() => Crunch(9)).Start(); }");

    [Fact]
    public Task ThreadsBoundedByASemaphore_DoNotTrigger() => InMethod("""
        var gate = new SemaphoreSlim(4);
        foreach (var item in items)
        {
            gate.Wait();
            new Thread(() => { try { Crunch(item); } finally { gate.Release(); } }).Start();
        }
        """);

    [Fact]
    public Task ThreadsThatEachWaitAtASemaphore_DoNotTrigger() => InMethod("""
        var gate = new SemaphoreSlim(4);
        foreach (var item in items)
            new Thread(() => { gate.Wait(); try { Crunch(item); } finally { gate.Release(); } }).Start();
        """);

    [Fact]
    public Task ThreadsOneAfterTheOther_DoNotTrigger() => InMethod("foreach (var item in items) { var thread = new Thread(() => Crunch(item)); thread.Start(); thread.Join(); }");

    [Fact]
    public Task ThreadsJoinedAfterTheLoop_Trigger() => InMethod("var threads = new List<Thread>(); foreach (var item in items) { var thread = new Thread([|() => Crunch(item)|]); thread.Start(); threads.Add(thread); } foreach (var thread in threads) thread.Join();");

    [Fact]
    public Task ChunksOfData_DoNotTrigger() => InMethod("foreach (var chunk in items.Chunk(1000)) new Thread(() => { foreach (var n in chunk) Crunch(n); }).Start();");

    [Fact]
    public Task QueuedWorkForEachElement_Triggers() => InMethod("foreach (var item in items) ThreadPool.QueueUserWorkItem([|_ => Crunch(item)|]);");

    [Fact]
    public Task QueuedWorkOnce_DoesNotTrigger() => InMethod("ThreadPool.QueueUserWorkItem(_ => Crunch(1));");

    [Fact]
    public Task OneTaskRun_DoesNotTrigger() => InMethod("var x = await Task.Run(() => Crunch(7));");

    [Fact]
    public Task TaskRunForEachElement_Suggests() => Suggests("var tasks = new List<Task>(); foreach (var item in items) tasks.Add(Task.Run({|#0:() => Crunch(item)|})); await Task.WhenAll(tasks);");

    [Fact]
    public Task TaskRunInASelect_Suggests() => Suggests("var all = await Task.WhenAll(items.Select(item => Task.Run({|#0:() => Crunch(item)|})));");

    [Fact]
    public Task TaskRunInAQuery_Suggests() => Suggests("var all = await Task.WhenAll(from item in items select Task.Run({|#0:() => Crunch(item)|}));");

    [Fact]
    public Task TaskRunInForEach_Suggests() => Suggests("items.ToList().ForEach(item => Task.Run({|#0:() => Crunch(item)|}));");

    [Fact]
    public Task StartNewForEachElement_Suggests() => Suggests("foreach (var item in items) _ = Task.Factory.StartNew({|#0:() => Crunch(item)|});");

    [Fact]
    public Task TaskRunOneAfterTheOther_DoesNotTrigger() => InMethod("foreach (var item in items) await Task.Run(() => Crunch(item)); foreach (var item in items) { var task = Task.Run(() => Crunch(item)); await task; }");

    [Fact]
    public Task TaskRunUntilEnoughAreRunning_DoesNotTrigger() => InMethod("var running = new List<Task>(); foreach (var item in items) { if (running.Count == 4) running.Remove(await Task.WhenAny(running)); running.Add(Task.Run(() => Crunch(item))); }");

    [Fact]
    public Task TaskRunThatEndsTheLoop_DoesNotTrigger() => InMethod("foreach (var item in items) if (item > 3) { _ = Task.Run(() => Crunch(item)); break; }");

    [Fact]
    public Task ContinueWithForEachElement_DoesNotTrigger() => InMethod("foreach (var item in items) _ = Task.Delay(1).ContinueWith(_ => Crunch(item));");

    [Fact]
    public Task EventLoop_DoesNotTrigger() => InMethod("while (true) { await Task.Delay(1000); _ = Task.Run(() => Crunch(1)); }");

    [Fact]
    public Task DrainedQueue_Suggests() => Suggests("var queue = new Queue<int>(items); while (queue.TryDequeue(out var n)) { var item = n; _ = Task.Run({|#0:() => Crunch(item)|}); }");

    [Fact]
    public Task Parallel_DoesNotTrigger() => InMethod("Parallel.ForEach(items, item => Crunch(item)); var all = items.AsParallel().Select(item => Crunch(item)).ToList();");

    [Fact]
    public Task PythonUnderTheGil_Triggers() => Python("""
        new Thread([|() =>|] { using (Py.GIL()) Train(); }).Start();
        Parallel.ForEach(items, [|item =>|] { using (Py.GIL()) Train(); });
        Parallel.Invoke([|() => TrainUnderGil()|], [|TrainUnderGil|]);
        using var pool = new ThreadExecutor(4);
        await pool.Submit([|TrainUnderGil|]);
        """);

    [Fact]
    public Task PythonOnProcesses_DoesNotTrigger() => Python("using var pool = new ProcessExecutor(4); await pool.Submit(TrainUnderGil);");

    [Fact]
    public Task PythonOnTheThreadThatCalls_DoesNotTrigger() => Python("using (Py.GIL()) Train(); TrainUnderGil();");

    [Fact]
    public Task Message_OfAThreadExecutor_SaysWhy() => Says(
        """
        using Tandem;

        class Program
        {
            static void Run(ThreadExecutor pool) => pool.Submit({|#0:() => Sum(9)|});

            static long Sum(long n)
            {
                long sum = 0;
                {|#1:for|} (long i = 0; i < n; i++) sum += i * i;
                return sum;
            }
        }
        """,
        "'Sum' is CPU-bound (the loop on line 10), but the threads of a ThreadExecutor are meant for waiting: they outnumber the cores, share one heap and can't be killed; run it on a ProcessExecutor",
        DiagnosticSeverity.Warning);

    [Fact]
    public Task Message_OfACallInACall_NamesTheOneThatComputes() => Says(
        """
        using System;
        using Tandem;

        class Program
        {
            static void Run(ThreadExecutor pool) => pool.Submit({|#0:() => Console.WriteLine(Sum(9))|});

            static long Sum(long n)
            {
                long sum = 0;
                {|#1:for|} (long i = 0; i < n; i++) sum += i * i;
                return sum;
            }
        }
        """,
        "'Sum' is CPU-bound (the loop on line 11), but the threads of a ThreadExecutor are meant for waiting: they outnumber the cores, share one heap and can't be killed; run it on a ProcessExecutor",
        DiagnosticSeverity.Warning);

    [Fact]
    public Task Message_OfACallChain_DoesNotNameItsLastCall() => Says(
        """
        using System.Linq;
        using System.Security.Cryptography;
        using System.Text.RegularExpressions;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static readonly Regex s_words = new("(a+)+");

            static void Run(string[] texts)
            {
                foreach (var text in texts)
                    new Thread({|#0:() => {|#1:s_words.Matches(text)|}.Count.ToString()|}).Start();
            }
        }
        """,
        "This work is CPU-bound ('Regex.Matches' on line 15) and is started on a thread for each element; more CPU-bound threads than cores only add switching; bound it with Parallel, or run it on a ProcessExecutor",
        DiagnosticSeverity.Warning);

    [Fact]
    public Task Message_OfAQueuedItem_SaysThatItIsQueued() => Says(
        """
        using System.Linq;
        using System.Security.Cryptography;
        using System.Text.RegularExpressions;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static readonly Regex s_words = new("(a+)+");

            static void Run(string[] texts)
            {
                foreach (var text in texts)
                    ThreadPool.QueueUserWorkItem({|#0:_ => {|#1:s_words.Matches(text)|}|});
            }
        }
        """,
        "'Matches' is CPU-bound ('Regex.Matches' on line 15) and is queued to the thread pool for each element, where all other work then waits for it; bound it with Parallel, or run it on a ProcessExecutor",
        DiagnosticSeverity.Warning);

    [Fact]
    public Task Message_OfALongRunningTask_SaysThatItHasAThread() => Says(
        """
        using System.Linq;
        using System.Security.Cryptography;
        using System.Text.RegularExpressions;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static readonly Regex s_words = new("(a+)+");

            static void Run(string[] texts)
            {
                foreach (var text in texts)
                    Task.Factory.StartNew({|#0:() => {|#1:s_words.Matches(text)|}|}, TaskCreationOptions.LongRunning);
            }
        }
        """,
        "'Matches' is CPU-bound ('Regex.Matches' on line 15) and is started on a thread for each element; more CPU-bound threads than cores only add switching; bound it with Parallel, or run it on a ProcessExecutor",
        DiagnosticSeverity.Warning);

    [Fact]
    public Task AsynchronousSelectOfTasks_IsSuggested() => Suggests("await Task.WhenAll(items.Select(async n => { var d = await Task.Run({|#0:() => Crunch(n)|}); Console.WriteLine(d); }));");

    [Fact]
    public Task AsynchronousSelectThatReturns_IsSuggested() => Suggests("await Task.WhenAll(items.Select(async n => { var d = await Task.Run({|#0:() => Crunch(n)|}); return d + 1; }));");

    [Fact]
    public Task AsynchronousSelectBehindAGate_DoesNotTrigger() => InMethod("var gate = new SemaphoreSlim(2); await Task.WhenAll(items.Select(async n => { await gate.WaitAsync(); var d = await Task.Run(() => Crunch(n)); gate.Release(); }));");

    [Fact]
    public Task Message_OfThreads_SaysHowMany() => Says(
        """
        using System.Security.Cryptography;
        using System.Threading;

        class Program
        {
            static void Run()
            {
                for (int i = 0; i < 50; i++)
                    new Thread({|#0:() => {|#1:SHA256.HashData(new byte[1000])|}|}).Start();
            }
        }
        """,
        "'HashData' is CPU-bound ('SHA256.HashData' on line 9) and is started on a thread for each of 50; more CPU-bound threads than cores only add switching; bound it with Parallel, or run it on a ProcessExecutor",
        DiagnosticSeverity.Warning);

    [Fact]
    public Task CodeWithoutTandem_Triggers() => new Verify.Test
    {
        ReferenceAssemblies = Microsoft.CodeAnalysis.Testing.ReferenceAssemblies.NetStandard.NetStandard20,
        LanguageVersion = Microsoft.CodeAnalysis.CSharp.LanguageVersion.CSharp7_3,
        TestCode = """
            using System;
            using System.Threading;

            class Program
            {
                void Run(string[][] items)
                {
                    foreach (var item in items)
                        new Thread([|() => Array.Sort(item)|]).Start();
                }
            }
            """,
    }.RunAsync();

    private static Task InMethod(string statements, string more = "") => Class($$"""
            async Task Run(int[] items)
            {
                await Task.Yield();
                {{statements}}
            }
        """, more);

    private static Task Suggests(string statements) => Verify.VerifyAnalyzerAsync(Source($$"""
            async Task Run(int[] items)
            {
                await Task.Yield();
                {{statements}}
            }
        """, ""), new Microsoft.CodeAnalysis.Testing.DiagnosticResult("TDM1001", DiagnosticSeverity.Info).WithLocation(0).WithLocation(1));

    private static Task Python(string statements) => InMethod(statements, """
        namespace Python.Runtime
        {
            static class Py
            {
                public static IDisposable GIL() => throw new NotSupportedException();
            }
        }
        """);

    private static Task Says(string source, string message, DiagnosticSeverity severity) => new Verify.Test
    {
        TestCode = source,
        ExpectedDiagnostics = { new Microsoft.CodeAnalysis.Testing.DiagnosticResult("TDM1001", severity).WithLocation(0).WithLocation(1).WithMessage(message) },
    }.RunAsync();

    private static Task Class(string members, string more = "") => Verify.VerifyAnalyzerAsync(Source(members, more).Replace("{|#1:for|}", "for"));

    private static string Source(string members, string more) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Python.Runtime;
        using Tandem;

        class Program
        {
            {{members}}

            static long Crunch(int seed)
            {
                long sum = 0;
                {|#1:for|} (long i = 0; i < 1_000_000_000; i++) sum += i * seed;
                return sum;
            }

            static void Fetch(int seed) => Thread.Sleep(seed);

            static Task FetchAsync(int seed) => Task.Delay(seed);

            static void TrainUnderGil() { using (Py.GIL()) Train(); }

            static void Train() { }
        }

        {{more}}
        """.Replace(more.Length > 0 ? "\0" : "using Python.Runtime;", "").Replace(more.Length > 0 ? "\0" : "static void TrainUnderGil() { using (Py.GIL()) Train(); }", "");
}
