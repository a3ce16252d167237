using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Processes.UnportableTypeAnalyzer, Tandem.CodeFixes.Processes.UnportableTypeCodeFix>;

namespace Tandem.Analyzers.Tests.Processes;

public class UnportableTypeFixTests
{
    [Fact]
    public Task ThreadLockInALocal_BecomesAProcessLock() => InMethod(
        "var gate = new ThreadLock(); await pool.Submit(static g => { using var scope = g.Acquire(); }, [|gate|]);",
        "var gate = new ProcessLock(); await pool.Submit(static g => { using var scope = g.Acquire(); }, gate);");

    [Fact]
    public Task ThreadLockWithATypedParameter_BecomesAProcessLock() => InMethod(
        "ThreadLock gate = new(); await pool.Submit(static (ThreadLock g, int n) => { using var scope = g.Acquire(); }, [|gate|], 3);",
        "ProcessLock gate = new(); await pool.Submit(static (ProcessLock g, int n) => { using var scope = g.Acquire(); }, gate, 3);");

    [Fact]
    public Task ThreadLockInAField_BecomesAProcessLock() => Members(
        "private readonly ThreadLock _gate = new(); Task Run(ProcessExecutor pool) => pool.Submit(Locked, [|_gate|]); private static void Locked(ThreadLock gate) { using var scope = gate.Acquire(); }",
        "private readonly ProcessLock _gate = new(); Task Run(ProcessExecutor pool) => pool.Submit(Locked, _gate); private static void Locked(ProcessLock gate) { using var scope = gate.Acquire(); }");

    [Fact]
    public Task ThreadLockInsideAnObject_BecomesAProcessLock() => Members(
        "Task Run(ProcessExecutor pool) => pool.Submit(static job => { using var scope = job.Gate.Acquire(); }, [|new Job()|]); private class Job { public ThreadLock Gate { get; set; } = new(); }",
        "Task Run(ProcessExecutor pool) => pool.Submit(static job => { using var scope = job.Gate.Acquire(); }, new Job()); private class Job { public ProcessLock Gate { get; set; } = new(); }");

    [Fact]
    public Task ThreadQueue_BecomesAProcessQueue() => InMethod(
        "var queue = new ThreadQueue<int>(8); await pool.Submit(static q => q.Put(1), [|queue|]); var n = queue.Take();",
        "var queue = new ProcessQueue<int>(8); await pool.Submit(static q => q.Put(1), queue); var n = queue.Take();");

    [Fact]
    public Task BlockingCollection_BecomesAProcessQueue() => InMethod(
        "var queue = new BlockingCollection<string>(8); await pool.Submit(static q => { q.Add(\"a\"); q.CompleteAdding(); }, [|queue|]); var n = queue.Take();",
        "var queue = new ProcessQueue<string>(8); await pool.Submit(static q => { q.Put(\"a\"); q.Complete(); }, queue); var n = queue.Take();");

    [Fact]
    public Task Channel_BecomesAProcessQueue() => InMethod(
        "var channel = Channel.CreateBounded<int>(8); await pool.Submit(static async c => await c.Writer.WriteAsync(1), [|channel|]); var n = await channel.Reader.ReadAsync();",
        "var channel = new ProcessQueue<int>(8); await pool.Submit(static async c => await c.PutAsync(1), channel); var n = await channel.TakeAsync();");

    [Fact]
    public Task QueueOfWhatCannotCross_IsLeft() => Unchanged("var queue = new ThreadQueue<Action>(8); await pool.Submit(static q => { }, [|queue|]);");

    [Fact]
    public Task QueueThatDoesMore_IsLeft() => Unchanged("var queue = new ThreadQueue<int>(QueueOrder.Lifo); await pool.Submit(static q => q.Put(1), [|queue|]); var bag = new BlockingCollection<int>(); await pool.Submit(static b => { foreach (var n in b.GetConsumingEnumerable()) { } }, [|bag|]);");

    [Fact]
    public Task LockStatement_IsLeft() => Unchanged("var gate = new Lock(); await pool.Submit(static g => { lock (g) { } }, [|gate|]);");

