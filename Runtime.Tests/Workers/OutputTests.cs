using System.Collections.Concurrent;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What workers write goes where the options say, whole and in order, over either link.</summary>
public abstract class OutputContractTests
{
    private protected abstract bool IsPortable { get; }

    [Fact]
    public async Task Lines_ComeInTheirOrder_WithTheWorkersName_BeforeTheShutdownEnds()
    {
        var output = new ConcurrentQueue<WorkerLine>();
        var errors = new ConcurrentQueue<WorkerLine>();
        int worker;
        await using (var executor = Create(new() { MaxWorkers = 1, Name = "writer", StandardOutput = WorkerOutput.To(output.Enqueue), StandardError = WorkerOutput.To(errors.Enqueue) }))
        {
            worker = await executor.Submit(static () =>
            {
                Console.Out.Write("first\r\n\nthird ");
                Console.Error.WriteLine("wörds");
                Console.Out.Write("goes on\nno end");
                return Environment.ProcessId;
            }).Soon();
        }

        Assert.Equal(["first", "", "third goes on", "no end"], output.Select(l => l.Text));
        Assert.All(output, l => Assert.Equal(("writer-worker-1", worker), (l.WorkerName, l.ProcessId)));
        Assert.Equal(["wörds"], errors.Select(l => l.Text));
    }

    [Fact]
    public async Task WhatADyingWorkerWroteLast_ComesToo()
    {
        var lines = new ConcurrentQueue<string>();
        await using (var executor = Create(new() { MaxWorkers = 1, StandardOutput = WorkerOutput.To(l => lines.Enqueue(l.Text)), StandardError = WorkerOutput.Discard }))
        {
            var crash = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.Submit(static () =>
            {
                for (var i = 0; i < 1000; i++)
                    Console.Out.WriteLine(i);
                Console.Error.WriteLine("last words");
                Work.Die(Death.Kill);
            }).Soon());
            Assert.Equal("last words", crash.StandardError);
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), lines);
    }

    [Fact]
    public async Task ALineWithoutEnd_ComesInPieces()
    {
        var lines = new ConcurrentQueue<string>();
        await using (var executor = Create(new() { MaxWorkers = 1, StandardOutput = WorkerOutput.To(l => lines.Enqueue(l.Text)) }))
            await executor.Submit(static () => Console.Out.Write(new string('x', 300_000))).Soon();
        Assert.Equal(300_000, lines.Sum(l => l.Length));
        Assert.All(lines, l => Assert.InRange(l.Length, 1, 64 * 1024));
    }

    [Fact]
    public async Task AReceiverThatIsBehind_HoldsUpWhoWrites_AndNobodyElse()
    {
        using var goOn = new ManualResetEventSlim();
        var length = 0;
        var output = WorkerOutput.To(line =>
        {
            goOn.Wait();
            length += line.Text.Length;
        });
        await using (var executor = Create(new() { MaxWorkers = 2, StandardOutput = output }))
        {
            var writer = executor.Submit(static () =>
            {
                for (var i = 0; i < 4000; i++)
                    Console.Out.WriteLine(new string('x', 1000));
            });
            for (var i = 0; i < 20; i++)
                Assert.Equal(2 * i, await executor.Submit(Work.Double, i).Soon());
            Assert.False(writer.IsCompleted);
            goOn.Set();
            await writer.Soon();
        }

        Assert.Equal(4_000_000, length);
    }

    [Fact]
    public async Task AReceiverThatEndsItsExecutor_WaitsForNobody()
    {
        var ended = new TaskCompletionSource();
        ProcessExecutor? executor = null;
        executor = Create(new() { MaxWorkers = 1, StandardOutput = WorkerOutput.To(_ =>
        {
            executor!.Dispose();
            ended.SetResult();
        }) });
        await executor.Submit(static () => Console.Out.WriteLine("a line")).Soon();
        await ended.Task.Soon();
        await executor.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task AReceiverThatWaitsForWhoeverWritesMuch_WaitsForNobody()
    {
        var ended = new TaskCompletionSource();
        var isFirst = true;
        ProcessExecutor? executor = null;
        executor = Create(new() { MaxWorkers = 1, StandardOutput = WorkerOutput.To(_ =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            executor!.Dispose();
            ended.SetResult();
        }) });
        var work = executor.Submit(static () =>
        {
            for (var i = 0; i < 100_000; i++)
                Console.Out.WriteLine("one of many lines, so many that they do not fit anywhere");
        });
        await ended.Task.Soon();
        await work.Soon();
        await executor.DisposeAsync().AsTask().Soon();
    }

    [Fact]
    public async Task AWorkerProcesssLines_AreThereWhenItIsJoined()
    {
        var lines = new ConcurrentQueue<WorkerLine>();
        var command = WorkerCommand.Current;
        using var process = WorkerProcess.Start(static () => Console.Out.WriteLine("from there"), new() { Name = "it", StandardOutput = WorkerOutput.To(lines.Enqueue), Command = command with { IsPortable = IsPortable || command.IsPortable } });
        await process.JoinAsync().Soon();
        Assert.Equal([new("it", process.Id, "from there")], lines);
    }

    [Fact]
    public async Task WithName_PutsTheNameBeforeEachLine()
    {
        using var parent = ChildProcess.StartMute(WriteWithName, IsPortable.ToString());
        var errors = parent.ReadErrorsAsync();
        await parent.WaitFor("[p-worker-1] one");
        await parent.WaitFor("[p-worker-1] two");
        await parent.SucceedAsync();
        Assert.Equal("[p-worker-1] three\n", await errors.Soon());
    }

    [Fact]
    public async Task Discarded_GoesNowhere()
    {
        using var parent = ChildProcess.StartMute(WriteForNobody, IsPortable.ToString());
        var errors = parent.ReadErrorsAsync();
        Assert.Equal("done", await parent.ReadLineAsync());
        await parent.SucceedAsync();
        Assert.Equal("", await errors.Soon());
    }

    private static void WriteWithName(string[] arguments) =>
        Write(arguments, WorkerOutput.WithName);

    private static void WriteForNobody(string[] arguments)
    {
        Write(arguments, WorkerOutput.Discard);
        Program.Say("done");
    }

    private static void Write(string[] arguments, WorkerOutput output)
    {
        using var executor = new ProcessExecutor(
            new() { MaxWorkers = 1, Name = "p", StandardOutput = output, StandardError = output },
            WorkerCommand.Current with { IsPortable = bool.Parse(arguments[0]) });
        executor.Submit(static () =>
        {
            Console.Out.Write("one\ntwo\n");
            Console.Error.Write("three");
        }).Wait();
    }

    private ProcessExecutor Create(ProcessExecutorOptions options) => new(options, WorkerCommand.Current with { IsPortable = IsPortable || WorkerCommand.Current.IsPortable });
}

[Collection(WorkerProcesses.Name)]
public sealed class OutputTests : OutputContractTests
{
    private protected override bool IsPortable => false;
}

[Collection(WorkerProcesses.Name)]
public sealed class PortableOutputTests : OutputContractTests
{
    private protected override bool IsPortable => true;
}
