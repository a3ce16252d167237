using Tandem.Runtime.Tests.Platform;
using Tandem.Runtime.Tests.Sharing;

namespace Tandem.Runtime.Tests.Pipes;

/// <summary>What holds for every pipe, in blocking and asynchronous calls.</summary>
public sealed class ProcessPipeTests
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task Items_ArriveInOrder_BothWays(bool isAsync)
    {
        var (left, right) = ProcessPipe.Create<string?>();
        using (left)
        using (right)
        {
            foreach (var item in new[] { "a", "", null, "b" })
                await Send(left, item, isAsync);
            await Send(right, "back", isAsync);
            Assert.Equal("back", await Receive(left, isAsync));
            foreach (var item in new[] { "a", "", null, "b" })
                Assert.Equal(item, await Receive(right, isAsync));
            Assert.False(left.Poll());
            Assert.False(right.Poll());
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Receive_WaitsForAnItem(bool isAsync)
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            var receiving = Receive(right, isAsync);
            left.Send(42);
            Assert.Equal(42, await receiving.Soon());
        }
    }

    [Theory, InlineData(1_000), InlineData(3 << 20), InlineData(20 << 20)]
    public async Task ItemsOfAnySize_ArriveWhole(int length)
    {
        using var executor = new ProcessExecutor(1);
        var (left, right) = ProcessPipe.Create<byte[]>();
        using (left)
        {
            var echo = executor.Submit(static end => end.Send(end.Receive()), right);
            var item = new byte[length];
            Random.Shared.NextBytes(item);
            left.Send(item);
            Assert.Equal(item, await left.ReceiveAsync().AsTask().Soon());
            await echo.Soon();
        }
    }

    [Fact]
    public async Task BothEnds_PassedToWorkers_DeepInAnArgument_TalkToEachOther()
    {
        using var executor = new ProcessExecutor(2);
        var (left, right) = ProcessPipe.Create<int>();
        var counting = executor.Submit(Count, new Job<int>("count", [left])).Soon();
        var doubling = executor.Submit(Double, right).Soon();
        Assert.Equal(2 * 1_000 * 999 / 2, await counting);
        Assert.Equal(1_000, await doubling);
        left.Dispose();
        right.Dispose();

        static long Count(Job<int> job)
        {
            using var end = job.Ends[0];
            var sum = 0L;
            for (var i = 0; i < 1_000; i++)
            {
                end.Send(i);
                sum += end.Receive();
            }

            return sum;
        }

        static int Double(PipeEnd<int> end)
        {
            var count = 0;
            foreach (var item in end.ReceiveAllAsync().ToBlockingEnumerable())
            {
                end.Send(2 * item);
                count++;
            }

            return count;
        }
    }

    [Fact]
    public void Full_SendWaits_AndTrySendSaysNo()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            var sent = 0;
            while (left.TrySend(sent))
                sent++;
            Assert.Equal(4096, sent);
            using var cancellation = new CancellationTokenSource();
            var sending = left.SendAsync(sent, cancellation.Token).AsTask();
            cancellation.Cancel();
            Assert.ThrowsAny<OperationCanceledException>(() => sending.GetAwaiter().GetResult());
            Assert.False(left.TrySend(sent, TimeSpan.FromMilliseconds(5)));
            Assert.Equal(0, right.Receive());
            Assert.True(left.TrySend(sent));
            Assert.Equal(Enumerable.Range(1, sent), Enumerable.Range(0, sent).Select(_ => right.Receive()));
        }
    }

    [Fact]
    public async Task Waits_EndAtTheTimeout_AndAtTheTokensCancellation()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            Assert.False(left.Poll());
            Assert.False(left.Poll(TimeSpan.FromMilliseconds(5)));
            Assert.False(left.TryReceive(out _));
            Assert.False(left.TryReceive(out _, TimeSpan.FromMilliseconds(5)));
            using var cancellation = new CancellationTokenSource();
            var receiving = Blocking.Run(() => left.Receive(cancellation.Token));
            var receivingAsync = left.ReceiveAsync(cancellation.Token).AsTask();
            var polling = left.PollAsync(cancellation.Token).AsTask();
            cancellation.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.Soon());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receivingAsync.Soon());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling.Soon());
            Assert.Throws<ArgumentOutOfRangeException>(() => left.Poll(TimeSpan.FromSeconds(-2)));
        }
    }

    [Fact]
    public async Task Poll_SaysThatThereIsSomething_AndTakesNothing()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            var polling = right.PollAsync().AsTask();
            left.Send(1);
            await polling.Soon();
            Assert.True(right.Poll(Timeout.InfiniteTimeSpan));
            Assert.True(right.Poll());
            Assert.Equal(1, right.Receive());
            Assert.False(right.Poll());
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task OtherEndDisposed_GivesWhatWasSent_ThenTheEnd_AndSendingEndsToo(bool isAsync)
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        {
            right.Send(1);
            right.Dispose();
            Assert.True(left.Poll());
            Assert.Equal(1, await Receive(left, isAsync));
            Assert.True(left.Poll());
            await Assert.ThrowsAsync<EndOfStreamException>(() => Receive(left, isAsync));
            await Assert.ThrowsAsync<EndOfStreamException>(() => Send(left, 2, isAsync));
            Assert.Throws<EndOfStreamException>(() => left.TryReceive(out _, Timeout.InfiniteTimeSpan));
            Assert.Throws<EndOfStreamException>(() => left.TrySend(2));
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task OtherEndDisposed_EndsAWaitAtOnce(bool isAsync)
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        {
            var receiving = Receive(left, isAsync);
            right.Dispose();
            await Assert.ThrowsAsync<EndOfStreamException>(() => receiving.Soon());
        }
    }

    [Fact]
    public void OtherEndForgotten_IsLetGoOf()
    {
        using var left = MakeAndForgetRight();
        Forgetting.Collect();
        Assert.Throws<EndOfStreamException>(() => left.TryReceive(out _, Blocking.Patience));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static PipeEnd<int> MakeAndForgetRight() => ProcessPipe.Create<int>().Left;
    }

    [Fact]
    public async Task Disposed_SaysSo_AndEndsItsOwnWaits()
    {
        var (left, right) = ProcessPipe.Create<int>();
        Task[] waits = [Blocking.Run(() => left.Receive()), Blocking.Run(() => left.Poll(Timeout.InfiniteTimeSpan)), left.PollAsync().AsTask()];
        left.Dispose();
        left.Dispose();
        foreach (var wait in waits)
            await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => wait.Soon());
        Assert.Throws<ObjectDisposedException>(() => left.Send(1));
        Assert.Throws<ObjectDisposedException>(() => left.Poll());
        right.Dispose();
    }

    [Fact]
    public async Task End_InAQueue_BelongsToWhoTakesIt()
    {
        using var executor = new ProcessExecutor(1);
        using var ends = new ProcessQueue<PipeEnd<string>>();
        var (left, right) = ProcessPipe.Create<string>();
        using (left)
        {
            ends.Put(right);
            right.Dispose();
            await executor.Submit(static ends =>
            {
                using var end = ends.Take();
                end.Send("found");
            }, ends).Soon();
            Assert.Equal("found", left.Receive());
            Assert.Throws<EndOfStreamException>(() => left.Receive());
        }
    }

    [Fact]
    public async Task End_PassedToOneWorkerAfterAnother_IsTheSamePipe()
    {
        using var executor = new ProcessExecutor(1);
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            await executor.Submit(static end => end.Send(1), right).Soon();
            await executor.Submit(static end => end.Send(2), right).Soon();
            right.Send(3);
            Assert.Equal([1, 2, 3], [left.Receive(), left.Receive(), left.Receive()]);
        }
    }

    [Fact]
    public async Task UseByTwoProcesses_OfOneEnd_TearsNothing()
    {
        using var executor = new ProcessExecutor(2);
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        {
#pragma warning disable TDM3005 // what it warns of is tried here
            var sending = new[] { executor.Submit(SendMany, right, 0), executor.Submit(SendMany, right, 1) };
#pragma warning restore TDM3005
            var received = Enumerable.Range(0, 2_000).Select(_ => left.Receive()).Order().ToArray();
            Assert.Equal(Enumerable.Range(0, 2_000), received);
            await Task.WhenAll(sending).Soon();
        }

        static void SendMany(PipeEnd<int> end, int odd)
        {
            for (var i = 0; i < 1_000; i++)
                end.Send((2 * i) + odd);
        }
    }

    [Fact]
    public void ItemThatCannotCross_IsRefusedAtOnce() =>
        Assert.Contains("ProcessPipe", Assert.Throws<NotSupportedException>(() => ProcessPipe.Create<Action>()).Message, StringComparison.Ordinal);

    [Fact]
    public void ReceivedAsAnotherType_IsRefused()
    {
        var (left, right) = ProcessPipe.Create<int>();
        Assert.Throws<InvalidDataException>(() => Crossing.Receive<PipeEnd<long>>(Crossing.Send(left)));
        left.Dispose();
        right.Dispose();
    }

    [Fact]
    public void Forgotten_AreCollected() => Forgetting.LeavesNothing(static count =>
    {
        for (var i = 0; i < count; i++)
        {
            var (left, right) = ProcessPipe.Create<int>();
            left.Send(i);
            Assert.Equal(i, right.Receive());
        }
    });

    private static async Task Send<T>(PipeEnd<T> end, T item, bool isAsync)
    {
        if (isAsync)
            await end.SendAsync(item).AsTask().Soon();
        else
            await Blocking.Run(() => end.Send(item)).Soon();
    }

    private static Task<T> Receive<T>(PipeEnd<T> end, bool isAsync) =>
        (isAsync ? end.ReceiveAsync().AsTask() : Blocking.Run(() => end.Receive())).Soon();

    private sealed record Job<T>(string Name, PipeEnd<T>[] Ends);
}
