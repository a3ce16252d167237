using System.Runtime.CompilerServices;
using Tandem.Platform;
using Tandem.Runtime.Tests.Children;
using Tandem.Runtime.Tests.Platform;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests.Sharing;

public sealed class SharedArrayTests(ITestOutputHelper output)
{
    [Fact]
    public void New_IsZeros_OrTheGivenItems()
    {
        using var zeros = new SharedArray<double>(3);
        Assert.Equal([0.0, 0.0, 0.0], zeros.Span.ToArray());
        using var given = new SharedArray<int>([1, 2, 3]);
        Assert.Equal((3, 2), (given.Length, given[1]));
        using var empty = new SharedArray<int>(0);
        Assert.True(empty.Span.IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharedArray<int>(-1));
    }

    [Fact]
    public void SpanAndIndexer_AreTheSameItems()
    {
        using var points = new SharedArray<Point>(10);
        points[9] = new Point(1, 2, true);
        Assert.Equal(new Point(1, 2, true), points.Span[9]);
        points.Span[0].X = 5;
        Assert.Equal(new Point(5, 0, false), points[0]);
    }

    [Theory, InlineData(-1), InlineData(10), InlineData(int.MaxValue), InlineData(int.MinValue)]
    public void IndexOutside_IsRefused_AndTheMessageTellsTheFixedLength(int index)
    {
        using var numbers = new SharedArray<int>(10);
        var error = Assert.Throws<IndexOutOfRangeException>(() => numbers[index]);
        Assert.Contains("has 10 items", error.Message, StringComparison.Ordinal);
        Assert.Contains("length is fixed", error.Message, StringComparison.Ordinal);
        Assert.Throws<IndexOutOfRangeException>(() => numbers[index] = 1);
    }

    [Fact]
    public async Task ChangedByWorkers_EachItsPart_IsChangedHere()
    {
        using var executor = new ProcessExecutor(2);
        using var squares = new SharedArray<long>(1_000);
        await Task.WhenAll(executor.Submit(Square, squares, 0, 500), executor.Submit(Square, squares, 500, 500)).Soon();
        Assert.Equal(Enumerable.Range(0, 1_000).Select(n => (long)n * n), squares.Span.ToArray());

        static void Square(SharedArray<long> squares, int start, int count)
        {
            var part = squares.Span.Slice(start, count);
            for (var i = 0; i < count; i++)
                part[i] = (long)(start + i) * (start + i);
        }
    }

    [Fact]
    public async Task SixtyFourMebibytes_AreSeenAtOnce_InBothDirections()
    {
        using var executor = new ProcessExecutor(1);
        using var bytes = new SharedArray<byte>(64 << 20);
        bytes[bytes.Length - 1] = 42;
        Assert.Equal(42, await executor.Submit(static bytes =>
        {
            bytes[0] = 43;
            return bytes[bytes.Length - 1];
        }, bytes).Soon());
        Assert.Equal(43, bytes[0]);
    }

    [Fact]
    public async Task SpanOfAnArgument_StaysGood_ThoughTheArrayIsUsedNoMore()
    {
        using var executor = new ProcessExecutor(1);
        using var numbers = new SharedArray<int>(100);
        await executor.Submit(static numbers =>
        {
            var span = numbers.Span;
            numbers = null!;
            for (var i = 0; i < span.Length; i++)
            {
                if (i % 10 == 0)
                    Forgetting.Collect();
                span[i] = i;
            }
        }, numbers).Soon();
        Assert.Equal(Enumerable.Range(0, 100), numbers.Span.ToArray());
    }

    [Fact]
    public async Task TheLock_GuardsStepsOfManyProcesses()
    {
        const int Each = 2_000;
        using var executor = new ProcessExecutor(2);
        using var counts = new SharedArray<int>(2);
        await Task.WhenAll(executor.Submit(Count, counts, Each), executor.Submit(Count, counts, Each), Blocking.Run(() => Count(counts, Each))).Soon();
        Assert.Equal([3 * Each, -3 * Each], counts.Span.ToArray());

        static void Count(SharedArray<int> counts, int times)
        {
            for (var i = 0; i < times; i++)
            {
                using (counts.Lock.Acquire())
                {
                    counts[0]++;
                    counts[1]--;
                }
            }
        }
    }

    [Fact]
    public async Task Named_IsOneForProcessesThatAreNotRelated()
    {
        var name = $"shared array tests / {Guid.NewGuid()}";
        using var numbers = new SharedArray<long>(name, 10);
        using var child = ChildProcess.Start(WriteNamed, name);
        await child.SucceedAsync();
        Assert.Equal(42, numbers[9]);
        using var same = new SharedArray<long>(name, 10);
        using (same.Lock.Acquire())
            Assert.False(numbers.Lock.TryAcquire(TimeSpan.Zero, out _));
    }

