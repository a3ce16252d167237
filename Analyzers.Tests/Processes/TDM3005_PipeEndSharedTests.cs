using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.PipeEndSharedAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

public class PipeEndSharedTests
{
    [Theory]
    [InlineData("var a = pool.Submit(Ask, there); var b = pool.Submit(Ask, [|there|]); await Task.WhenAll(a, b);")]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); using var b = WorkerProcess.Start(Ask, [|there|]); a.Join(); b.Join();")]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); await pool.Submit(static end => end.Receive(), [|there|]);")]
    [InlineData("for (var i = 0; i < 4; i++) WorkerProcess.Start(Ask, [|there|]);")]
    [InlineData("var tasks = new List<Task>(); foreach (var n in numbers) tasks.Add(pool.Submit(static (end, n) => end.Send(n), [|there|], n)); await Task.WhenAll(tasks);")]
    [InlineData("await Task.WhenAll(numbers.Select(n => pool.Submit(static (end, n) => end.Send(n), [|there|], n)));")]
    [InlineData("await foreach (var x in pool.Map(static item => { item.end.Send(item.n); return 1; }, numbers.Select(n => (end: [|there|], n)))) Console.WriteLine(x);")]
    [InlineData("await foreach (var x in pool.Map(static end => { end.Send(1); return 1; }, Enumerable.Repeat([|there|], 3))) Console.WriteLine(x);")]
    [InlineData("await foreach (var x in pool.Map(static end => { end.Send(1); return 1; }, [[|there|], there])) Console.WriteLine(x);")]
    [InlineData("Parallel.For(0, 4, i => [|here|].Send(i));")]
    public Task TwoWorkers_Trigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("var a = pool.Submit(Ask, here); var b = pool.Submit(Ask, there); await Task.WhenAll(a, b);")]
    [InlineData("await pool.Submit(Ask, there); await pool.Submit(Ask, there);")]
    [InlineData("var ends = new[] { here, there }; Parallel.For(0, 2, i => ends[i].Send(i)); Parallel.ForEach(ends, end => end.Send(1));")]
    [InlineData("Parallel.For(0, 4, i => { var (mine, its) = ProcessPipe.Create<int>(); mine.Send(i); its.Receive(); });")]
    [InlineData("await pool.Submit(Ask, there).Soon(); await pool.Submit(Ask, there).Soon(); there.Send(3);")]
    [InlineData("using (here) using (there) { await pool.Submit(static end => end.Send(1), there).Soon(); await pool.Submit(static end => end.Send(1), there).Soon(); there.Send(3); }")]
    [InlineData("var a = pool.Submit(Ask, there); await a; var b = pool.Submit(Ask, there); await b;")]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); a.Join(); using var b = WorkerProcess.Start(Ask, there); b.Join();")]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); await a.JoinAsync(); using var b = WorkerProcess.Start(Ask, there); b.Join();")]
    [InlineData("for (var i = 0; i < 4; i++) await pool.Submit(Ask, there);")]
    [InlineData("for (var i = 0; i < 4; i++) { using var a = WorkerProcess.Start(Ask, there); here.Send(i); a.Join(); }")]
    [InlineData("for (var i = 0; i < 4; i++) { var (mine, its) = ProcessPipe.Create<int>(); WorkerProcess.Start(Ask, its); mine.Send(i); }")]
    [InlineData("for (var i = 0; i < 4; i++) { (here, there) = ProcessPipe.Create<int>(); WorkerProcess.Start(Ask, there); here.Send(i); }")]
    [InlineData("WorkerProcess.Start(Ask, there); (here, there) = ProcessPipe.Create<int>(); WorkerProcess.Start(Ask, there);")]
    [InlineData("var pipes = numbers.Select(_ => ProcessPipe.Create<int>()).ToArray(); foreach (var pipe in pipes) WorkerProcess.Start(Ask, pipe.Right); foreach (var pipe in pipes) pipe.Left.Send(1);")]
    [InlineData("var pipes = numbers.Select(_ => ProcessPipe.Create<int>()).ToArray(); for (var i = 0; i < pipes.Length; i++) WorkerProcess.Start(Ask, pipes[i].Right);")]
    [InlineData("var ends = new[] { here, there }; for (var i = 0; i < ends.Length; i++) WorkerProcess.Start(Ask, ends[i]);")]
    [InlineData("await foreach (var x in pool.Map(static end => { end.Send(1); return 1; }, [here, there])) Console.WriteLine(x);")]
    [InlineData("var w = WorkerProcess.Start(Ask, there); while (true) { if (!w.IsAlive) w = WorkerProcess.Start(Ask, there); here.Send(3); }")]
    [InlineData("WorkerProcess? w = null; foreach (var n in numbers) { w?.Join(); w = WorkerProcess.Start(Ask, there); }")]
    [InlineData("var t = Task.CompletedTask; foreach (var n in numbers) { await t; t = pool.Submit(Ask, there); }")]
    [InlineData("var w = WorkerProcess.Start(Ask, there); w.Kill(); there.Send(3);")]
    [InlineData("using var one = new ProcessExecutor(1); await Task.WhenAll(one.Submit(Ask, there), one.Submit(Ask, there));")]
    [InlineData("if (numbers.Length > 3) WorkerProcess.Start(Ask, there); else WorkerProcess.Start(Tell, there);")]
    [InlineData("foreach (var n in numbers) if (n > 3) { WorkerProcess.Start(Ask, there); break; }")]
    public Task EachWithAnEndOfItsOwn_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); Console.WriteLine([|there|].Receive()); Console.WriteLine(there.Receive()); a.Join();")]
    [InlineData("var a = pool.Submit(Ask, there); while ([|there|].Poll()) Console.WriteLine(there.Receive()); await a;")]
    [InlineData("var reader = Task.Run(() => there.Receive()); await pool.Submit(Ask, [|there|]); await reader;")]
    [InlineData("var a = pool.Submit(Ask, there); var reader = Task.Run(() => [|there|].Receive()); await a;")]
    [InlineData("var reader = Task.Run(() => there.Receive()); var other = Task.Run(() => [|there|].Receive()); await Task.WhenAll(reader, other);")]
    [InlineData("var reader = new Thread(() => there.Receive()); reader.Start(); [|there|].Receive(); reader.Join();")]
    public Task WorkerAndParent_Trigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); here.Send(3); Console.WriteLine(here.Receive()); a.Join();")]
    [InlineData("there.Send(3); using var a = WorkerProcess.Start(Ask, there); a.Join();")]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); a.Join(); there.Send(3);")]
    [InlineData("using var a = WorkerProcess.Start(Ask, there); there.Dispose(); here.Send(3);")]
    [InlineData("var reader = Task.Run(() => there.Receive()); there.Send(3); await reader;")]
    [InlineData("var reader = Task.Run(() => there.Receive()); here.Send(3); await reader; there.Receive();")]
    [InlineData("await foreach (var x in pool.Map(static item => item.n, numbers.Select(n => (end: 3, n)))) there.Send(x);")]
    public Task ParentWithItsOwnEnd_DoesNotTrigger(string statements) => InMethod(statements);

    [Fact]
    public Task LockAroundEachUse_DoesNotTrigger() => Class("""
        static void Work(PipeEnd<int> end, ProcessLock gate, int n) { for (var i = 0; i < n; i++) using (gate.Acquire()) end.Send(i); }
        static void Run()
        {
            var (here, there) = ProcessPipe.Create<int>();
            using var gate = new ProcessLock();
            for (var i = 0; i < 4; i++) WorkerProcess.Start(Work, there, gate, i);
            using (gate.Acquire()) there.Send(3);
        }
        """);

    [Fact]
    public Task LockThatOneOfTwoHolds_Triggers() => Class("""
        static void Careful(PipeEnd<int> end, ProcessLock gate) { using (gate.Acquire()) end.Send(1); }
        static void Careless(PipeEnd<int> end) => end.Send(2);
        static void Run()
        {
            var (here, there) = ProcessPipe.Create<int>();
            using var gate = new ProcessLock();
            WorkerProcess.Start(Careful, there, gate);
            WorkerProcess.Start(Careless, [|there|]);
        }
        """);

    [Fact]
    public Task FieldsAndTuples_AreToldApart() => Class("""
        private readonly (PipeEnd<int> Left, PipeEnd<int> Right) _first = ProcessPipe.Create<int>(), _second = ProcessPipe.Create<int>();
        void Run()
        {
            WorkerProcess.Start(Ask, _first.Right);
            WorkerProcess.Start(Ask, _second.Right);
            WorkerProcess.Start(Ask, [|_first.Right|]);
        }
        static void Ask(PipeEnd<int> end) => end.Receive();
        """);

    [Fact]
    public Task ThreadExecutor_CountsAsThreads() => Class("""
        static async Task Run(ThreadExecutor pool, PipeEnd<int> end)
        {
            var a = pool.Submit(() => end.Receive());
            var b = pool.Submit(() => [|end|].Receive());
            await Task.WhenAll(a, b);
            await pool.Submit(() => end.Receive());
        }
        """);

    [Fact]
    public Task Message_TellsBothHandOvers() => Verify.VerifyAnalyzerAsync("""
        using Tandem;

        class Program
        {
            static void Run(PipeEnd<int> end)
            {
                {|#1:WorkerProcess|}.Start(static end => end.Receive(), end);
                WorkerProcess.Start(static end => end.Receive(), {|#0:end|});
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("end", "goes to another worker here while the worker that got it on line 7 may still run"));

    private static Task InMethod(string statements) => Class($$"""
        static void Ask(PipeEnd<int> end) => end.Send(end.Receive());
            static void Tell(PipeEnd<int> end) => end.Send(3);
            static async Task Run(ProcessExecutor pool, int[] numbers)
            {
                var (here, there) = ProcessPipe.Create<int>();
                await Task.Yield();
                {{statements}}
            }
        """);

    private static Task Class(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            {{members}}
        }

        static class Patience
        {
            public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(3));
        }
        """);
}
