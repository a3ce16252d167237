using System.Diagnostics;
using System.Text;

namespace Tandem.Runtime.Tests.Children;

/// <summary>A real process that runs one static method of this assembly, to be killed in earnest.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public static ChildProcess Start(Action<string[]> work, params string[] arguments) => ReadingErrors(StartMute(work, arguments));

    /// <summary>Starts a child that ignores SIGCHLD, as it inherits from a shell.</summary>
    public static ChildProcess StartIgnoringChildren(Action<string[]> work, params string[] arguments) =>
        ReadingErrors(Start("/bin/sh", ["-c", "trap '' CHLD; exec \"$0\" \"$@\"", DotnetPath], work, arguments));

    private static ChildProcess ReadingErrors(ChildProcess child)
    {
        child._process.ErrorDataReceived += (_, line) =>
        {
            lock (child._errors)
                child._errors.AppendLine(line.Data);
        };
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Starts a child whose standard error is a pipe that nobody reads before <see cref="ReadErrorsAsync"/>.</summary>
    public static ChildProcess StartMute(Action<string[]> work, params string[] arguments) => Start(DotnetPath, [], work, arguments);

    private static ChildProcess Start(string program, string[] first, Action<string[]> work, string[] arguments)
    {
        var assembly = typeof(ChildProcess).Assembly.Location;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. first, "exec", assembly, work.Method.DeclaringType!.FullName!, work.Method.Name, .. arguments])
            start.ArgumentList.Add(argument);
        // A child that waits for a lock in a test host with many needs no heap for each core, nor diagnostics.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>All that a child started by <see cref="StartMute"/> writes to its standard error, to the end.</summary>
    public Task<string> ReadErrorsAsync() => Blocking.Run(_process.StandardError.ReadToEnd);

    /// <summary>The next line that the child says.</summary>
    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().Soon() ?? throw new InvalidOperationException($"The child has ended. {await ErrorsAsync()}");

    /// <summary>Waits until the child says the line.</summary>
    public async Task WaitFor(string line)
    {
        while (await ReadLineAsync() != line)
        {
        }
    }

    /// <summary>kill -9, without waiting for the end.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGSTOP; ends when all its threads stand still.</summary>
    public async Task StopAsync()
    {
        StopSignals.Stop(Id);
        await StoppedAsync();
    }

    /// <summary>Waits until the child has stopped itself.</summary>
    public Task StoppedAsync() => StopSignals.WaitUntilStopped(Id).Soon();

    public void Continue() => StopSignals.Continue(Id);

    public async Task WaitForExitAsync() => await _process.WaitForExitAsync().Soon();

    /// <summary>Waits for the end, which must be an orderly one.</summary>
    public async Task SucceedAsync()
    {
        await WaitForExitAsync();
        Assert.True(_process.ExitCode == 0, $"The child ended with {_process.ExitCode}. {await ErrorsAsync()}");
    }

    /// <summary>Waits for the end, which must be by SIGKILL.</summary>
    public async Task DieAsync()
    {
        await WaitForExitAsync();
        Assert.True(_process.ExitCode == 128 + 9, $"The child ended with {_process.ExitCode} and was not killed. {await ErrorsAsync()}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    public static string DotnetPath =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    private async Task<string> ErrorsAsync()
    {
        await WaitForExitAsync();
        lock (_errors)
            return _errors.ToString();
    }
}
