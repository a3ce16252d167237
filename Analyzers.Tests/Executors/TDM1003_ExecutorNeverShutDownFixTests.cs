using Microsoft.CodeAnalysis.CSharp;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Executors.ExecutorNeverShutDownAnalyzer, Tandem.CodeFixes.Executors.ExecutorNeverShutDownCodeFix>;

namespace Tandem.Analyzers.Tests.Executors;

public class ExecutorNeverShutDownFixTests
{
    [Fact]
    public Task AsynchronousCode_AwaitsTheEnd() => Class(
        "async Task Run() { /* four */ var pool = [|new ThreadExecutor(4)|]; await pool.Submit(Work); }",
        "async Task Run() { /* four */ await using var pool = new ThreadExecutor(4); await pool.Submit(Work); }");

    [Fact]
    public Task OtherCode_WaitsForTheEnd() => Class(
        "void Run() { ProcessExecutor pool = [|new(2)|]; pool.Submit(Work).Wait(); }",
        "void Run() { using ProcessExecutor pool = new(2); pool.Submit(Work).Wait(); }");

    [Fact]
    public Task EarlyReturn_IsCovered() => Class(
        "async Task Run(bool flag) { var pool = [|new ThreadExecutor(4)|]; if (flag) return; await pool.Submit(Work); pool.Dispose(); }",
        "async Task Run(bool flag) { await using var pool = new ThreadExecutor(4); if (flag) return; await pool.Submit(Work); pool.Dispose(); }");

    [Fact]
    public Task Choice_IsDeclaredAsAWhole() => Class(
        "async Task Run(bool flag) { Executor pool = [|flag ? new ThreadExecutor(4) : new ProcessExecutor(4)|]; await pool.Submit(Work); }",
        "async Task Run(bool flag) { await using Executor pool = flag ? new ThreadExecutor(4) : new ProcessExecutor(4); await pool.Submit(Work); }");

    [Fact]
    public Task WhatSomebodyElseMayHaveMade_IsDisposedByThem() => Same(
        "async Task Run(Executor? given) { var pool = [|given ?? new ThreadExecutor(4)|]; await pool.Submit(Work); }");

    [Fact]
    public Task ReturnedTask_IsAwaited() => Class(
        "static Task<int> Run(bool flag) { var pool = [|new ThreadExecutor(4)|]; if (flag) return Task.FromResult(1); return pool.Submit(Compute, 2); }",
        "static async Task<int> Run(bool flag) { await using var pool = new ThreadExecutor(4); if (flag) return await Task.FromResult(1); return await pool.Submit(Compute, 2); }");

    [Fact]
    public Task ReturnedTaskWithoutAResult_IsAwaited() => Class(
        "public Task Run() { var pool = [|new ThreadExecutor(4)|]; pool.Submit(Work).Wait(); return pool.Submit(Work); }",
        "public async Task Run() { await using var pool = new ThreadExecutor(4); pool.Submit(Work).Wait(); await pool.Submit(Work); }");

    [Fact]
    public Task SequenceThatOthersEnumerate_IsLeft() => Same(
        "IAsyncEnumerable<int> Run(int[] items) { var pool = [|new ThreadExecutor(4)|]; return pool.Map(Compute, items); }");

    [Fact]
    public Task SequenceThatIsEnumeratedHere_IsNot() => Class(
        "async Task Run(int[] items) { var pool = [|new ThreadExecutor(4)|]; var found = pool.Map(Compute, items); await foreach (var x in found) Console.WriteLine(x); }",
        "async Task Run(int[] items) { await using var pool = new ThreadExecutor(4); var found = pool.Map(Compute, items); await foreach (var x in found) Console.WriteLine(x); }");

    [Fact]
    public Task VariableThatIsSetLater_IsLeft() => Same(
        "async Task Run(bool flag) { Executor? pool = null; if (flag) pool = [|new ThreadExecutor(4)|]; if (pool != null) await pool.Submit(Work); }");

    [Fact]
    public Task ExecutorThatNobodyKeeps_GetsAVariable() => Class(
        """
        async Task<int> Run(int executor)
            {
                // Once.
                var result = await [|new ThreadExecutor(4)|].Submit(Compute, executor);
                return await [|new ProcessExecutor(1)|].Submit(Compute, result);
            }
        """,
        """
        async Task<int> Run(int executor)
            {
                await using var executor2 = new ThreadExecutor(4);
                // Once.
                var result = await executor2.Submit(Compute, executor);
                await using var executor3 = new ProcessExecutor(1);
                return await executor3.Submit(Compute, result);
            }
        """);

    [Fact]
    public Task EnumeratedAtOnce_GetsAVariable() => Class(
        "async Task Run(int[] items) { await foreach (var x in [|new ThreadExecutor(4)|].Map(Compute, items)) Console.WriteLine(x); }",
        "async Task Run(int[] items) { await using var executor = new ThreadExecutor(4); await foreach (var x in executor.Map(Compute, items)) Console.WriteLine(x); }");

    [Fact]
    public Task ConditionalUse_IsLeft() => Same(
        "async Task<int> Run(bool flag) { return flag ? 1 : await [|new ThreadExecutor(4)|].Submit(Compute, 2); }");

    [Fact]
    public Task TopLevelStatements() => new Verify.Test
    {
        TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication },
        TestCode = """
            using System;
            using Tandem;

            // Two workers.
            var pool = [|new ProcessExecutor(2)|];
            Console.WriteLine(await pool.Submit(static x => x + 1, 3));
            """,
        FixedCode = """
            using System;
            using Tandem;

            // Two workers.
            await using var pool = new ProcessExecutor(2);
            Console.WriteLine(await pool.Submit(static x => x + 1, 3));
            """,
    }.RunAsync();

    [Fact]
    public Task Case_GetsTheStatement() => Class(
        """
        async Task Run(int mode)
            {
                switch (mode)
                {
                    case 1:
                        var pool = [|new ThreadExecutor(2)|];
                        await pool.Submit(Work);
                        break;
                }
            }
        """,
        """
        async Task Run(int mode)
            {
                switch (mode)
                {
                    case 1:
                        await using (var pool = new ThreadExecutor(2))
                        {
                            await pool.Submit(Work);
                            break;
                        }
                }
            }
        """);

    [Fact]
    public Task CSharp7_GetsTheStatement() => new Verify.Test
    {
        LanguageVersion = LanguageVersion.CSharp7_3,
        TestCode = """
            using Tandem;

            class Program
            {
                static int Run()
                {
                    // Two workers.
                    var pool = [|new ThreadExecutor(2)|];

                    var x = pool.Submit(() => 3).Result;
                    return x;
                }
            }
            """,
        FixedCode = """
            using Tandem;

            class Program
            {
                static int Run()
                {
                    // Two workers.

                    using (var pool = new ThreadExecutor(2))
                    {
                        var x = pool.Submit(() => 3).Result;
                        return x;
                    }
                }
            }
            """,
    }.RunAsync();

    private static Task Same(string members) => Class(members, members);

    private static Task Class(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Source(string members) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static void Work() { }
            static int Compute(int x) => x;
            {{members}}
        }
        """;
}
