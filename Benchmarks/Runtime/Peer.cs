using System.Diagnostics;
using System.Globalization;

namespace Tandem.Benchmarks.Runtime;

/// <summary>The figures of CPython for the same operations, measured in the same run: a script of Benchmarks/Peers, run by python3.</summary>
internal static class Peer
{
    /// <summary>Microseconds by name; empty, with a line that says so, where there is no python3.</summary>
    public static Dictionary<string, double> Measure(string script)
    {
        var start = new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "Peers", script)]) { RedirectStandardOutput = true };
        try
        {
            using var python = Process.Start(start)!;
            var lines = python.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            python.WaitForExit();
            if (python.ExitCode != 0) throw new InvalidOperationException($"python3 {script} ended with exit code {python.ExitCode}.");
            return lines.Select(line => line.Split('\t')).ToDictionary(part => part[0], part => double.Parse(part[1], CultureInfo.InvariantCulture));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine("There is no python3 on the PATH; the peer's column stays empty.");
            return [];
        }
    }
}
