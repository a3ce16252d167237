using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.LoopVariableCapturedAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class LoopVariableCapturedTests
{
    /// <summary>Statements of an async method with <c>Use</c>, <c>Read</c> and <c>Start</c> at hand.</summary>
    public static TheoryData<string> Captured =>
    [
        "for (var i = 0; i < 9; i++) Task.Run(() => Use([|i|]));",
        "for (var i = 0; i < 9; i++) { new Thread(() => Use([|i|])).Start(); }",
        "for (var i = 0; i < 9; i++) { var t = new Thread(() => Use([|i|])); t.Start(); }",
        "for (var i = 0; i < 9; i++) ThreadPool.QueueUserWorkItem(_ => Use([|i|]));",
        "for (var i = 0; i < 9; i++) _ = Task.Factory.StartNew(() => Use([|i|]));",
        "for (var i = 0; i < 9; i++) _ = Task.Run(async () => { await Task.Yield(); Use([|i|]); });",
        "for (var i = 0; i < 9; i++) Start(() => Use([|i|]));",
        "for (var i = 0; i < 9; i++) Task.Run(() => { Use([|i|]); Use(i + 1); });",
        "for (var i = 0; i < 9; i++) Task.Run(() => { Action later = () => Use([|i|]); later(); });",
        "for (int i = 0, n = 3; i < n; i++) Task.Run(() => Use([|i|] + n));",
        "var tasks = new List<Task>(); for (var i = 0; i < 9; i++) tasks.Add(Task.Run(() => Use([|i|]))); await Task.WhenAll(tasks);",
        "var tasks = new Task[9]; for (var i = 0; i < 9; i++) tasks[i] = Task.Run(() => Use([|i|])); Task.WaitAll(tasks);",
        "var threads = new Thread[9]; for (var i = 0; i < 9; i++) { threads[i] = new Thread(() => Use([|i|])); threads[i].Start(); } foreach (var t in threads) t.Join();",
        "for (var i = 0; i < 9; i++) for (var j = 0; j < 9; j++) Task.Run(() => Use([|i|] * [|j|]));",
        "for (var i = 0; i < 9; i++) if (i > 3) Task.Run(() => Use([|i|]));",
        "for (var i = 9; i > 0; i -= 2) Task.Run(() => Use([|i|]));",
        "for (var node = new Node(); node != null; node = node.Next) Task.Run(() => Use([|node|].Value));",
        "var executor = new Tandem.ThreadExecutor(4); for (var i = 0; i < 9; i++) _ = executor.Submit(() => Use([|i|]));",
        "void Work() { } for (var i = 0; i < 9; i++) { Task.Run(Work); Task.Run(() => Use([|i|])); }",
        "var n = 0; while (n < 9) { Task.Run(() => Use([|n|])); n++; }",
        "var n = 0; do { n++; Task.Run(() => Use([|n|])); } while (n < 9);",
        "var line = Read(); while (line != null) { Task.Run(() => Use([|line|].Length)); line = Read(); }",
        "string? line; while ((line = Read()) != null) Task.Run(() => Use([|line|].Length));",
        "var last = 0; foreach (var x in new[] { 1, 2 }) { last = x; Task.Run(() => Use([|last|])); }",
        "var n = 0; for (var i = 0; i < 9; i++) { n += i; Task.Run(() => Use([|n|])); }",
    ];

    /// <summary>Their twins that are safe, or are another rule's.</summary>
    public static TheoryData<string> Own =>
    [
        "foreach (var x in new[] { 1, 2 }) Task.Run(() => Use(x));",
        "await foreach (var x in Many()) _ = Task.Run(() => Use(x));",
        "for (var i = 0; i < 9; i++) { var own = i; Task.Run(() => Use(own)); }",
        "for (var i = 0; i < 9; i++) { int own; own = i; Task.Run(() => Use(own)); }",
        "for (var i = 0; i < 9; i++) await Task.Run(() => Use(i));",
        "for (var i = 0; i < 9; i++) Task.Run(() => Use(i)).Wait();",
        "for (var i = 0; i < 9; i++) { var t = Task.Run(() => Use(i)); await t; }",
        "for (var i = 0; i < 9; i++) { var t = new Thread(() => Use(i)); t.Start(); t.Join(); }",
        "for (var i = 0; i < 9; i++) Parallel.For(0, 9, j => Use(i + j));",
        "for (var i = 0; i < 9; i++) { var a = Task.Run(() => Use(i)); var b = Task.Run(() => Use(i + 1)); await Task.WhenAll(a, b); }",
        "for (var i = 0; i < 9; i++) Task.Factory.StartNew(state => Use((int)state!), i);",
        "for (var i = 0; i < 9; i++) { var x = new[] { 1, 2 }.Select(y => y + i).ToList(); Use(x.Count); }",
        "var work = new List<Action>(); for (var i = 0; i < 9; i++) work.Add(() => Use(i));",
        "for (var i = 0; i < 9; i++) { Task.Run(() => Use(i)); break; }",
        "for (var i = 0; i < 9; i++) { if (i > 3) { _ = Task.Run(() => Use(i)); return; } }",
        "var n = 3; for (var i = 0; i < 9; i++) { Task.Run(() => Use(n)); }",
        "var n = 0; n++; while (Read() != null) { Task.Run(() => Use(n)); }",
        "var n = 0; while (Read() != null) Use(n++); _ = Task.Run(() => Use(n));",
        "var n = 0; while (n < 9) { Task.Run(() => { n++; }); }",
        "while (Read() is { } line) { Task.Run(() => Use(line.Length)); }",
        "while (true) { var line = Read(); if (line == null) break; _ = Task.Run(() => Use(line.Length)); }",
        "for (var i = 0; i < 9; i++) { int Square() => i * i; Use(Square()); }",
        "for (var i = 0; i < 9; i++) Task.Run(() => { for (var j = 0; j < 9; j++) Use(j); });",
        "for (var i = 0; i < 9; i++) Task.Run(() => Use(0)).ContinueWith(_ => 1);",
        "var list = new List<int>(); for (var i = 0; i < 9; i++) { list.Add(i); Task.Run(() => Use(1)); }",
        "var list = new List<int>(); foreach (var x in new[] { 1, 2 }) { lock (list) list.Add(x); _ = Task.Run(() => { lock (list) Use(list.Count); }); }",
        "for (var i = 0; i < 9; i++) { Task.Run(() => Use(nameof(i).Length)); }",
        "Parallel.For(0, 9, i => { for (var j = 0; j < 9; j++) Use(i + j); });",
    ];

    [Theory]
    [MemberData(nameof(Captured))]
    public Task SharedByAllRounds_Triggers(string statements) => VerifyAsync(statements);

    [Theory]
    [MemberData(nameof(Own))]
    public Task EachRoundsOwn_DoesNotTrigger(string statements) => VerifyAsync(statements);

    private static Task VerifyAsync(string statements) => Verify.VerifyAnalyzerAsync(
        $$"""
        #nullable enable
        #pragma warning disable CS1998, CS4014, CS8602, CS8321, CS0162
        using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
        public class Node { public Node? Next; public int Value; }
        static class Program
        {
            static async Task Main()
            {
                {{statements}}
            }
            static void Use(int n) { }
            static string? Read() => null;
            static void Start(Action work) => new Thread(() => work()).Start();
            static async IAsyncEnumerable<int> Many() { yield return 1; }
        }
        """);

    [Fact]
    public Task Message_TellsStartAndChange() => Verify.VerifyAnalyzerAsync(
        """
        using System.Threading.Tasks;
        class Lines
        {
            void Read()
            {
                for (var i = 0; i < 9;
                    {|#2:i++|})
                {
                    {|#1:Task.Run(() => System.Console.WriteLine({|#0:i|}))|};
                }
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("i", 9, 7));
}
