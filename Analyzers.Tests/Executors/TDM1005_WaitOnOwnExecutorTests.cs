using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Executors.WaitOnOwnExecutorAnalyzer>;

namespace Tandem.Analyzers.Tests.Executors;

public class WaitOnOwnExecutorTests
{
    [Theory]
    [InlineData("[|pool.Submit(Twice, 3).Result|] + 1")]
    [InlineData("[|pool.Submit(Twice, 3).GetAwaiter().GetResult()|]")]
    [InlineData("[|pool.Submit(Twice, 3).ConfigureAwait(false).GetAwaiter().GetResult()|]")]
    [InlineData("{ [|pool.Submit(Work).Wait()|]; return 1; }")]
    [InlineData("{ var task = pool.Submit(Twice, 3); Console.WriteLine(); return [|task.Result|]; }")]
    [InlineData("{ var one = pool.Submit(Work); var other = pool.Submit(Work); [|Task.WaitAll(one, other)|]; return 1; }")]
    [InlineData("{ var tasks = items.Select(item => pool.Submit(Twice, item)).ToArray(); [|Task.WaitAll(tasks)|]; return 1; }")]
    [InlineData("{ var tasks = items.Select(item => pool.Submit(Twice, item)); return [|Task.WhenAll(tasks).Result|].Sum(); }")]
    [InlineData("{ var sum = 0; var tasks = new List<Task<int>>(); foreach (var item in items) tasks.Add(pool.Submit(Twice, item)); foreach (var task in tasks) sum += [|task.Result|]; return sum; }")]
    [InlineData("{ var tasks = new List<Task>(); foreach (var item in items) tasks.Add(pool.Submit(Twice, item)); [|Task.WaitAll(tasks)|]; return 1; }")]
    [InlineData("{ var tasks = new Task<int>[2]; tasks[0] = pool.Submit(Twice, 1); return [|tasks[0].Result|]; }")]
    [InlineData("items.Select(item => [|pool.Submit(Twice, item).Result|]).Sum()")]
    [InlineData("{ var sum = 0; foreach (var x in [|pool.Map(Twice, items).ToBlockingEnumerable()|]) sum += x; return sum; }")]
    public Task WaitOfAWorkerForItsOwnExecutor_Triggers(string work) => InMethod($"await pool.Submit(() => {work});");

