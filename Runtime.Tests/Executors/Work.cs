using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tandem.Runtime.Tests.Executors;

/// <summary>Work for the tests to submit.</summary>
internal static partial class Work
{
    public static int Double(int x) => 2 * x;

    public static string NameOf<T>() => typeof(T).Name;

    public static void Throw(string message) => throw new InvalidOperationException(message);

    /// <summary>Says that it is here, then gives way when its token is canceled.</summary>
    public static void WaitForCancellation(string path, CancellationToken token)
    {
        using var connection = Rendezvous.Announce(path);
        token.WaitHandle.WaitOne();
        token.ThrowIfCancellationRequested();
    }

    /// <summary>Says that it is here, and never ends, whatever its token says.</summary>
    public static void SpinForEver(string path, CancellationToken token)
    {
        Rendezvous.Announce(path);
        while (true)
        {
            // Not even a safe point that a garbage collection or a debugger could use.
        }
    }

    public static void SpinForEver(string path) => SpinForEver(path, default);

    public static void Die(Death death)
    {
        switch (death)
        {
            case Death.Kill:
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite); // the signal is under way; not one step further
                break;
            case Death.SegmentationFault:
                FillMemory(1, 0, 1);
                break;
            case Death.StackOverflow:
                Recurse(0);
                break;
            case Death.Exit:
                Environment.Exit(0);
                break;
            case Death.FailFast:
                Environment.FailFast("on purpose");
                break;
            case Death.OutOfMemory:
                FillTheHeap();
                break;
            case Death.Deadlock:
                WaitForEachOther();
                break;
        }
    }

    /// <summary>Blocks so many threads of the pool that nothing that needs one gets on.</summary>
    public static void HoldThePool()
    {
        ThreadPool.SetMinThreads(4, 1);
        ThreadPool.SetMaxThreads(4, 1000);
        using var held = new CountdownEvent(4);
        for (var i = 0; i < 4; i++)
        {
            ThreadPool.QueueUserWorkItem(_ =>
            {
                held.Signal();
                Thread.Sleep(Timeout.Infinite);
            });
        }

        held.Wait();
    }

    // In native code: the runtime would turn a managed one into an exception.
    [LibraryImport("libc", EntryPoint = "memset")]
    private static partial nint FillMemory(nint target, int value, nint count);

    /// <summary>An exception, which is the end of a thread that nobody guards.</summary>
    private static void FillTheHeap()
    {
        var blocks = new List<byte[]>();
        while (true)
            blocks.Add(new byte[1 << 20]);
    }

    /// <summary>Two threads, two locks, in opposite orders. Does not come back.</summary>
    private static void WaitForEachOther()
    {
        Lock one = new(), other = new();
        using var both = new Barrier(2);
        new Thread(() => Take(other, one)) { IsBackground = true }.Start();
        Take(one, other);

        void Take(Lock first, Lock second)
        {
            lock (first)
            {
                both.SignalAndWait();
                lock (second)
                {
                    // Never reached.
                }
            }
        }
    }

    private static int Recurse(int depth) => depth + Recurse(depth + 1) + 1;

    public static class Of<T>
    {
        public static string NameWith<TOther>() => $"{typeof(T).Name}/{typeof(TOther).Name}";
    }
}

/// <summary>The ways in which a worker can end before its work does.</summary>
public enum Death
{
    Kill,
    SegmentationFault,
    StackOverflow,
    Exit,
    FailFast,

    /// <summary>To run out of what the heap may take. Where somebody catches the exception the process lives on.</summary>
    OutOfMemory,

    /// <summary>To go on living, for ever, without a step. Others have to end it.</summary>
    Deadlock,
}
