using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Processes.UnlockedSharedMemoryAnalyzer, Tandem.CodeFixes.Processes.UnlockedSharedMemoryCodeFix>;

namespace Tandem.Analyzers.Tests.Processes;

public class UnlockedSharedMemoryFixTests
{
    private const string Update = "UpdateCall";
    private const string Hold = "Hold";

    [Theory]
    [InlineData("[|total.Value++|];", "total.Update(static value => value + 1);")]
    [InlineData("Console.WriteLine([|--total.Value|]);", "Console.WriteLine(total.Update(static value => value - 1));")]
    [InlineData("[|total.Value += 3|];", "total.Update(static value => value + 3);")]
    [InlineData("[|total.Value -= n - 1|];", "total.Update(value => value - (n - 1));")]
    [InlineData("[|total.Value = total.Value * 2 + n|];", "total.Update(value => value * 2 + n);")]
    [InlineData("[|total.Value = Math.Max(total.Value, n)|];", "total.Update(value => Math.Max(value, n));")]
    [InlineData("var value = n; [|total.Value += value|];", "var value = n; total.Update(current => current + value);")]
    public Task Value_IsUpdated(string statements, string repaired) => InWork(Update, statements, repaired);

    [Theory]
    [InlineData("Console.WriteLine([|total.Value++|]);")]
    [InlineData("var old = total.Value; [|total.Value = old + n|];")]
    [InlineData("[|items[0]++|];")]
    [InlineData("if (total.Value < n) [|total.Value = n|];")]
    [InlineData("if (total.Value < n) return; [|total.Value -= n|];")]
    public Task WhatUpdateDoesNotDo_IsLeft(string statements) => InWork(Update, statements, statements);

    [Fact]
    public Task Item_IsLocked() => InWork(Hold,
        """
        // one more
                [|items[0]++|];
        """,
        """
        // one more
                using (items.Lock.Acquire())
                {
                    items[0]++;
                }
        """);

    [Fact]
    public Task ReadAndWrite_AreLockedTogether() => InWork(Hold,
        """
        var old = total.Value;
                Console.WriteLine(old);
                [|total.Value = old + n|];
        """,
        """
        using (total.Lock.Acquire())
                {
                    var old = total.Value;
                    Console.WriteLine(old);
                    total.Value = old + n;
                }
        """);

    [Fact]
    public Task TestAndWrite_AreLockedTogether() => InWork(Hold,
        """
        if (total.Value < n)
                    [|total.Value = n|];
        """,
        """
        using (total.Lock.Acquire())
                {
                    if (total.Value < n)
                        total.Value = n;
                }
        """);

    [Fact]
    public Task LocalThatIsUsedLater_IsDeclaredBefore() => InWork(Hold,
        """
        var old = total.Value;
                [|total.Value = old + n|];
                Console.WriteLine(old);
        """,
        """
        int old;
                using (total.Lock.Acquire())
                {
                    old = total.Value;
                    total.Value = old + n;
                }
                Console.WriteLine(old);
        """);

    [Fact]
    public Task TestThatReturnsAndWrite_AreLockedTogether() => InWork(Hold,
        """
        if (total.Value < n) return;
                [|total.Value -= n|];
        """,
        """
        using (total.Lock.Acquire())
                {
                    if (total.Value < n) return;
                    total.Value -= n;
                }
        """);

    [Theory]
    [InlineData("int old; using (total.Lock.Acquire()) old = total.Value; using (total.Lock.Acquire()) [|total.Value = old + n|];")]
    [InlineData("if (total.Value < n) { total.Update(static value => value + 1); [|total.Value = n|]; }")]
    public Task LockThatIsTakenInside_IsNotTakenAround(string statements) => InWork(Hold, statements, statements);

    [Fact]
    public Task ExpressionBody_BecomesABlock() => Verify2(Hold,
        "static void Work(SharedValue<int> total, SharedArray<int> items, int n) => [|items[0] += n|];",
        """
        static void Work(SharedValue<int> total, SharedArray<int> items, int n)
            {
                using (items.Lock.Acquire())
                {
                    items[0] += n;
                }
            }
        """);

    [Fact]
    public Task LockOfThreads_Stays() => InWork(Hold,
        """
        lock (s_gate)
                {
                    [|total.Value++|];
                }
        """,
        """
        lock (s_gate)
                {
                    using (total.Lock.Acquire())
                    {
                        total.Value++;
                    }
                }
        """);

    private static Task InWork(string key, string statements, string repaired) => Verify2(key, Work(statements), Work(repaired));

    private static string Work(string statements) => $$"""
        static void Work(SharedValue<int> total, SharedArray<int> items, int n)
            {
                {{statements}}
            }
        """;

    private static Task Verify2(string key, string work, string repaired)
    {
        var test = new Verify.Test { TestCode = Source(work), CodeActionEquivalenceKey = key };
        if (work != repaired) test.FixedCode = Source(repaired);
        return test.RunAsync();
    }

    private static string Source(string work) => $$"""
        using System;
        using System.Linq;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            private static readonly object s_gate = new();

            {{work}}

            static async Task Run(ProcessExecutor pool)
            {
                using var total = new SharedValue<int>();
                using var items = new SharedArray<int>(10);
                await Task.WhenAll(Enumerable.Range(0, 4).Select(n => pool.Submit(Work, total, items, n)));
            }
        }
        """;
}
