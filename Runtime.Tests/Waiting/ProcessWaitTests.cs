namespace Tandem.Runtime.Tests.Waiting;

/// <summary>Waiting for the first of many.</summary>
public sealed class ProcessWaitTests
{
    [Fact]
    public void Ready_IsToldAtOnce_TheFirstFirst()
    {
        using ProcessQueue<int> first = new(), second = new();
        Assert.Equal(-1, ProcessWait.Any([first, second], TimeSpan.Zero));
        Assert.Equal(-1, ProcessWait.Any([first, second], TimeSpan.FromMilliseconds(5)));
        second.Put(1);
        Assert.Equal(1, ProcessWait.Any(first, second));
        first.Complete();
        Assert.Equal(0, ProcessWait.Any(first, second));
        Assert.Equal(1, second.Take());
    }

    [Theory, InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public async Task EachKind_EndsTheWait(int which)
    {
        using var queue = new ProcessQueue<string>();
        var (left, right) = ProcessPipe.Create<int>();
        var (dying, dead) = ProcessPipe.Create<int>();
        using var sleeper = WorkerProcess.Start(static () => Thread.Sleep(Timeout.Infinite));
        using (left)
        using (dying)
        {
            IProcessWaitable[] all = [queue, left, sleeper, dying];
            var waiting = Blocking.Run(() => ProcessWait.Any(all, Timeout.InfiniteTimeSpan));
            var waitingAsync = ProcessWait.AnyAsync(all).AsTask();
            Assert.False(waiting.IsCompleted);
            switch (which)
            {
                case 0: queue.Put("item"); break;
                case 1: right.Send(1); break;
                case 2: sleeper.Kill(); break;
                default: dead.Dispose(); break;
            }

            Assert.Equal(which, await waiting.Soon());
            Assert.Equal(which, await waitingAsync.Soon());
        }

        right.Dispose();
        dead.Dispose();
    }

    [Fact]
    public async Task ManyPipes_OfManyProcesses_AreServedAsTheyCome()
    {
        using var executor = new ProcessExecutor(2);
        var pipes = Enumerable.Range(0, 10).Select(_ => ProcessPipe.Create<int>()).ToArray();
        var work = pipes.Select((pipe, number) => executor.Submit(static (end, number) =>
        {
            using (end)
            {
                for (var i = 0; i < 20; i++)
                    end.Send(number);
            }
        }, pipe.Right, number)).ToArray();

        var open = pipes.Select(static pipe => pipe.Left).ToList();
        var received = new List<int>();
        await Blocking.Run(() =>
        {
            while (open.Count > 0)
            {
                var ready = open[ProcessWait.Any([.. open])];
                try
                {
                    received.Add(ready.Receive());
                }
                catch (EndOfStreamException)
                {
                    open.Remove(ready);
                    ready.Dispose();
                }
            }
        }).Soon();
        await Task.WhenAll(work).Soon();
        Assert.Equal(Enumerable.Range(0, 10).SelectMany(static number => Enumerable.Repeat(number, 20)), received.Order());
    }

    [Fact]
    public async Task Token_AndDispose_EndTheWait()
    {
        using var queue = new ProcessQueue<int>();
        using var cancellation = new CancellationTokenSource();
        var waiting = Blocking.Run(() => ProcessWait.Any([queue], Timeout.InfiniteTimeSpan, cancellation.Token));
        var waitingAsync = ProcessWait.AnyAsync([queue], cancellation.Token).AsTask();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waitingAsync.Soon());
        var disposed = Blocking.Run(() => ProcessWait.Any(queue));
        queue.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => disposed.Soon());
    }

    [Fact]
    public void NoneTooManyAndNull_AreRefused()
    {
        using var queue = new ProcessQueue<int>();
        Assert.Throws<ArgumentException>(() => ProcessWait.Any());
        Assert.Throws<ArgumentException>(() => ProcessWait.Any([.. Enumerable.Repeat(queue, 128)]));
        Assert.Contains("index 1", Assert.Throws<ArgumentException>(() => ProcessWait.Any(queue, null!)).Message, StringComparison.Ordinal);
        queue.Put(1);
        Assert.Equal(0, ProcessWait.Any([.. Enumerable.Repeat(queue, 127)]));
    }
}
