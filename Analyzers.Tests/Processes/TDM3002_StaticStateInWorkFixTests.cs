using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Processes.StaticStateInWorkAnalyzer, Tandem.CodeFixes.Processes.StaticStateInWorkCodeFix>;

namespace Tandem.Analyzers.Tests.Processes;

public class StaticStateInWorkFixTests
{
    [Fact]
    public Task ReadField_IsPassed() => InMethod(
        "s_rate = number; var r = await pool.Submit(() => Compute([|s_rate|]) + s_rate);",
        "s_rate = number; var r = await pool.Submit(static rate => Compute(rate) + rate, s_rate);");

    [Fact]
    public Task ReadProperty_IsPassedBehindTheArgumentsThatAreThere() => InMethod(
        "Rate = number; var r = await pool.Submit(static (int x) => Compute([|Rate|]) + x, 3, token);",
        "Rate = number; var r = await pool.Submit(static (int x, int rate) => Compute(rate) + x, 3, Rate, token);");

    [Fact]
    public Task TwoReadFields_ArePassed() => InMethod(
        "s_rate = number; Rate = number; var r = await pool.Submit(static x => [|s_rate|] + [|Rate|] + x, 3);",
        "s_rate = number; Rate = number; var r = await pool.Submit(static (x, rate, rate2) => rate + rate2 + x, 3, s_rate, Rate);");

    [Fact]
    public Task WorkOfAProcess_GetsIt() => InMethod(
        "s_rate = number; using var w = WorkerProcess.Start(static () => Console.WriteLine([|s_rate|]));",
        "s_rate = number; using var w = WorkerProcess.Start(static rate => Console.WriteLine(rate), s_rate);");

    [Fact]
    public Task PrivateMethod_GetsAParameter() => Class(
        """
        async Task Run(ProcessExecutor pool, int number) { s_rate = number; await pool.Submit(Scale, 3); }

            private static int Scale(int x) => x * [|s_rate|];
        """,
        """
        async Task Run(ProcessExecutor pool, int number) { s_rate = number; await pool.Submit(Scale, 3, s_rate); }

            private static int Scale(int x, int rate) => x * rate;
        """);

    [Fact]
    public Task MethodThatOthersCall_IsLeft() => Same("""
        async Task Run(ProcessExecutor pool, int number) { s_rate = number; await pool.Submit(Scale, 3); Scale(4); }

            private static int Scale(int x) => x * [|s_rate|];
        """);

    [Fact]
    public Task MethodThatTheWorkCalls_IsLeft() => Same("""
        async Task Run(ProcessExecutor pool, int number) { s_rate = number; await pool.Submit(static x => Scale(x), 3); }

            private static int Scale(int x) => x * [|s_rate|];
        """);

    [Fact]
    public Task ItemsOfAMap_AreLeft() => Unchanged("s_rate = number; await foreach (var r in pool.Map(static x => x * [|s_rate|], [1, 2])) Console.WriteLine(r);");

    [Fact]
    public Task ValueThatCannotCross_IsLeft() => Unchanged("s_stop.Cancel(); await pool.Submit(static () => [|s_stop|].IsCancellationRequested);");

    [Fact]
    public Task ValueThatIsSetLater_IsLeft() => Unchanged("var task = pool.Submit(static () => { while ([|s_rate|] == 0) Thread.Sleep(1); }); s_rate = number; await task;");

    [Fact]
    public Task FiveArguments_AreLeft() => Unchanged("s_rate = number; await pool.Submit(static (a, b, c, d) => [|s_rate|] + a + b + c + d, 1, 2, 3, 4);");

    [Fact]
    public Task ValueSetAtTheEnd_IsReturned() => InMethod(
        "await pool.Submit(() => [|s_rate|] = Compute(3)); Console.WriteLine(s_rate);",
        "s_rate = await pool.Submit(() => Compute(3)); Console.WriteLine(s_rate);");

    [Fact]
    public Task ValueSetAtTheEndOfABlock_IsReturned() => InMethod(
        """
        await pool.Submit(static n =>
                {
                    var sum = 0;
                    for (var i = 0; i < n; i++) sum += Compute(i);
                    // the result
                    [|s_rate|] = sum;
                }, number);
                Console.WriteLine(s_rate);
        """,
        """
        s_rate = await pool.Submit(static n =>
                {
                    var sum = 0;
                    for (var i = 0; i < n; i++) sum += Compute(i);
                    // the result
                    return sum;
                }, number);
                Console.WriteLine(s_rate);
        """);

    [Theory]
    [InlineData("await pool.Submit(static () => { [|s_rate|]++; }); Console.WriteLine(s_rate);")]
    [InlineData("await pool.Submit(static () => { [|s_rate|] = 3; Console.WriteLine(s_rate); }); Console.WriteLine(s_rate);")]
    [InlineData("await pool.Submit(static x => { if (x > 3) return; [|s_rate|] = x; }, number); Console.WriteLine(s_rate);")]
    [InlineData("await Task.WhenAll(pool.Submit(static () => { [|s_rate|] = 3; }), pool.Submit(static () => Compute(3))); Console.WriteLine(s_rate);")]
    public Task WriteThatIsNotPlain_IsLeft(string statements) => Unchanged(statements);

    private static Task Unchanged(string statements) => InMethod(statements, statements);

    private static Task Same(string members) => Class(members, members);

    private static Task InMethod(string statements, string repaired) => Class(Method(statements), Method(repaired));

    private static Task Class(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Method(string statements) => $$"""
        static int Compute(int x) => x;
            async Task Run(ProcessExecutor pool, int number, CancellationToken token)
            {
                await Task.Yield();
                {{statements}}
            }
        """;

    private static string Source(string members) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            private static int s_rate = 2;
            private static readonly CancellationTokenSource s_stop = new();
            private static int Rate { get; set; }
            {{members}}
        }
        """;
}
