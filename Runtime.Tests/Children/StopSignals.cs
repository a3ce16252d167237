using System.Runtime.InteropServices;

namespace Tandem.Runtime.Tests.Children;

/// <summary>Stops processes and lets them go on, by the signals that a shell's job control uses (signal(7), the numbers of x86 and ARM).</summary>
internal static partial class StopSignals
{
    private const int Continued = 18, Stopped = 19;

    public static void Stop(int processId) => Assert.Equal(0, Kill(processId, Stopped));

    public static void Continue(int processId) => Assert.Equal(0, Kill(processId, Continued));

    /// <summary>Ends when all threads of the process have stopped.</summary>
    public static Task WaitUntilStopped(int processId) => Blocking.Run(() =>
        Assert.True(SpinWait.SpinUntil(() => Directory.EnumerateDirectories($"/proc/{processId}/task").All(IsStopped), Blocking.Patience), "The child has not stopped."));

    /// <summary>The state follows the name, which is in parentheses (proc_pid_stat(5)).</summary>
    private static bool IsStopped(string thread)
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat[(stat.LastIndexOf(')') + 2)..][0] == 'T';
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
