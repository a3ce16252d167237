using System.Diagnostics;

namespace Tandem.Platform;

/// <summary>What a worker asks of the operating system about itself.</summary>
internal static class WorkerSelf
{
    /// <summary>The exit code of a worker that finds its parent gone; nobody is left to read it.</summary>
    private const int ParentGone = 70;

    /// <summary>Has the kernel kill this process when the parent dies, and keeps the channels from programs that the work starts.</summary>
    public static void DieWithParent(int parentId)
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = Libc.Fcntl(WorkerDescriptors.Channel, Libc.F_SETFD, Libc.FD_CLOEXEC);
        _ = Libc.Fcntl(WorkerDescriptors.Lifeline, Libc.F_SETFD, Libc.FD_CLOEXEC);
        _ = Libc.ProcessControl(Libc.PR_SET_PDEATHSIG, Signals.Kill, 0, 0, 0);

        // The parent may have died before the kernel was told.
        if (Libc.GetParentProcessId() != parentId)
            ExitNow();
    }

    /// <summary>Ends this process at once: no handlers, no finalizers, nothing that could wait.</summary>
    public static void ExitNow()
    {
        if (OperatingSystem.IsWindows())
            Process.GetCurrentProcess().Kill();
        else
            Libc.ExitNow(ParentGone);
    }
}
