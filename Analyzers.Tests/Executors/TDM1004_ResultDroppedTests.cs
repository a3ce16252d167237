using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Executors.ResultDroppedAnalyzer>;

namespace Tandem.Analyzers.Tests.Executors;

public class ResultDroppedTests
{
    [Theory]
    [InlineData("[|pool.Submit|](Work);")]
    [InlineData("[|pool.Submit|](Twice, 3);")]
    [InlineData("[|threads.Submit|](() => Twice(number));")]
    [InlineData("[|pool.Submit|](Twice, 3).ConfigureAwait(false);")]
    [InlineData("given?[|.Submit|](Work);")]
    [InlineData("foreach (var item in items) [|pool.Submit|](Twice, item);")]
    [InlineData("items.ForEach(item => [|pool.Submit|](Twice, item));")]
    [InlineData("Parallel.ForEach(items, item => [|pool.Submit|](Twice, item));")]
    [InlineData("Task.WhenAll([|pool.Submit|](Work), [|pool.Submit|](Work));")]
    [InlineData("Task.WhenAll(items.Select(item => [|pool.Submit|](Twice, item)));")]
    [InlineData("Action run = () => [|pool.Submit|](Work); run();")]
    [InlineData("Func<Task> run = async () => [|pool.Submit|](Work); await run();")]
    [InlineData("Local(); void Local() => [|pool.Submit|](Work);")]
    public Task TaskThatNobodyGets_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("await pool.Submit(Work);")]
    [InlineData("await pool.Submit(Twice, 3).ConfigureAwait(false);")]
    [InlineData("_ = pool.Submit(Work);")]
    [InlineData("_ = given?.Submit(Work);")]
    [InlineData("pool.Submit(Work).Wait();")]
    [InlineData("Console.WriteLine(pool.Submit(Twice, 3).Result);")]
    [InlineData("pool.Submit(Work).GetAwaiter().GetResult();")]
    [InlineData("await pool.Submit(Twice, 3).WaitAsync(TimeSpan.FromSeconds(1));")]
    [InlineData("_ = pool.Submit(Work).ContinueWith(task => Console.WriteLine(task.Exception));")]
    [InlineData("pool.Submit(Work).ContinueWith(task => Console.WriteLine(task.Exception));")]
    [InlineData("pool.Submit(Work).Forget();")]
    [InlineData("Observe(pool.Submit(Work));")]
    [InlineData("await Task.WhenAll(pool.Submit(Work), pool.Submit(Work));")]
    [InlineData("await Task.WhenAll(items.Select(item => pool.Submit(Twice, item)));")]
    [InlineData("await Task.WhenAll(from item in items select pool.Submit(Twice, item));")]
    [InlineData("await Task.WhenAny(pool.Submit(Work), Task.Delay(3));")]
    [InlineData("await foreach (var task in Task.WhenEach(items.Select(item => pool.Submit(Twice, item)))) Console.WriteLine(await task);")]
    [InlineData("Task.WaitAll(pool.Submit(Work), pool.Submit(Work));")]
    [InlineData("Task.WaitAll([pool.Submit(Work)]);")]
    [InlineData("foreach (var task in items.Select(item => pool.Submit(Twice, item)).ToList()) await task;")]
    [InlineData("await Parallel.ForEachAsync(items, async (item, token) => await pool.Submit(Twice, item, token));")]
    [InlineData("await Task.Run(() => pool.Submit(Work));")]
    [InlineData("Func<Task> run = () => pool.Submit(Work); await run();")]
    [InlineData("await Local(); Task Local() => pool.Submit(Work);")]
    [InlineData("var sum = await pool.Submit(Twice, 3) + await pool.Submit(Twice, 4); Console.WriteLine(sum);")]
    [InlineData("await (number > 1 ? pool.Submit(Work) : Task.CompletedTask);")]
    [InlineData("var source = new TaskCompletionSource<Task>(); source.SetResult(pool.Submit(Work)); await await source.Task;")]
    [InlineData("Throws<ArgumentException>(() => pool.Submit(Work)); Throws<ArgumentException>(() => { pool.Submit(Work); });")]
    public Task TaskThatSomebodyGets_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("var task = [|pool.Submit|](Work);")]
    [InlineData("Task<int> task = [|pool.Submit|](Twice, 3); Console.WriteLine();")]
    [InlineData("Task task; task = [|pool.Submit|](Work);")]
    [InlineData("var task = [|pool.Submit|](Work); task = [|pool.Submit|](Work);")]
    [InlineData("var task = given?[|.Submit|](Work);")]
    [InlineData("var all = Task.WhenAll([|pool.Submit|](Work), [|pool.Submit|](Work));")]
    [InlineData("var tasks = items.Select(item => [|pool.Submit|](Twice, item)).ToList();")]
    [InlineData("var tasks = (from item in items where item > 2 select [|pool.Submit|](Twice, item)).ToArray();")]
    [InlineData("var tasks = new[] { [|pool.Submit|](Work), [|pool.Submit|](Work) };")]
    [InlineData("List<Task> tasks = [[|pool.Submit|](Work)];")]
    [InlineData("var tasks = new List<Task>(); foreach (var item in items) tasks.Add([|pool.Submit|](Twice, item)); Console.WriteLine(tasks.Count);")]
    [InlineData("var tasks = new Task[3]; for (var i = 0; i < tasks.Length; i++) tasks[i] = [|pool.Submit|](Work);")]
    [InlineData("var byId = new Dictionary<int, Task>(); byId[3] = [|pool.Submit|](Work);")]
    public Task TaskInALocalThatNobodyReads_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("var task = pool.Submit(Work); await task;")]
    [InlineData("var task = pool.Submit(Work); Console.WriteLine(); task.Wait();")]
    [InlineData("Task? task = null; try { task = pool.Submit(Work); } finally { if (task != null) await task; }")]
    [InlineData("var task = pool.Submit(Work); while (!task.IsCompleted) await Task.Yield();")]
    [InlineData("var task = pool.Submit(Work); Local(); void Local() => task.Wait();")]
    [InlineData("var all = Task.WhenAll(pool.Submit(Work), pool.Submit(Work)); await all;")]
    [InlineData("var tasks = items.Select(item => pool.Submit(Twice, item)).ToList(); await Task.WhenAll(tasks);")]
    [InlineData("var tasks = new List<Task>(); foreach (var item in items) tasks.Add(pool.Submit(Twice, item)); await Task.WhenAll(tasks);")]
    [InlineData("var tasks = new Task[3]; for (var i = 0; i < tasks.Length; i++) tasks[i] = pool.Submit(Work); Task.WaitAll(tasks);")]
    [InlineData("var tasks = new List<Task<int>>(); tasks.Add(pool.Submit(Twice, 3)); foreach (var task in tasks) Console.WriteLine(await task);")]
    [InlineData("var tasks = new List<Task>(); tasks.Add(pool.Submit(Work)); while (tasks.Count > 0) { var done = await Task.WhenAny(tasks); tasks.Remove(done); }")]
    [InlineData("var byId = new Dictionary<int, Task>(); byId[3] = pool.Submit(Work); await byId[3];")]
    [InlineData("var pair = (pool.Submit(Work), 3); await pair.Item1;")]
    [InlineData("var both = new { Task = pool.Submit(Work) }; await both.Task;")]
    public Task TaskInALocalThatIsRead_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("private Task? _last; void Run(Executor pool) { _last = [|pool.Submit|](Work); }")]
    [InlineData("private Task? _last; void Run(Executor pool) => this._last = [|pool.Submit|](Work);")]
    [InlineData("private static Task? s_last; void Run(Executor pool) => s_last = [|pool.Submit|](Work);")]
    [InlineData("private readonly List<Task> _tasks = new(); void Run(Executor pool) { _tasks.Add([|pool.Submit|](Work)); }")]
    [InlineData("private Task? Last { get; set; } void Run(Executor pool) { Last = [|pool.Submit|](Work); }")]
    [InlineData("private readonly Task[] _tasks = new Task[3]; void Run(Executor pool) { _tasks[0] = [|pool.Submit|](Work); }")]
    public Task TaskInAPrivateMemberThatNobodyReads_Triggers(string members) => Class(members);

    [Theory]
    [InlineData("private Task? _last; void Run(Executor pool) { _last = pool.Submit(Work); } async Task End() => await _last!;")]
    [InlineData("private Task? _last; void Run(Executor pool) { _last = pool.Submit(Work); } void End() { _last?.Wait(); }")]
    [InlineData("private readonly List<Task> _tasks = new(); void Run(Executor pool) { _tasks.Add(pool.Submit(Work)); } Task End() => Task.WhenAll(_tasks);")]
    [InlineData("internal Task? _last; void Run(Executor pool) { _last = pool.Submit(Work); }")]
    [InlineData("public Task? Last { get; private set; } void Run(Executor pool) { Last = pool.Submit(Work); }")]
    [InlineData("Task<int> Run(Executor pool) => pool.Submit(Twice, 3);")]
    [InlineData("async Task<int> Run(Executor pool) => await pool.Submit(Twice, 3);")]
    [InlineData("IEnumerable<Task> Run(Executor pool) { yield return pool.Submit(Work); }")]
    [InlineData("IEnumerable<Task> Run(Executor pool, int[] items) => items.Select(item => pool.Submit(Twice, item));")]
    [InlineData("void Run(Executor pool, List<Task> tasks) { tasks.Add(pool.Submit(Work)); }")]
    [InlineData("void Run(Executor pool, out Task task) { task = pool.Submit(Work); }")]
    [InlineData("Program(Executor pool) : this(pool.Submit(Work)) { } Program(Task task) { Task.WaitAll(task); }")]
    public Task TaskThatOthersMayRead_DoesNotTrigger(string members) => Class(members);

    [Theory]
    [InlineData("[|pool.Map|](Twice, items);")]
    [InlineData("var results = [|pool.Map|](Twice, items);")]
    [InlineData("[|pool.Map|](Twice, items).ConfigureAwait(false);")]
    public Task MapThatNobodyEnumerates_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("await foreach (var x in pool.Map(Twice, items)) Console.WriteLine(x);")]
    [InlineData("await foreach (var x in pool.Map(Twice, items).ConfigureAwait(false)) Console.WriteLine(x);")]
    [InlineData("var results = pool.Map(Twice, items); await foreach (var x in results) Console.WriteLine(x);")]
    [InlineData("foreach (var x in pool.Map(Twice, items).ToBlockingEnumerable()) Console.WriteLine(x);")]
    [InlineData("var all = await pool.Map(Twice, items).ToListAsync(); Console.WriteLine(all.Count);")]
    [InlineData("Console.WriteLine(await pool.Map(Twice, items).Select(x => x + 1).SumAsync());")]
    [InlineData("await using var each = pool.Map(Twice, items).GetAsyncEnumerator(); await each.MoveNextAsync();")]
    [InlineData("_ = pool.Map(Twice, items);")]
    public Task MapThatIsEnumerated_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("Task.Run(Work);")]
    [InlineData("pool.ShutdownAsync();")]
    [InlineData("WorkerProcess.Start(Work);")]
    [InlineData("new Other().Submit(Work);")]
    public Task OtherTasks_DoNotTrigger(string statements) => InMethod(statements);

    [Fact]
    public Task Messages_NameWhatIsDropped() => Verify.VerifyAnalyzerAsync("""
        using Tandem;

        class Program
        {
            static void Run(Executor pool, int[] items)
            {
                {|#0:pool.Submit|}(() => 3);
                var task = {|#1:pool.Submit|}(() => 4);
                {|#2:pool.Map|}(x => x + 1, items);
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithArguments("The task of 'Submit' is dropped here", "an exception of its work is lost", "await it, or discard it in the open with '_ ='"),
        Verify.Diagnostic().WithLocation(1).WithArguments("The task of 'Submit' is kept in 'task', which nobody reads", "an exception of its work is lost", "await it, or discard it in the open with '_ ='"),
        Verify.Diagnostic().WithLocation(2).WithArguments("What 'Map' gives is dropped here", "nobody enumerates it, and its work never runs", "enumerate it with 'await foreach'"));

    private static Task InMethod(string statements) => Class($$"""
            static void Observe(Task task) => task.Wait();
            static void Throws<T>(Action code) where T : Exception { try { code(); } catch (T) { } }
            static async Task Run(Executor pool, ThreadExecutor threads, Executor? given, List<int> items, int number)
            {
                await Task.Yield();
                {{statements}}
            }
        """);

    private static Task Class(string members) => new Verify.Test
    {
        TestCode = $$"""
            #pragma warning disable CS0414, CS4014, CS1998, CS0649, CS8618
            using System;
            using System.Collections.Generic;
            using System.Linq;
            using System.Threading.Tasks;
            using Tandem;

            class Program
            {
                static void Work() { }
                static int Twice(int x) => x + x;
                {{members}}
            }

            static class Extensions
            {
                public static async void Forget(this Task task) => await task;
            }

            class Other
            {
                public Task Submit(Action work) => Task.Run(work);
            }
            """,
    }.RunAsync();
}