    [Fact]
    public Task LazyResult_IsCollected() => InMethod(
        "foreach (var n in await pool.Submit([|static n => Enumerable.Range(0, n)|], 3)) Console.WriteLine(n);",
        "foreach (var n in await pool.Submit(static n => Enumerable.Range(0, n).ToArray(), 3)) Console.WriteLine(n);");

    [Fact]
    public Task LazyResultOfAQuery_IsCollected() => InMethod(
        "var odd = await pool.Submit([|static numbers => from n in numbers where n % 2 == 1 select n|], new[] { 1, 2 });",
        "var odd = await pool.Submit(static numbers => (from n in numbers where n % 2 == 1 select n).ToArray(), new[] { 1, 2 });");

    [Fact]
    public Task LazyResultOfABlock_IsCollected() => InMethod(
        "var r = await pool.Submit([|static n =>|] { if (n == 0) return Enumerable.Empty<int>(); return Count(n); }, 3);",
        "var r = await pool.Submit(static n => { if (n == 0) return Enumerable.Empty<int>().ToArray(); return Count(n).ToArray(); }, 3);");

    [Fact]
    public Task LazyResultOfAMethod_IsCollected() => InMethod(
        "var r = await pool.Submit([|Count|], 3);",
        "var r = await pool.Submit(static to => Count(to).ToArray(), 3);");

    [Fact]
    public Task LazyResultOfAnAsynchronousMethod_IsCollected() => InMethod(
        "var r = await pool.Submit([|CountAsync|], 3); var s = await pool.Submit([|static n => CountAsync(n)|], 3);",
        "var r = await pool.Submit(static async to => await CountAsync(to).ToArrayAsync(), 3); var s = await pool.Submit(static async n => await CountAsync(n).ToArrayAsync(), 3);");

    [Fact]
    public Task LazyResultThatIsNeededAsSuch_IsLeft() => Unchanged("Task<IEnumerable<int>> r = pool.Submit([|static n => Enumerable.Range(0, n)|], 3);");

    [Fact]
    public Task LazyResultOfWhatCannotCross_IsLeft() => Unchanged("var r = await pool.Submit([|static words => words.GroupBy(static word => word.Length)|], new[] { \"a\" });");

    [Fact]
    public Task TextOfABuilder_IsPassed() => InMethod(
        "var text = new StringBuilder(); await pool.Submit(static t => t.Length, [|text|]);",
        "var text = new StringBuilder(); await pool.Submit(static t => t.Length, text.ToString());");

    [Fact]
    public Task TokenOfASource_IsPassed() => InMethod(
        "using var source = new CancellationTokenSource(); await pool.Submit(static t => t.IsCancellationRequested, source.Token); await pool.Submit(static t => 1, [|source|]);",
        "using var source = new CancellationTokenSource(); await pool.Submit(static t => t.IsCancellationRequested, source.Token); await pool.Submit(static t => 1, source.Token);");

    [Fact]
    public Task Several_AreFixedTogether() => InMethod(
        "var a = new ThreadLock(); var b = new ThreadLock(); await pool.Submit(static (x, y) => { }, [|a|], [|b|]);",
        "var a = new ProcessLock(); var b = new ProcessLock(); await pool.Submit(static (x, y) => { }, a, b);");

    private static Task InMethod(string before, string after) => Members($"async Task Run(ProcessExecutor pool) {{ {before} }}", $"async Task Run(ProcessExecutor pool) {{ {after} }}");

    private static Task Unchanged(string statements) => InMethod(statements, statements);

    private static Task Members(string before, string after) =>
        Verify.VerifyCodeFixAsync(Program(before), Program(after));

    private static string Program(string members) => $$"""
        using System;
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Linq;
        using System.Text;
        using System.Threading;
        using System.Threading.Channels;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static IEnumerable<int> Count(int to) { for (var i = 0; i < to; i++) yield return i; }

            static async IAsyncEnumerable<int> CountAsync(int to) { for (var i = 0; i < to; i++) { await Task.Yield(); yield return i; } }

            {{members}}
        }
        """;
}
