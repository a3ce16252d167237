using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Processes.PipeEndSharedAnalyzer, Tandem.CodeFixes.Processes.PipeEndSharedCodeFix>;

namespace Tandem.Analyzers.Tests.Processes;

public class PipeEndSharedFixTests
{
    [Fact]
    public Task WorkersThatSend_PutIntoAQueue() => InMethod(
        """
        var (here, there) = ProcessPipe.Create<int>();
                var tasks = new List<Task>();
                for (var i = 0; i < 4; i++)
                    tasks.Add(pool.Submit(static (end, i) => end.Send(i), [|there|], i));
                for (var i = 0; i < 4; i++)
                    Console.WriteLine(here.Receive());
                await Task.WhenAll(tasks);
        """,
        """
        using var queue = new ProcessQueue<int>();
                var tasks = new List<Task>();
                for (var i = 0; i < 4; i++)
                    tasks.Add(pool.Submit(static (end, i) => end.Put(i), queue, i));
                for (var i = 0; i < 4; i++)
                    Console.WriteLine(queue.Take());
                await Task.WhenAll(tasks);
        """);

    [Fact]
    public Task WorkersThatReceive_TakeFromAQueue() => InMethod(
        """
        var (jobs, work) = ProcessPipe.Create<string>();
                using var first = WorkerProcess.Start(Print, work, 3);
                using var second = WorkerProcess.Start(Print, [|work|], 3);
                await jobs.SendAsync("a");
                jobs.TrySend("b");
        """,
        """
        using var queue = new ProcessQueue<string>();
                using var first = WorkerProcess.Start(Print, queue, 3);
                using var second = WorkerProcess.Start(Print, queue, 3);
                await queue.PutAsync("a");
                queue.TryPut("b");
        """);

    [Theory]
    [InlineData("var (here, there) = ProcessPipe.Create<int>(); for (var i = 0; i < 4; i++) WorkerProcess.Start(static (PipeEnd<int> end) => end.Send(end.Receive()), [|there|]);")]
    [InlineData("var (here, there) = ProcessPipe.Create<int>(); for (var i = 0; i < 4; i++) WorkerProcess.Start(static end => end.Send(1), [|there|]); here.Dispose();")]
    [InlineData("var (here, there) = ProcessPipe.Create<int>(); for (var i = 0; i < 4; i++) WorkerProcess.Start(static end => end.Send(1), [|there|]); await foreach (var x in here.ReceiveAllAsync()) Console.WriteLine(x);")]
    [InlineData("var (here, there) = ProcessPipe.Create<int>(); for (var i = 0; i < 4; i++) WorkerProcess.Start(static end => end.Send(1), [|there|]); try { while (true) here.Receive(); } catch (System.IO.EndOfStreamException) { }")]
    [InlineData("var pipe = ProcessPipe.Create<int>(); for (var i = 0; i < 4; i++) WorkerProcess.Start(static end => end.Send(1), [|pipe.Right|]);")]
    [InlineData("var (here, there) = ProcessPipe.Create<int>(); for (var i = 0; i < 4; i++) WorkerProcess.Start(Tell, [|there|]);")]
    public Task PipeThatIsMoreThanAQueue_IsLeft(string statements) => InMethod(statements, statements);

    private static Task InMethod(string statements, string repaired) => Verify.VerifyCodeFixAsync(Source(statements, "PipeEnd"), Source(repaired, statements == repaired ? "PipeEnd" : repaired.Contains("Print") ? "ProcessQueue" : "PipeEnd"));

    private static string Source(string statements, string end) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static async Task Run(ProcessExecutor pool)
            {
                await Task.Yield();
                {{statements}}
            }

            private static void Print({{end}}<string> end, int times)
            {
                for (var i = 0; i < times; i++) Console.WriteLine(end.{{(end == "PipeEnd" ? "Receive" : "Take")}}());
            }

            public static void Tell(PipeEnd<int> end) => end.Send(3);
        }
        """;
}
