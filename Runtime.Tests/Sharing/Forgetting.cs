using System.Runtime.CompilerServices;

namespace Tandem.Runtime.Tests.Sharing;

/// <summary>Counts the shared memory that this process has open.</summary>
internal static class Forgetting
{
    private const int Few = 20, Many = 200;

    /// <summary>Runs what makes that many primitives and forgets them, and fails where they stay.</summary>
    public static void LeavesNothing(Action<int> makeAndForget)
    {
        // What is made once, and stays, is made here.
        Run(makeAndForget, Few);
        var before = CountAfterCollection();
        Run(makeAndForget, Many);
        // A register or a stack slot may still know the last few.
        Assert.InRange(CountAfterCollection(), 0, before + 5);
    }

    public static int CountAfterCollection()
    {
        Collect();
        return Directory.EnumerateFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget?.Contains("memfd:tandem", StringComparison.Ordinal) == true);
    }

    public static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run(Action<int> work, int count) => work(count);
}
