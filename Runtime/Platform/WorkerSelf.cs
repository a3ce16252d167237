using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tandem.Platform;

/// <summary>What a worker asks of the operating system about itself.</summary>
internal static class WorkerSelf
{
    /// <summary>The exit code of a worker that finds its parent gone; nobody is left to read it.</summary>
    private const int ParentGone = 70;

    // Kept, since it ends when it is collected.
    private static PosixSignalRegistration? s_interrupts;

    /// <summary>Has the kernel kill this process when the parent dies.</summary>
    public static void DieWithParent(int parentId)
    {
        if (!OperatingSystem.IsLinux())
            return;
        _ = Libc.ProcessControl(Libc.PR_SET_PDEATHSIG, Signals.Kill, 0, 0, 0);

        // The parent may have died before the kernel was told.
        if (Libc.GetParentProcessId() != parentId)
            ExitNow();
    }

    /// <summary>Has <c>ps</c> and <c>top</c> show the name: the runtime does not give its main thread's to the process.</summary>
    public static unsafe void ShowName(string name)
    {
        if (!OperatingSystem.IsLinux())
            return;
        fixed (byte* shown = Encoding.UTF8.GetBytes(Shown(name) + '\0'))
            _ = Libc.ProcessControl(Libc.PR_SET_NAME, (nuint)shown, 0, 0, 0);
    }

    /// <summary>Both ends of a name too long for the kernel: the end tells workers apart.</summary>
    private static string Shown(string name)
    {
        const int Most = 15, End = 8;
        return name.Length <= Most ? name : $"{name[..(Most - End - 1)]}~{name[^End..]}";
    }

    /// <summary>
    /// Ctrl+C goes to every process of the terminal. What it means is for the parent to say; if it ends, so do we. Handled, not ignored,
    /// since programs that the work starts would inherit that.
    /// </summary>
    public static void LeaveInterruptsToParent() =>
        s_interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, static context => context.Cancel = true);

    /// <summary>Opens an inherited descriptor as a stream, and keeps it from programs that the work starts.</summary>
    public static FileStream Open(string descriptor, FileAccess access)
    {
        // Never closed: it lives as long as the worker, and one descriptor may go both ways.
        var handle = new SafeFileHandle(nint.Parse(descriptor, CultureInfo.InvariantCulture), ownsHandle: false);
        if (OperatingSystem.IsLinux())
            _ = Libc.Fcntl((int)handle.DangerousGetHandle(), Libc.F_SETFD, Libc.FD_CLOEXEC);
        return new FileStream(handle, access, bufferSize: 0, isAsync: false);
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
