using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>
/// Parks a thread on a word in shared memory until somebody in any process wakes it (futex(2), process-shared).
/// The kernel compares and parks in one step, so a change of the word before the park is never missed.
/// </summary>
internal static unsafe class Futex
{
    /// <summary>The number of the system call, which differs by processor; -1 where it is not known.</summary>
    private static readonly int s_number = !OperatingSystem.IsLinux() ? -1 : RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 98,
        _ => -1,
    };

    public static bool IsSupported => s_number >= 0;

    /// <summary>Parks while the word has the expected value. May return early for no reason, so the caller looks again; false at the time-out.</summary>
    public static bool Wait(int* word, int expected, TimeSpan timeout)
    {
        var time = new Libc.Timespec(timeout);
        // The other errors are no news: EAGAIN, the word had changed already; EINTR, a signal came.
        return Libc.FutexCall(s_number, word, Libc.FUTEX_WAIT, expected, &time) == 0 || Marshal.GetLastPInvokeError() != Libc.ETIMEDOUT;
    }

    /// <summary>How many words <see cref="TryWaitAny"/> takes (FUTEX_WAITV_MAX).</summary>
    public const int MostWords = 128;

    /// <summary>Parks while all words have their expected values, as <see cref="Wait"/> does for one; false where the kernel, older than 5.16, cannot.</summary>
    public static bool TryWaitAny(ReadOnlySpan<Libc.FutexWaiter> words, TimeSpan timeout)
    {
        // A point in time by CLOCK_MONOTONIC, which is what Stopwatch reads, in nanoseconds.
        var end = new Libc.Timespec(TimeSpan.FromTicks(Stopwatch.GetTimestamp() / TimeSpan.NanosecondsPerTick) + timeout);
        fixed (Libc.FutexWaiter* first = words)
            return Libc.FutexWaitAny(Libc.SYS_futex_waitv, first, words.Length, 0, &end, Libc.CLOCK_MONOTONIC) >= 0 || Marshal.GetLastPInvokeError() != Libc.ENOSYS;
    }

    public static void WakeOne(int* word) => Libc.FutexCall(s_number, word, Libc.FUTEX_WAKE, 1, null);

    public static void WakeAll(int* word) => Libc.FutexCall(s_number, word, Libc.FUTEX_WAKE, int.MaxValue, null);
}
