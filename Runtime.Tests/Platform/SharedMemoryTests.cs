using System.Runtime.CompilerServices;
using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Sharing;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Platform;

public sealed class SharedMemoryTests(ITestOutputHelper output)
{
    [Theory, InlineData(false), InlineData(true)]
    public void Reference_SurvivesItsText(bool isAwaited)
    {
        var reference = new SharedMemoryReference(4711, 23, UInt128.MaxValue - 5, isAwaited, 1);
        Assert.True(SharedMemoryReference.TryParse(reference.ToString(), out var parsed));
        Assert.Equal(reference, parsed);
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("tandem-memory"), InlineData("tandem-memory:1:2:3"), InlineData("tandem-memory:-1:2:00000000000000000000000000000000:held:0")]
    [InlineData("tandem-memory:1:99999999999:00000000000000000000000000000000:held:0"), InlineData("other:1:2:00000000000000000000000000000000:held:0")]
    [InlineData("tandem-memory:1:2:00000000000000000000000000000000:held"), InlineData("tandem-memory:1:2:00000000000000000000000000000000:else:0")]
    public void Reference_ThatIsNone_IsRefused(string? text) => Assert.False(SharedMemoryReference.TryParse(text, out _));

    [Fact]
    public void Open_OfWhatIsNoMemoryOfOurs_Throws()
    {
        using var numbers = new SharedNumbers(1);
        var reference = numbers.Lease.Send();
        var path = Path.GetTempFileName();
        using (var file = File.OpenHandle(path, options: FileOptions.DeleteOnClose))
        {
            // Another file, nothing at all, another process, and the right memory under a wrong cookie.
            AssertGone(reference with { Descriptor = (int)file.DangerousGetHandle(), Cookie = 1 });
            AssertGone(reference with { Descriptor = 1_000_000, Cookie = 2 });
            AssertGone(reference with { ProcessId = 1, Cookie = 3 });
            AssertGone(reference with { Cookie = reference.Cookie ^ 1 });
        }

        static void AssertGone(SharedMemoryReference reference) =>
            Assert.Throws<IOException>(() => SharedMemoryTable.Receive(reference, SharedNumbers.Kind, "numbers"));
    }

    [Fact]
    public unsafe void At_OutsideTheMemory_Throws()
    {
        using var numbers = new SharedNumbers(1);
        var memory = numbers.Lease.Memory;
        foreach (var (offset, count) in new (long, long)[] { (-8, 1), (4, 1), (memory.Size, 1), (0, memory.Size), (0, -1), (long.MaxValue - 7, 1), (8, long.MaxValue) })
            Assert.Throws<InvalidDataException>(() => (nint)memory.At<long>(offset, count));
        Assert.True(memory.At<long>(0, 1) != null);
    }

    [Fact]
    public void Received_InTheSameProcess_IsMappedOnce()
    {
        using var numbers = new SharedNumbers(1);
        using var received = Crossing.Receive<SharedNumbers>(Crossing.Send(numbers));
        Assert.Same(numbers.Lease.Memory, received.Lease.Memory);
    }

    [Fact]
    public void Sent_StaysOpenUntilItIsReceived_ThoughItsMakerHasForgottenIt()
    {
        var (sent, memory) = MakeSendAndForget();
        Forgetting.Collect();
        Assert.True(memory.IsAlive);
        using var received = Crossing.Receive<SharedNumbers>(sent);
        Assert.Equal(42, received[0]);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (string Sent, WeakReference Memory) MakeSendAndForget()
        {
            var numbers = new SharedNumbers(1);
            numbers[0] = 42;
            return (Crossing.Send(numbers), new WeakReference(numbers.Lease.Memory));
        }
    }

    [Fact]
    public async Task ResultOfAChild_IsOurs_AfterTheChildHasEnded()
    {
        using var child = ChildProcess.Start(MakeAndSend);
        using var numbers = Crossing.Receive<SharedNumbers>(await child.ReadLineAsync());
        child.Kill();
        await child.DieAsync();
        Assert.Equal(42, numbers[0]);
        numbers[0] = 43;
        using var other = Crossing.Receive<SharedNumbers>(Crossing.Send(numbers));
        Assert.Equal(43, other[0]);
    }

    [Fact]
    public async Task TenThousandQueuesMadeAndDropped_LeaveNothing()
    {
        using var child = ChildProcess.Start(MakeAndDropMany);
        await child.SucceedAsync();
    }