    [Theory]
    [InlineData("await pool.Submit(async () => await pool.Submit(Twice, 3));")]
    [InlineData("await pool.Submit(async () => { var task = pool.Submit(Twice, 3); await task; return task.Result; });")]
    [InlineData("await pool.Submit(() => Twice(3));")]
    [InlineData("await pool.Submit(() => other.Submit(Twice, 3).Result);")]
    [InlineData("await pool.Submit(() => { _ = pool.Submit(Twice, 3); });")]
    [InlineData("await pool.Submit(() => pool.Submit(Work).ContinueWith(task => Console.WriteLine(task.Exception)));")]
    [InlineData("await pool.Submit(() => pool.Submit(Work).Wait(100));")]
    [InlineData("await pool.Submit(() => { Task[] tasks = [pool.Submit(Work)]; Task.WaitAll(tasks, 100); });")]
    [InlineData("await pool.Submit(() => pool.Submit(Work).Wait(TimeSpan.FromSeconds(1)));")]
    [InlineData("await pool.Submit(() => Task.Run(Work).Wait());")]
    [InlineData("await pool.Submit(() => { Task.Run(() => pool.Submit(Work).Wait()); });")]
    [InlineData("await pool.Submit(() => { var thread = new Thread(() => pool.Submit(Work).Wait()); thread.Start(); });")]
    [InlineData("Console.WriteLine(pool.Submit(Twice, 3).Result);")]
    [InlineData("pool.Submit(Work).Wait(); await Task.Run(() => pool.Submit(Work).Wait());")]
    [InlineData("var task = pool.Submit(Work); await pool.Submit(() => Console.WriteLine(task.IsCompleted));")]
    [InlineData("await other.Submit(() => pool.Submit(Twice, 3).Result);")]
    [InlineData("await s_processes.Submit(static () => s_processes.Submit(Twice, 3).Result);")]
    [InlineData("await s_any.Submit(static () => s_any.Submit(Twice, 3).Result);")]
    [InlineData("await pool.Submit(() => { var inner = new ThreadExecutor(1); return inner.Submit(Twice, 3).Result; });")]
    public Task WaitThatHoldsNoWorkerOfIts_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("await s_pool.Submit(() => [|s_pool.Submit(Twice, 3).Result|]);")]
    [InlineData("Executor any = pool; await any.Submit(() => [|any.Submit(Twice, 3).Result|]);")]
    [InlineData("await foreach (var x in pool.Map(item => [|pool.Submit(Twice, item).Result|], items)) Console.WriteLine(x);")]
    [InlineData("Func<int> work = () => 3; await pool.Submit(() => [|pool.Submit(work).Result|]);")]
    public Task OtherHandOvers_Trigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => _pool.Submit(Inner); int Inner() => [|_pool.Submit(Twice, 3).Result|];")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => _pool.Submit(() => Inner(3)); int Inner(int x) { return [|_pool.Submit(Twice, x).Result|]; }")]
    [InlineData("private readonly Executor _pool; Program(Executor pool) => _pool = pool; Task<int> Run() => _pool.Submit(() => this.Inner()); int Inner() => [|this._pool.Submit(Twice, 3).Result|];")]
    [InlineData("Task<int> Run(ThreadExecutor pool) { return pool.Submit(Inner); int Inner() => [|pool.Submit(Twice, 3).Result|]; }")]
    [InlineData("Task<int> Run(ThreadExecutor pool) { return pool.Submit(() => Inner() + 1); int Inner() => [|pool.Submit(Twice, 3).Result|]; }")]
    [InlineData("static int Sum(ThreadExecutor pool, int n) { if (n < 2) return n; var left = pool.Submit(() => Sum(pool, n / 2)); return Sum(pool, n - n / 2) + [|left.Result|]; }")]
    [InlineData("static int Sum(ThreadExecutor pool, int n) { var left = pool.Submit(Sum, pool, n / 2); return n + [|left.Result|]; }")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => _pool.Submit(Outer, 3); int Outer(int x) => Inner(x) + 1; int Inner(int x) => [|_pool.Submit(Twice, x).Result|];")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => _pool.Submit(() => Outer(_pool, 3)); int Outer(ThreadExecutor its, int x) => Inner(its, x); int Inner(ThreadExecutor given, int x) => [|given.Submit(Twice, x).Result|];")]
    public Task MethodThatTheWorkerCalls_Triggers(string members) => Class(members);

    [Theory]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => _pool.Submit(Twice, 3); int Now(int x) => Inner(x); int Inner(int x) => _pool.Submit(Twice, x).Result;")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task Run() => _pool.Submit(Outer, 3); Task Outer(int x) => Task.Run(() => Inner(x)); int Inner(int x) => _pool.Submit(Twice, x).Result;")]
    [InlineData("private readonly ThreadExecutor _pool = new(2), _other = new(2); Task<int> Run() => _pool.Submit(Outer, 3); int Outer(int x) => Inner(_other, x); int Inner(ThreadExecutor given, int x) => given.Submit(Twice, x).Result;")]
    public Task MethodWhoseCallersAreNoWorkOfIt_DoesNotTrigger(string members) => Class(members);

    [Theory]
    [InlineData("private readonly ThreadExecutor _pool = new(2), _other = new(2); Task<int> Run() => _other.Submit(Inner); int Inner() => _pool.Submit(Twice, 3).Result;")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); int Run() => Inner(); int Inner() => _pool.Submit(Twice, 3).Result;")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => Task.Run(Inner); int Inner() => _pool.Submit(Twice, 3).Result;")]
    [InlineData("private readonly ThreadExecutor _pool = new(2); Task<int> Run() => _pool.Submit(Inner); async Task<int> Inner() => await _pool.Submit(Twice, 3);")]
    [InlineData("static int Sum(ThreadExecutor pool, ThreadExecutor other, int n) { var left = pool.Submit(() => Sum(other, pool, n / 2)); return left.Result; }")]
    [InlineData("static int Start(ThreadExecutor pool) => pool.Submit(() => Sum(2)).Result; static int Sum(int n) => n;")]
    [InlineData("private static readonly ProcessExecutor s_all = new(2); static Task<int> Run() => s_all.Submit(Inner); static int Inner() => s_all.Submit(Twice, 3).Result;")]
    public Task MethodThatNoWorkerOfItsCalls_DoesNotTrigger(string members) => Class(members);

    [Fact]
    public Task Message_NamesTheWaitAndTheSubmission() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            private readonly ThreadExecutor _pool = new(2);

            Task<int> Run() =>
                {|#1:_pool.Submit(Outer)|};

            int Outer() => {|#0:{|#2:_pool.Submit(() => 3)|}.Result|};
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("_pool", "Task.Result", "9"));

    private static Task InMethod(string statements) => Class($$"""
            private static readonly ThreadExecutor s_pool = new(2);
            private static readonly ProcessExecutor s_processes = new(2);
            private static Executor s_any = new ThreadExecutor(2);
            static async Task Run(ThreadExecutor pool, ThreadExecutor other, List<int> items)
            {
                {{statements}}
            }
        """);

    private static Task Class(string members) => new Verify.Test
    {
        TestCode = $$"""
            #pragma warning disable CS4014, CS1998
            using System;
            using System.Collections.Generic;
            using System.Linq;
            using System.Threading;
            using System.Threading.Tasks;
            using Tandem;

            class Program
            {
                static void Work() { }
                static int Twice(int x) => x + x;
                {{members}}
            }
            """,
    }.RunAsync();
}
