using System.ComponentModel;
using static Tandem.Platform.Libc;

namespace Tandem.Platform;

/// <summary>A child process as a descriptor (a pidfd): it can be polled for the child's death, and never means another process that was given the same id.</summary>
internal readonly unsafe struct ChildDescriptor
{
    private ChildDescriptor(int number) => Number = number;

    /// <summary>To be closed by the owner.</summary>
    public int Number { get; }

    /// <summary>Opens it; a child for which that fails is killed, as nobody could watch it.</summary>
    /// <exception cref="Win32Exception">It could not be opened.</exception>
    public static ChildDescriptor Open(int processId)
    {
        // Nobody else waits for our children, so the id cannot have been given to another process yet.
        var number = PidFdOpen(SYS_pidfd_open, processId, 0);
        if (number >= 0)
            return new ChildDescriptor(number);
        var cause = new Win32Exception();
        int* info = stackalloc int[32];
        _ = Libc.SendSignal(processId, Signals.Kill);
        _ = WaitId(P_PID, processId, info, WEXITED);
        throw cause;
    }

    public void SendSignal(int signal) => _ = PidFdSendSignal(SYS_pidfd_send_signal, Number, signal, 0, 0);

    /// <summary>Waits for the child's end and takes its zombie away.</summary>
    public ExitStatus Reap()
    {
        // siginfo_t: the code is its third number, the process id and user its fourth and fifth (after padding), the status its seventh.
        int* info = stackalloc int[32];
        if (WaitId(P_PIDFD, Number, info, WEXITED) != 0)
            return default;
        return info[2] == CLD_EXITED ? new ExitStatus(info[6], null) : new ExitStatus(null, info[6]);
    }
}
