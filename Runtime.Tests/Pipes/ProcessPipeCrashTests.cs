using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Pipes;

/// <summary>Pipes whose other end is killed in earnest.</summary>
public sealed class ProcessPipeCrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task PeerKilled_GivesWhatWasSent_ThenTheEnd()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            using var child = ChildProcess.Start(SendAndStay, Crossing.Send(right));
            await child.WaitFor("sent");
            var receiving = Blocking.Run(() => (left.Receive(), left.Receive(), Assert.Throws<EndOfStreamException>(() => left.Receive())));
            child.Kill();
            var (first, second, _) = await receiving.Soon();
            Assert.Equal((1, 2), (first, second));
            Assert.Throws<EndOfStreamException>(() => left.Send(1));
        }
    }

    [Fact]
    public async Task WorkerProcessKilled_EndsTheWaitOfItsParent_ThoughThatStillHasTheEndItPassed()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        using (right)
        {
            using var worker = WorkerProcess.Start(static end =>
            {
                end.Send(1);
                Thread.Sleep(Timeout.Infinite);
            }, right);
            Assert.Equal(1, await left.ReceiveAsync().AsTask().Soon());
            var receiving = left.ReceiveAsync().AsTask();
            worker.Kill();
            await Assert.ThrowsAsync<EndOfStreamException>(() => receiving.Soon());
        }
    }

    [Fact]
    public async Task WorkerProcessThatEnds_EndsTheItemsOfItsParent()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        {
            using var worker = WorkerProcess.Start(static end =>
            {
                for (var i = 0; i < 5; i++)
                    end.Send(i);
            }, right);
            var received = new List<int>();
            await foreach (var item in left.ReceiveAllAsync())
                received.Add(item);
            Assert.Equal([0, 1, 2, 3, 4], received);
        }
    }

    [Fact]
    public async Task WorkerThatDiesBeforeItHasTheEnd_EndsTheWaitToo()
    {
        using var executor = new ProcessExecutor(1);
        var (left, right) = ProcessPipe.Create<int>();
        using (left)
        {
            var work = executor.Submit(static (deadly, end) => end.Send(1), new Deadly(), right);
            var receiving = left.ReceiveAsync().AsTask();
            await Assert.ThrowsAsync<WorkerCrashedException>(() => work.Soon());
            await Assert.ThrowsAsync<EndOfStreamException>(() => receiving.Soon());
        }
    }

    [Fact]
    public async Task ParentKilled_EndsTheWaitOfItsChild()
    {
        var (left, right) = ProcessPipe.Create<int>();
        using var sender = ChildProcess.Start(SendAndStay, Crossing.Send(right));
        await sender.WaitFor("sent");
        using var receiver = ChildProcess.Start(ReceiveAll, Crossing.Send(left));
        await receiver.WaitFor("2");
        sender.Kill();
        await receiver.WaitFor("end");
        await receiver.SucceedAsync();
        left.Dispose();
        right.Dispose();
    }

    [Fact]
    public async Task PeerKilled_InTheMiddleOfALargeSend_GivesWholeItemsOnly()
    {
        var random = Stress.Seeded(output);
        for (var round = 0; round < Stress.Rounds(5); round++)
        {
            var (left, right) = ProcessPipe.Create<byte[]>();
            using (left)
            using (right)
            {
                using var child = ChildProcess.Start(SendLargeForEver, Crossing.Send(right));
                var last = random.Next(1, 4);
                for (var count = 0; ; count++)
                {
                    try
                    {
                        Assert.Equal(LargeItem(count), await left.ReceiveAsync().AsTask().Soon());
                    }
                    catch (EndOfStreamException)
                    {
                        Assert.True(count >= last);
                        break;
                    }

                    if (count + 1 == last)
                        child.Kill();
                }
            }
        }
    }

