using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>This process's standard output and standard error, past the Console: its streams hold the lock of Console.Out while they write, so a reader that stopped would stop all that the application prints.</summary>
internal static class StandardStream
{
    public const int Output = 1, Error = 2;

    /// <summary>Writes all of the text, however long its reader takes. Where nobody can read it any more, it is lost.</summary>
    public static void Write(int stream, ReadOnlySpan<byte> text)
    {
        if (OperatingSystem.IsWindows())
            WriteToConsole(stream, text);
        else
            WriteToDescriptor(stream, text);
    }

    private static void WriteToConsole(int stream, ReadOnlySpan<byte> text)
    {
        try
        {
            using var console = stream == Error ? Console.OpenStandardError() : Console.OpenStandardOutput();
            console.Write(text);
        }
        catch (IOException)
        {
            // Closed at its other end.
        }
    }

    private static unsafe void WriteToDescriptor(int descriptor, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            nint written;
            fixed (byte* bytes = text)
                written = Libc.Write(descriptor, bytes, text.Length);
            if (written >= 0)
                text = text[(int)written..];
            else if (Marshal.GetLastPInvokeError() is var error && error == EAGAIN)
                WaitForRoom(descriptor);
            else if (error != Libc.EINTR)
                return;
        }
    }

    /// <summary>A terminal shared with a program that made it non-blocking.</summary>
    private static unsafe void WaitForRoom(int descriptor)
    {
        var polled = new Libc.PollFd { Descriptor = descriptor, Events = Libc.POLLOUT };
        _ = Libc.Poll(&polled, 1, Timeout.Infinite);
    }

    // Of the numbers used here, the only one that BSD has otherwise.
    private static int EAGAIN => OperatingSystem.IsLinux() ? Libc.EAGAIN : 35;
}