    [Fact]
    public void Named_DoesNotGrow_NorChangeItsType()
    {
        var name = $"shared array tests / {Guid.NewGuid()}";
        using var numbers = new SharedArray<long>(name, 10);
        Assert.Contains("has 10 items", Assert.Throws<ArgumentException>(() => new SharedArray<long>(name, 11)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => new SharedArray<int>(name, 10));
        Assert.Throws<ArgumentNullException>(() => new SharedArray<int>(null!, 10));
        numbers[9] = 1;
    }

    [Fact]
    public void Disposed_SaysSo()
    {
        var numbers = new SharedArray<int>(3);
        numbers.Dispose();
        numbers.Dispose();
        Assert.Throws<ObjectDisposedException>(() => numbers[0]);
        Assert.Throws<ObjectDisposedException>(() => numbers[0] = 1);
        Assert.Throws<ObjectDisposedException>(() => numbers.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => numbers.Lock.Acquire());
    }

    [Fact]
    public async Task SpanThatOutlivesDispose_DoesNoHarm_AndReachesNobodyElse()
    {
        using var executor = new ProcessExecutor(1);
        var numbers = new SharedArray<int>([1, 2, 3]);
        using var back = new ProcessQueue<int>();
        using var goOn = new ProcessQueue<int>();
        var work = executor.Submit(static (numbers, back, goOn) =>
        {
            back.Put(0);
            goOn.Take();
            return numbers.Span.ToArray();
        }, numbers, back, goOn);
        back.Take();
        DisposeUnder(numbers);
        goOn.Put(0);
        Assert.Equal(new[] { 1, 2, 3 }, await work.Soon());

        static void DisposeUnder(SharedArray<int> numbers)
        {
            var span = numbers.Span;
            numbers.Dispose();
            Assert.Equal([0, 0, 0], span.ToArray());
            span[0] = 9;
            Assert.Equal(9, span[0]);
            GC.KeepAlive(numbers);
        }
    }

    [Fact]
    public void Disposed_LetsGoOfTheSharedPagesAtOnce()
    {
        var numbers = new SharedArray<int>(1_000);
        var inode = Inode(numbers);
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.Contains(inode, StringComparison.Ordinal));
        numbers.Dispose();
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(inode, StringComparison.Ordinal));
        GC.KeepAlive(numbers);

        static unsafe string Inode(SharedArray<int> numbers)
        {
            var address = (ulong)Unsafe.AsPointer(ref numbers.Span[0]);
            // Such as 7f3a5c000000-7f3a5c002000 rw-s 00000000 00:01 1234 /memfd:tandem (deleted)
            return File.ReadLines("/proc/self/maps").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(part => part[0].Split('-') is [var from, var to] && Convert.ToUInt64(from, 16) <= address && address < Convert.ToUInt64(to, 16))
                .Select(part => $" {part[3]} {part[4]} ").Single();
        }
    }

    [Fact]
    public void Forgotten_AndDisposed_AreCollected() => Forgetting.LeavesNothing(static count =>
    {
        for (var i = 0; i < count; i++)
        {
            var numbers = new SharedArray<int>(100);
            numbers.Span.Fill(i);
            if (i % 2 == 0)
                numbers.Dispose();
        }
    });

    [Theory, InlineData(-1), InlineData(1_000_000), InlineData(long.MaxValue)]
    public unsafe void LengthBeyondTheMemory_IsRefused(long length)
    {
        using var numbers = new SharedArray<int>(10);
        *((ISharedPrimitive<SharedArray<int>>)numbers).Lease.Memory.At<long>(64) = length;
        Assert.Throws<InvalidDataException>(() => Crossing.Receive<SharedArray<int>>(Crossing.Send(numbers)));
        Assert.Equal(10, numbers.Length);
        numbers[9] = 1;
    }

    [Fact]
    public async Task HostileProcess_ThatWritesNonsenseEverywhere_CausesExceptionsAtMost()
    {
        using var numbers = new SharedArray<long>(8);
        using var value = new SharedValue<Point>();
        using var child = ChildProcess.Start(Scribble, Crossing.Send(numbers), Crossing.Send(value), Stress.Seeded(output).Next().ToString());
        var scribbling = child.WaitFor("done");
        var refused = 0;
        do
        {
            for (var i = -1; i <= numbers.Length; i++)
                Try(() => numbers[i]++);
            Try(() => value.Value.ToString());
            Try(() => Crossing.Receive<SharedArray<long>>(Crossing.Send(numbers)).Dispose());
            Try(() =>
            {
                if (numbers.Lock.TryAcquire(TimeSpan.Zero, out var scope))
                    scope.Dispose();
            });
        }
        while (!scribbling.IsCompleted);
        await scribbling.Soon();
        Assert.Equal(8, numbers.Length);
        Assert.True(refused > 0);

        void Try(Action use)
        {
            try
            {
                use();
            }
            catch (Exception error) when (error is IndexOutOfRangeException or InvalidDataException or SynchronizationLockException)
            {
                refused++;
            }
        }
    }

    private static void WriteNamed(string[] arguments)
    {
        using var numbers = new SharedArray<long>(arguments[0], 10);
        numbers[9] = 42;
    }

    private static unsafe void Scribble(string[] arguments)
    {
        var memories = new[] { Lease(Crossing.Receive<SharedArray<long>>(arguments[0])), Lease(Crossing.Receive<SharedValue<Point>>(arguments[1])) };
        var random = new Random(int.Parse(arguments[2]));
        for (var round = 0; round < 200_000; round++)
            memories[random.Next(2)].Memory.At<long>(0, 20)[random.Next(20)] = random.Next(2) == 0 ? random.Next(-20, 20) : random.NextInt64(long.MinValue, long.MaxValue);
        Program.Say("done");

        static SharedMemoryLease Lease<T>(T primitive)
            where T : ISharedPrimitive<T> => primitive.Lease;
    }

    private struct Point(int x, int y, bool isSet)
    {
        public int X = x, Y = y;
        public bool IsSet = isSet;
    }
}
