using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>This process's standard error, past the Console: its stream holds the lock of Console.Out while it writes, so a reader that stopped would stop all that the application prints.</summary>
internal static class StandardError
{
    private const int Descriptor = 2;

    /// <summary>Writes all of the text, however long its reader takes. Where nobody can read it any more, it is lost.</summary>
    public static void Write(ReadOnlySpan<byte> text)
    {
        if (OperatingSystem.IsWindows())
            WriteToConsole(text);
        else
            WriteToDescriptor(text);
    }

    private static void WriteToConsole(ReadOnlySpan<byte> text)
    {
        try
        {
            using var console = Console.OpenStandardError();
            console.Write(text);
        }
        catch (IOException)
        {
            // Closed at its other end.
        }
    }

    private static unsafe void WriteToDescriptor(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = text)
                written = Libc.Write(Descriptor, bytes, text.Length);
            if (written >= 0)
                text = text[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && error == EAGAIN)
                WaitForRoom();
            else if (error != Libc.EINTR)
                return;
        }
    }

    /// <summary>A terminal shared with a program that made it non-blocking.</summary>
    private static unsafe void WaitForRoom()
    {
        var polled = new Libc.PollFd { Descriptor = Descriptor, Events = Libc.POLLOUT };
        _ = Libc.Poll(&polled, 1, Timeout.Infinite);
    }

    // Of the numbers used here, the only one that BSD has otherwise.
    private static int EAGAIN => OperatingSystem.IsLinux() ? Libc.EAGAIN : 35;
}
