using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Executors.ResultDroppedAnalyzer, Tandem.CodeFixes.Executors.ResultDroppedCodeFix>;

namespace Tandem.Analyzers.Tests.Executors;

public class ResultDroppedFixTests
{
    [Fact]
    public Task Task_IsAwaited() => Await(
        "/* go */ [|pool.Submit|](Work); foreach (var item in items) [|pool.Submit|](Twice, item).ConfigureAwait(false);",
        "/* go */ await pool.Submit(Work); foreach (var item in items) await pool.Submit(Twice, item).ConfigureAwait(false);");

    [Fact]
    public Task Tasks_AreAwaitedTogether() => Await(
        "Task.WhenAll([|pool.Submit|](Work)); items.Select(item => [|pool.Submit|](Twice, item)).ToList();",
        "await Task.WhenAll(pool.Submit(Work)); await Task.WhenAll(items.Select(item => pool.Submit(Twice, item)).ToList());");

    [Fact]
    public Task LocalThatNobodyReads_Goes() => Await(
        "var task = [|pool.Submit|](Twice, 3); var tasks = items.Select(item => [|pool.Submit|](Twice, item));",
        "await pool.Submit(Twice, 3); await Task.WhenAll(items.Select(item => pool.Submit(Twice, item)));");

    [Fact]
    public Task LocalThatIsSetAgain_IsAwaitedWhereItIsSet() => Await(
        "Task task; task = [|pool.Submit|](Work);",
        "Task task; await (task = pool.Submit(Work));");

    [Fact]
    public Task CollectedTasks_AreAwaitedBehindTheLoop() => Await(
        """
        var tasks = new List<Task>();
                foreach (var item in items)
                {
                    tasks.Add([|pool.Submit|](Twice, item));
                }

                Console.WriteLine("started");
        """,
        """
        var tasks = new List<Task>();
                foreach (var item in items)
                {
                    tasks.Add(pool.Submit(Twice, item));
                }
                await Task.WhenAll(tasks);

                Console.WriteLine("started");
        """);

    [Fact]
    public Task ArrayOfTasks_IsAwaitedBehindTheLoop() => Await(
        "var tasks = new Task[2]; for (var i = 0; i < 2; i++) tasks[i] = [|pool.Submit|](Work);",
        "var tasks = new Task[2]; for (var i = 0; i < 2; i++) tasks[i] = pool.Submit(Work); await Task.WhenAll(tasks);");

    [Fact]
    public Task Field_IsAwaited() => Await("_last = [|pool.Submit|](Work);", "await (_last = pool.Submit(Work));");

    [Fact]
    public Task AsynchronousLambda_Awaits() => Await(
        "Func<Task> run = async () => [|pool.Submit|](Work); await run();",
        "Func<Task> run = async () => await pool.Submit(Work); await run();");

    [Fact]
    public Task Task_IsDiscarded() => Discard(
        "[|pool.Submit|](Work); var task = [|pool.Submit|](Twice, 3); given?[|.Submit|](Work);",
        "_ = pool.Submit(Work); _ = pool.Submit(Twice, 3); _ = given?.Submit(Work);");

    [Fact]
    public Task LambdaThatReturnsNothing_Discards() => Discard(
        "items.ForEach(item => [|pool.Submit|](Twice, item)); Action run = () => [|pool.Submit|](Work); run();",
        "items.ForEach(item => _ = pool.Submit(Twice, item)); Action run = () => _ = pool.Submit(Work); run();");

    [Fact]
    public Task OtherCode_CannotAwait() => Verify.VerifyCodeFixAsync(
        Source("void Run(Executor pool) { [|pool.Submit|](Work); } void Expression(Executor pool) => [|pool.Submit|](Work);"),
        Source("void Run(Executor pool) { _ = pool.Submit(Work); } void Expression(Executor pool) => _ = pool.Submit(Work);"));

    [Fact]
    public Task FieldOfOtherCode_IsLeft() => Same("void Run(Executor pool) { _last = [|pool.Submit|](Work); }");

    [Fact]
    public Task CollectionOfOtherCode_IsWaitedFor() => Verify.VerifyCodeFixAsync(
        Source("void Run(Executor pool) { var tasks = new List<Task>(); tasks.Add([|pool.Submit|](Work)); Work(); }"),
        Source("void Run(Executor pool) { var tasks = new List<Task>(); tasks.Add(pool.Submit(Work)); Task.WaitAll(tasks); Work(); }"));

    [Fact]
    public Task Map_IsEnumerated() => Await(
        "[|pool.Map|](Twice, items); var results = [|pool.Map|](Twice, items);",
        "await foreach (var _ in pool.Map(Twice, items)) { } await foreach (var _ in pool.Map(Twice, items)) { }");

    [Fact]
    public Task MapOfOtherCode_IsEnumerated() => Verify.VerifyCodeFixAsync(
        Source("void Run(Executor pool, int[] items) { [|pool.Map|](Twice, items); }"),
        Source("void Run(Executor pool, int[] items) { foreach (var _ in pool.Map(Twice, items).ToBlockingEnumerable()) { } }"));

    [Fact]
    public Task MapOfALambda_IsLeft() => Same("void Run(Executor pool, int[] items) { Action run = () => [|pool.Map|](Twice, items); run(); }");

    private static Task Await(string statements, string repaired) => InMethod("Await", statements, repaired);

    private static Task Discard(string statements, string repaired) => InMethod("Discard", statements, repaired);

    private static Task InMethod(string key, string statements, string repaired) => new Verify.Test { CodeActionEquivalenceKey = key, TestCode = Source(Method(statements)), FixedCode = Source(Method(repaired)) }.RunAsync();

    private static Task Same(string members) => Verify.VerifyCodeFixAsync(Source(members), Source(members));

    private static string Method(string statements) => $$"""
        async Task Run(Executor pool, Executor? given, List<int> items)
            {
                await Task.Yield();
                {{statements}}
            }
        """;

    private static string Source(string members) => $$"""
        #pragma warning disable CS0414, CS4014, CS1998, CS0219, CS0169
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            private Task? _last;
            static void Work() { }
            static int Twice(int x) => x + x;
            {{members}}
        }
        """;
}
