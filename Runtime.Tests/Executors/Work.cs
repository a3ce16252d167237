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
}
