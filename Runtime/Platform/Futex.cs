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

    public static void WakeOne(int* word) => Libc.FutexCall(s_number, word, Libc.FUTEX_WAKE, 1, null);

    public static void WakeAll(int* word) => Libc.FutexCall(s_number, word, Libc.FUTEX_WAKE, int.MaxValue, null);
}
