using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Processes.ArgumentChangedByWorkerAnalyzer, Tandem.CodeFixes.Processes.ArgumentChangedByWorkerCodeFix>;

namespace Tandem.Analyzers.Tests.Processes;

public class ArgumentChangedByWorkerFixTests
{
    [Fact]
    public Task ExpressionLambda_ReturnsIt() => InMethod(
        "var list = new List<int>(); await pool.Submit(static l => l.Add(1), [|list|]); Console.WriteLine(list.Count);",
        "var list = new List<int>(); list = await pool.Submit(static l => { l.Add(1); return l; }, list); Console.WriteLine(list.Count);");

    [Fact]
    public Task BlockLambda_ReturnsIt() => InMethod(
        """
        var list = new List<int>();
                await pool.Submit(static l =>
                {
                    if (l.Count > 3) return;

                    l.Add(1); // one
                }, [|list|]);
                Console.WriteLine(list.Count);
        """,
        """
        var list = new List<int>();
                list = await pool.Submit(static l =>
                {
                    if (l.Count > 3) return l;

                    l.Add(1); // one
                    return l;
                }, list);
                Console.WriteLine(list.Count);
        """);

    [Fact]
    public Task AsynchronousLambda_ReturnsIt() => InMethod(
        "var list = new List<int>(); await pool.Submit(static async l => { await Task.Yield(); l.Add(1); }, [|list|]).ConfigureAwait(false); Console.WriteLine(list.Count);",
        "var list = new List<int>(); list = await pool.Submit(static async l => { await Task.Yield(); l.Add(1); return l; }, list).ConfigureAwait(false); Console.WriteLine(list.Count);");

    [Fact]
    public Task MethodGroup_IsCalled() => InMethod(
        "var list = new List<int>(); await pool.Submit(Fill, [|list|], 3); await pool.Submit(FillAsync, [|list|]); Console.WriteLine(list.Count);",
        "var list = new List<int>(); list = await pool.Submit(static (list, to) => { Fill(list, to); return list; }, list, 3); list = await pool.Submit(static async list => { await FillAsync(list); return list; }, list); Console.WriteLine(list.Count);");

    [Fact]
    public Task Field_IsSet() => Members(
        "private int[] _numbers = new int[3]; async Task Run(ProcessExecutor pool) { await pool.Submit(static n => Array.Sort(n), [|_numbers|]); Console.WriteLine(_numbers[0]); }",
        "private int[] _numbers = new int[3]; async Task Run(ProcessExecutor pool) { _numbers = await pool.Submit(static n => { Array.Sort(n); return n; }, _numbers); Console.WriteLine(_numbers[0]); }");

    [Fact]
    public Task ReadonlyField_IsLeft() => Unchanged("private readonly int[] _numbers = new int[3]; async Task Run(ProcessExecutor pool) { await pool.Submit(static n => Array.Sort(n), [|_numbers|]); Console.WriteLine(_numbers[0]); }");

    [Fact]
    public Task Parameter_IsLeft() => Unchanged("async Task Run(ProcessExecutor pool, int[] numbers) { await pool.Submit(static n => Array.Sort(n), [|numbers|]); Console.WriteLine(numbers[0]); }");

    [Fact]
    public Task WorkWithAResult_IsLeft() => Unchanged("async Task Run(ProcessExecutor pool) { var list = new List<int>(); var n = await pool.Submit(static l => { l.Add(1); return l.Count; }, [|list|]); Console.WriteLine(list.Count); }");

    [Fact]
    public Task TaskThatIsKept_IsLeft() => Unchanged("async Task Run(ProcessExecutor pool) { var list = new List<int>(); var task = pool.Submit(static l => l.Add(1), [|list|]); await task; Console.WriteLine(list.Count); }");

    [Fact]
    public Task EachOfALoop_IsLeft() => Unchanged("async Task Run(ProcessExecutor pool, List<int>[] lists) { foreach (var list in lists) { await pool.Submit(static l => l.Add(1), [|list|]); Console.WriteLine(list.Count); } }");

    private static Task InMethod(string before, string after) => Members($"async Task Run(ProcessExecutor pool)\n    {{\n        {before}\n    }}", $"async Task Run(ProcessExecutor pool)\n    {{\n        {after}\n    }}");

    private static Task Unchanged(string members) => Members(members, members);

    private static Task Members(string before, string after) => Verify.VerifyCodeFixAsync(Program(before), Program(after));

    private static string Program(string members) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static void Fill(List<int> list, int to) { for (var i = 0; i < to; i++) list.Add(i); }
            static async Task FillAsync(List<int> list) { await Task.Yield(); list.Add(1); }

            {{members}}
        }
        """;
}
