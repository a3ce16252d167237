using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Executors.WaitOnOwnExecutorAnalyzer, Tandem.CodeFixes.Executors.WaitOnOwnExecutorCodeFix>;

namespace Tandem.Analyzers.Tests.Executors;

public class WaitOnOwnExecutorFixTests
{
    [Fact]
    public Task MethodGroup_IsCalled() => Directly(
        "await pool.Submit(() => [|pool.Submit(Twice, number).Result|] + 1); await pool.Submit(() => { /* now */ [|pool.Submit(Work).Wait()|]; });",
        "await pool.Submit(() => Twice(number) + 1); await pool.Submit(() => { /* now */ Work(); });");

    [Fact]
    public Task Lambda_IsWrittenOut() => Directly(
        "await pool.Submit(() => [|pool.Submit(() => number + 1).GetAwaiter().GetResult()|] * 2);",
        "await pool.Submit(() => (number + 1) * 2);");

    [Fact]
    public Task Recursion_CallsItself() => Directly(
        "await pool.Submit(() => Sum(pool, 3)); static int Sum(ThreadExecutor pool, int n) => n < 2 ? n : [|pool.Submit(() => Sum(pool, n - 1)).Result|];",
        "await pool.Submit(() => Sum(pool, 3)); static int Sum(ThreadExecutor pool, int n) => n < 2 ? n : Sum(pool, n - 1);");

    [Fact]
    public Task LambdaBecomesAsynchronous_AndAwaits() => Await(
        "var x = await pool.Submit(() => [|pool.Submit(Twice, number).Result|] + 1); Console.WriteLine(x); await pool.Submit(n => { [|pool.Submit(Twice, n).Wait()|]; }, 3);",
        "var x = await pool.Submit(async () => await pool.Submit(Twice, number) + 1); Console.WriteLine(x); await pool.Submit(async n => { await pool.Submit(Twice, n); }, 3);");

    [Fact]
    public Task AsynchronousLambda_Awaits() => Await(
        "await pool.Submit(async () => { await Task.Yield(); return [|pool.Submit(Twice, number).Result|].ToString(); });",
        "await pool.Submit(async () => { await Task.Yield(); return (await pool.Submit(Twice, number)).ToString(); });");

    [Fact]
    public Task Several_AreAwaitedTogether() => Await(
        "await pool.Submit(() => { var tasks = new[] { 1, 2 }.Select(n => pool.Submit(Twice, n)).ToArray(); [|Task.WaitAll(tasks)|]; });",
        "await pool.Submit(async () => { var tasks = new[] { 1, 2 }.Select(n => pool.Submit(Twice, n)).ToArray(); await Task.WhenAll(tasks); });");

    [Fact]
    public Task TaskInALocal_IsAwaited() => Await(
        "await pool.Submit(() => { var task = pool.Submit(Twice, 3); Work(); return [|task.Result|]; });",
        "await pool.Submit(async () => { var task = pool.Submit(Twice, 3); Work(); return await task; });");

    [Fact]
    public Task TaskInALocal_BecomesItsResult() => Directly(
        "await pool.Submit(Inner); int Inner() { Task<int> task = pool.Submit(() => Twice(3)); Work(); return [|task.Result|] + [|task.GetAwaiter().GetResult()|]; }",
        "await pool.Submit(Inner); int Inner() { var task = Twice(3); Work(); return task + task; }");

    [Fact]
    public Task TaskThatIsUsedOtherwise_IsLeft() => Same(
        "await pool.Submit(Inner); int Inner() { var task = pool.Submit(Twice, 3); Console.WriteLine(task.Id); return [|task.Result|]; }");

    [Fact]
    public Task BlockOfStatements_IsNotWrittenOut() => Same(
        "await pool.Submit(Inner); int Inner() => [|pool.Submit(() => { Work(); return 3; }).Result|];");

    private static Task Directly(string statements, string repaired) => With("CallDirectly", statements, repaired);

    private static Task Await(string statements, string repaired) => With("Await", statements, repaired);

    private static Task With(string key, string statements, string repaired) => new Verify.Test { CodeActionEquivalenceKey = key, TestCode = Source(statements), FixedCode = Source(repaired) }.RunAsync();

    private static Task Same(string statements) => Verify.VerifyCodeFixAsync(Source(statements), Source(statements));

    private static string Source(string statements) => $$"""
        using System;
        using System.Linq;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static void Work() { }
            static int Twice(int x) => x + x;

            static async Task Run(ThreadExecutor pool, int number)
            {
                {{statements}}
            }
        }
        """;
}
