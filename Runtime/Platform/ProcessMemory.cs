using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tandem.Platform;

/// <summary>How much memory another process uses.</summary>
internal static class ProcessMemory
{
    /// <summary>What of it is in memory, as <c>ps</c> shows under RSS; 0 where it has ended.</summary>
    public static long ResidentBytes(int processId)
    {
        try
        {
            return OperatingSystem.IsLinux() ? Resident(processId) : WorkingSet(processId);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // It has ended, and somebody else will say so.
            return 0;
        }
    }

    /// <summary>The second number of /proc/[id]/statm, in pages (proc_pid_statm(5)).</summary>
    private static long Resident(int processId)
    {
        Span<byte> line = stackalloc byte[256];
        using var file = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/statm"));
        var text = Encoding.ASCII.GetString(line[..RandomAccess.Read(file, line, 0)]).Split(' ');
        return text.Length < 2 ? 0 : long.Parse(text[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private static long WorkingSet(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return process.WorkingSet64;
    }
}