#if DEBUG
    [Theory]
    [InlineData("lock: taken", 1), InlineData("put: written, not in", 1), InlineData("put: in, lock held", 1), InlineData("put: piece in", 1), InlineData("put: piece in", 3)]
    public async Task PeerKilledAtEachStepOfASend_TheItemIsThereOrNot_AndThenComesTheEnd(string step, int passes)
    {
        var (left, right) = ProcessPipe.Create<byte[]>();
        using (left)
        using (right)
        {
            var receiving = Blocking.Run(() => left.ReceiveAllAsync().ToBlockingEnumerable().ToList());
            using var child = ChildProcess.Start(SendAndCrash, Crossing.Send(right), step, passes.ToString());
            await child.DieAsync();
            // The large item never was in.
            byte[][] whole = step is "put: in, lock held" or "put: piece in" ? [[7]] : [];
            Assert.Equal(whole, await receiving.Soon());
        }
    }

    private static void SendAndCrash(string[] arguments)
    {
        var end = Crossing.Receive<PipeEnd<byte[]>>(arguments[0]);
        Program.CrashAt(arguments[1], int.Parse(arguments[2]));
        end.Send([7]);
        end.Send(LargeItem(1));
    }
#endif

    [Fact]
    public async Task HostilePeer_ThatWritesNonsenseEverywhere_CausesExceptionsAtMost()
    {
        var seed = Stress.Seeded(output).Next();
        for (var round = 0; round < Stress.Rounds(3); round++)
        {
            var (left, right) = ProcessPipe.Create<string>();
            using (left)
            using (right)
            {
                using var child = ChildProcess.Start(Scribble, Crossing.Send(right), (seed + round).ToString());
                var scribbling = child.WaitFor("done");
                while (!scribbling.IsCompleted)
                {
                    Try(() => left.TrySend("test"));
                    Try(() => left.TryReceive(out _));
                    Try(() => left.Poll());
                }

                await scribbling.Soon();
            }
        }

        static void Try(Action use)
        {
            try
            {
                use();
            }
            catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
            {
            }
        }
    }

    [Fact]
    public async Task NothingStays_AfterAllProcessesOfAPipeWereKilled()
    {
        var before = Directory.GetFileSystemEntries("/dev/shm");
        using var child = ChildProcess.Start(MakeAndStay);
        await child.WaitFor("made");
        child.Kill();
        await child.DieAsync();
        Assert.DoesNotContain(Directory.GetFileSystemEntries("/dev/shm").Except(before), entry => entry.Contains("tandem", StringComparison.OrdinalIgnoreCase));
    }

    private static void SendAndStay(string[] arguments)
    {
        var end = Crossing.Receive<PipeEnd<int>>(arguments[0]);
        end.Send(1);
        end.Send(2);
        Program.Say("sent");
        Thread.Sleep(Timeout.Infinite);
        GC.KeepAlive(end);
    }

    private static void ReceiveAll(string[] arguments)
    {
        var end = Crossing.Receive<PipeEnd<int>>(arguments[0]);
        foreach (var item in end.ReceiveAllAsync().ToBlockingEnumerable())
            Program.Say(item.ToString());
        Program.Say("end");
    }

    private static void SendLargeForEver(string[] arguments)
    {
        var end = Crossing.Receive<PipeEnd<byte[]>>(arguments[0]);
        for (var i = 0; ; i++)
            end.Send(LargeItem(i));
    }

    /// <summary>Its length and content follow from its number: a torn one is seen.</summary>
    private static byte[] LargeItem(int number)
    {
        var item = new byte[(2 << 20) + (number * 1_000_003 % 777_777)];
        new Random(number).NextBytes(item);
        return item;
    }

    private static unsafe void Scribble(string[] arguments)
    {
        ISharedPrimitive<PipeEnd<string>> end = Crossing.Receive<PipeEnd<string>>(arguments[0]);
        var random = new Random(int.Parse(arguments[1]));
        const int Words = 260;
        var words = end.Lease.Memory.At<long>(0, Words);
        for (var round = 0; round < 100_000; round++)
        {
            // What says who holds the ends and the locks is left as it is: a living holder's word could be hit, and he would be waited for.
            var word = random.Next(64, Words);
            words[word] = random.Next(2) == 0 ? random.Next(-20, 20) : random.NextInt64(long.MinValue, long.MaxValue);
        }

        Program.Say("done");
        GC.KeepAlive(end);
    }

    private static void MakeAndStay(string[] arguments)
    {
        var (left, right) = ProcessPipe.Create<string>();
        left.Send("here");
        using var array = new SharedArray<int>([1, 2, 3]);
        Program.Say("made");
        Thread.Sleep(Timeout.Infinite);
        GC.KeepAlive((left, right));
    }

    private sealed class Deadly
    {
        /// <summary>Read in the worker, before the end is.</summary>
        public int Number
        {
            get => 1;
            set => Environment.Exit(value);
        }
    }
}