    [Fact]
    public void NonsenseInTheMemory_MakesExceptions_NeverACrash()
    {
        var random = Stress.Seeded(output);
        var refused = 0;
        for (var round = 0; round < 300; round++)
        {
            using var queue = new ProcessQueue<byte[]>(8, byteCapacity: 512);
            for (var i = 0; i < 4; i++)
                queue.Put(new byte[random.Next(100)]);
            ScribbleOver(queue, random);
            for (var i = 0; i < 8; i++)
            {
                refused += Refuses(() => queue.TryTake(out _)) ? 1 : 0;
                refused += Refuses(() => queue.TryPut(new byte[random.Next(100)])) ? 1 : 0;
                refused += Refuses(() => Crossing.Receive<ProcessQueue<byte[]>>(Crossing.Send(queue)).Count.ToString()) ? 1 : 0;
            }
        }

        Assert.True(refused > 0);
    }

    [Fact]
    public unsafe void SlotsNearTheEndOfTheNumbers_AreRefused_NotWrittenBeforeTheMemory()
    {
        using var queue = new ProcessQueue<byte[]>(8, byteCapacity: 512);
        queue.Put(new byte[9]);
        var slot = ((ISharedPrimitive<ProcessQueue<byte[]>>)queue).Lease.Memory.At<long>(sizeof(RingLayout.State));
        Assert.Equal((0, 10), (slot[0], slot[1]));
        slot[0] = long.MaxValue - 5;
        Assert.Throws<InvalidDataException>(() => queue.TryPut(new byte[9]));
        Assert.Equal(1, queue.Count);
    }

    [Theory, InlineData(false), InlineData(true)]
    public unsafe void NonsenseInALock_MakesExceptions_NeverACrash(bool reentrant)
    {
        var random = Stress.Seeded(output);
        for (var round = 0; round < 300; round++)
        {
            using var gate = new ProcessLock(reentrant);
            var words = ((ISharedPrimitive<ProcessLock>)gate).Lease.Memory.At<long>(0, 3);
            for (var i = 0; i < 8; i++)
            {
                try
                {
                    if (random.Next(2) == 0)
                        gate.TryAcquire(TimeSpan.Zero, out _);
                    else
                        gate.Release();
                    words[random.Next(3)] = Nonsense(random);
                }
                catch (Exception error) when (error is InvalidDataException or SynchronizationLockException)
                {
                }
            }
        }
    }

    private static bool Refuses(Action use)
    {
        try
        {
            use();
            return false;
        }
        catch (Exception error) when (error is InvalidDataException or QueueCompletedException)
        {
            return true;
        }
    }

    /// <summary>As a process would that writes where it must not: numbers of every size over all but the memory's own header.</summary>
    private static unsafe void ScribbleOver(ISharedPrimitive<ProcessQueue<byte[]>> queue, Random random)
    {
        var memory = queue.Lease.Memory;
        var words = (int)Math.Min(120, (memory.Size / sizeof(long)) - 16);
        var at = memory.At<long>(0, words);
        for (var i = 0; i < 10; i++)
            at[random.Next(words)] = Nonsense(random);
    }

    private static long Nonsense(Random random) =>
        random.Next(4) switch { 0 => random.Next(20), 1 => -random.Next(20), 2 => random.NextInt64(), _ => -random.NextInt64() };

    private static void MakeAndSend(string[] arguments)
    {
        var numbers = new SharedNumbers(1);
        numbers[0] = 42;
        Program.Say(Crossing.Send(numbers));
        Thread.Sleep(Timeout.Infinite);
    }

    private static void MakeAndDropMany(string[] arguments)
    {
        MakeAndDrop(100);
        Forgetting.Collect();
        var (descriptors, mappings) = (CountDescriptors(), CountMappings());
        MakeAndDrop(10_000);
        Forgetting.Collect();
        Assert.InRange(CountDescriptors(), 0, descriptors + 20);
        Assert.InRange(CountMappings(), 0, mappings + 20);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries("/dev/shm"), entry => entry.Contains("tandem", StringComparison.OrdinalIgnoreCase));

        static int CountDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
        static int CountMappings() => File.ReadLines("/proc/self/maps").Count(line => line.Contains("memfd:tandem", StringComparison.Ordinal));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeAndDrop(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var queue = new ProcessQueue<int>();
            queue.Put(i);
            var received = Crossing.Receive<ProcessQueue<int>>(Crossing.Send(queue));
            Assert.Equal(i, received.Take());
            if (i % 2 != 0)
                continue; // forgotten
            queue.Dispose();
            received.Dispose();
        }
    }
}
