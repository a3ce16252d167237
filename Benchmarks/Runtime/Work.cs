using System.Net.Sockets;

namespace Tandem.Benchmarks.Runtime;

/// <summary>What the workers run.</summary>
internal static class Work
{
    public static int Twice(int x) => x + x;

    public static int Length(byte[] block) => block.Length;

    public static int Hammer(ProcessLock processLock, int rounds)
    {
        for (var i = 0; i < rounds; i++)
            using (processLock.Acquire()) { }
        return rounds;
    }

    public static int Hammer(Mutex mutex, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            mutex.WaitOne();
            try { }
            finally { mutex.ReleaseMutex(); }
        }

        return rounds;
    }

    public static int HammerMutex(string name, int rounds)
    {
        using var mutex = new Mutex(initiallyOwned: false, name);
        return Hammer(mutex, rounds);
    }

    public static int Hammer(ProcessSemaphore semaphore, int rounds)
    {
        for (var i = 0; i < rounds; i++)
            using (semaphore.Acquire()) { }
        return rounds;
    }

    public static int Hammer(SharedValue<long> value, int rounds)
    {
        for (var i = 0; i < rounds; i++) value.Update(static n => n + 1);
        return rounds;
    }

    /// <summary>Answers each signal by the other.</summary>
    public static int Answer(ProcessEvent asked, ProcessEvent answered, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            asked.Wait();
            answered.Set();
        }

        return rounds;
    }

    /// <summary>Meets the other at each phase.</summary>
    public static int Meet(ProcessBarrier barrier, int rounds)
    {
        for (var i = 0; i < rounds; i++) barrier.SignalAndWait();
        return rounds;
    }

    /// <summary>Takes its turns, the even or the odd ones, waiting on the condition for those of the other.</summary>
    public static int TakeTurns(ProcessCondition condition, SharedValue<long> turn, long first, int rounds)
    {
        for (var mine = first; mine < first + (2L * rounds); mine += 2)
        {
            using (condition.Lock.Acquire())
            {
                while (turn.Value != mine) condition.Wait();
                turn.Value = mine + 1;
                condition.PulseAll();
            }
        }

        return rounds;
    }

    public static byte Last(SharedArray<byte> array) => array[array.Length - 1];

    /// <summary>Sends back what comes, until the other end is gone.</summary>
    public static void Echo(PipeEnd<int> end)
    {
        using (end)
        {
            try
            {
                while (true) end.Send(end.Receive());
            }
            catch (EndOfStreamException)
            {
            }
        }
    }

    public static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return listener;
    }

    public static void EchoSocket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        var number = new byte[sizeof(int)];
        while (socket.Receive(number) == number.Length) socket.Send(number);
    }

    public static void RoundTrip(Socket socket, int times)
    {
        var number = new byte[sizeof(int)];
        for (var i = 0; i < times; i++)
        {
            socket.Send(number);
            socket.Receive(number);
        }
    }

    public static int Produce(ProcessQueue<int> queue, int items)
    {
        for (var i = 0; i < items; i++) queue.Put(i);
        return items;
    }

    public static int ProduceBatches(ProcessQueue<int> queue, int items)
    {
        var batch = new int[1_000];
        for (var i = 0; i < items; i += batch.Length) queue.PutMany(batch);
        return items;
    }

    /// <summary>Work that allocates: small objects, most of them short-lived, some kept for a while.</summary>
    public static int Allocate(int rounds)
    {
        var kept = new string[1000];
        for (var i = 0; i < rounds; i++) kept[i % kept.Length] = new string((char)('a' + (i % 26)), 20 + (i % 40));
        return kept.Count(s => s is not null);
    }

    /// <summary>Work that computes and allocates nothing.</summary>
    public static int Compute(int rounds)
    {
        var state = 1u;
        for (var i = 0; i < rounds; i++) state = (state * 1664525) + 1013904223;
        return (int)state;
    }
}
