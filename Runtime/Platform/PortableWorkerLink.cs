using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using Tandem.Workers;

namespace Tandem.Platform;

/// <summary>
/// A worker over anonymous pipes, with what the framework has on every operating system: a thread each for sending, receiving, its standard
/// error and its end.
/// </summary>
/// <remarks>
/// Two things are known less well than on Linux. Where an exit code over 128 means a signal, work that exits with such a code looks killed.
/// And a program that another thread of the application starts at the very moment when a worker starts may inherit the worker's ends of the
/// pipes; the worker's death is seen all the same, as the process itself is waited for.
/// </remarks>
internal sealed class PortableWorkerLink : WorkerLink
{
    /// <summary>How long to wait for the end of what a dead worker wrote, when somebody else holds its streams open.</summary>
    private static readonly TimeSpan s_drainPeriod = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly IWorkerListener _listener;
    private readonly string _name;
    private readonly AnonymousPipeServerStream _requests;
    private readonly AnonymousPipeServerStream _responses;
    private readonly AnonymousPipeServerStream _lifeline;

    /// <summary>Each disposed by the thread that reads it: once somebody has it, Process.Dispose leaves it open.</summary>
    private readonly Stream _errors;

    /// <inheritdoc cref="_errors"/>
    private readonly Stream? _output;

    /// <summary>Frames on their way to the sending thread.</summary>
    private readonly BlockingCollection<ReadOnlyMemory<byte>> _unsent = [];

    /// <summary>Held while the listener is told something, so that it is told one thing at a time, and nothing after the end.</summary>
    private readonly Lock _telling = new();
    private bool _ended;
    private Exception? _damage;

    /// <summary>Released when there is room for more of a standard stream, and when the worker is dead: what it wrote last is read in any case.</summary>
    private readonly SemaphoreSlim _errorsGoOn = new(0), _outputGoesOn = new(0);
    private volatile bool _isDead;

    private PortableWorkerLink(Process process, string name, IWorkerListener listener, AnonymousPipeServerStream requests, AnonymousPipeServerStream responses, AnonymousPipeServerStream lifeline)
    {
        _process = process;
        _name = name;
        _listener = listener;
        _requests = requests;
        _responses = responses;
        _lifeline = lifeline;
        _errors = process.StandardError.BaseStream;
        _output = process.StartInfo.RedirectStandardOutput ? process.StandardOutput.BaseStream : null;
        ProcessId = process.Id;
    }

    public override int ProcessId { get; }

    /// <summary>Through a pipe nothing can be taken back.</summary>
    public override int MaxAhead => 1;

    public static new PortableWorkerLink Start(WorkerLaunch launch, IWorkerListener listener)
    {
        var requests = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var responses = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        var lifeline = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        try
        {
            var descriptors = new WorkerDescriptors(requests.GetClientHandleAsString(), responses.GetClientHandleAsString(), lifeline.GetClientHandleAsString());
            var start = new ProcessStartInfo(launch.Command.Program, [.. launch.Command.Arguments, .. WorkerArguments.Format(launch.Name, descriptors)])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardError = true,
                RedirectStandardOutput = launch.Surroundings.PipesOutput,
                WorkingDirectory = launch.Surroundings.WorkingDirectory ?? "",
            };
            start.Environment.Clear();
            foreach (var (variable, value) in launch.Environment())
                start.Environment[variable] = value;
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new PortableWorkerLink(process, launch.Name, listener, requests, responses, lifeline);
        }
        catch (Exception exception)
        {
            requests.Dispose();
            responses.Dispose();
            lifeline.Dispose();
            throw launch.CannotStart(exception);
        }
        finally
        {
            requests.DisposeLocalCopyOfClientHandle();
            responses.DisposeLocalCopyOfClientHandle();
            lifeline.DisposeLocalCopyOfClientHandle();
        }
    }

    public override void Open()
    {
        Run("sender", SendAll);
        var receiver = Run("receiver", ReceiveAll);
        List<Thread> readers = [receiver, Run("errors", () => ReadText(WorkerStream.Error, _errors, _errorsGoOn))];
        if (_output is { } output)
            readers.Add(Run("output", () => ReadText(WorkerStream.Output, output, _outputGoesOn)));
        Run("end", () => WaitForEnd(readers));
    }

    public override void Send(long callId, ReadOnlySpan<byte> head, ReadOnlyMemory<byte> rest)
    {
        var copy = head.ToArray();

        // Both or neither: the worker must not wait for a rest that never comes.
        lock (_unsent)
        {
            if (_unsent.IsAddingCompleted)
                return;
            _unsent.Add(copy);
            _unsent.Add(rest);
        }
    }

    public override void Flush()
    {
    }

    public override bool TryWithdraw(long callId) => false;

    public override bool HasBegun(long callId) => false;

    public override void SendCancellation(Cancellation cancellation) => IgnoringItsEnd(() => _lifeline.Write(BitConverter.GetBytes(cancellation.ToBits())));

    public override void CloseInput()
    {
        lock (_unsent)
            _unsent.CompleteAdding();
    }

    public override void Kill() => IgnoringItsEnd(_process.Kill);

    public override bool TryTerminate()
    {
        if (OperatingSystem.IsWindows())
            return false;
        IgnoringItsEnd(() =>
        {
            // Not reaped before this says so, thus the id is still the worker's.
            if (!_process.HasExited)
                _ = Libc.SendSignal(ProcessId, Signals.Terminate);
        });
        return true;
    }

    private Thread Run(string role, Action body)
    {
        var thread = new Thread(() => body()) { IsBackground = true, Name = $"Tandem {_name} {role}" };
        thread.UnsafeStart();
        return thread;
    }

    private void SendAll()
    {
        foreach (var part in _unsent.GetConsumingEnumerable())
            IgnoringItsEnd(() => _requests.Write(part.Span));
        _requests.Dispose();
    }

    private void ReceiveAll()
    {
        var received = new FrameBuffer();
        while (_damage is null && ReadInto(received, _responses))
        {
            try
            {
                while (received.TryTake(out var kind, out var body))
                {
                    lock (_telling)
                    {
                        if (_ended)
                            return;
                        _listener.Received(kind, body);
                        _listener.ReceivedAll();
                    }
                }
            }
            catch (Exception exception)
            {
                // Also what nobody has foreseen: the call fails, the application runs on.
                _damage = exception;
            }
        }

        // Its channel is damaged or closed, so it can be of no more use. One that is about to end by itself has closed it by ending.
        IgnoringItsEnd(() =>
        {
            if (_damage is not null || !_process.WaitForExit(s_drainPeriod))
                _process.Kill();
        });
    }

    private void ReadText(WorkerStream stream, Stream source, SemaphoreSlim goesOn)
    {
        Span<byte> text = stackalloc byte[4096];
        using var closing = source;
        try
        {
            while (WaitForRoom(stream, goesOn) && source.Read(text) is > 0 and var count)
            {
                lock (_telling)
                {
                    if (_ended)
                        return;
                    _listener.Wrote(stream, text[..count]);
                }
            }
        }
        catch (IOException)
        {
            // As good as its end.
        }
    }

    /// <summary>Always true, at last: this thread can wait, and with it the worker.</summary>
    private bool WaitForRoom(WorkerStream stream, SemaphoreSlim goesOn)
    {
        while (!_isDead && !_listener.TakesText(stream, () => goesOn.Release()))
            goesOn.Wait();
        return true;
    }

    private void WaitForEnd(List<Thread> readers)
    {
        _process.WaitForExit();
        _isDead = true;
        _errorsGoOn.Release();
        _outputGoesOn.Release();
        readers.ForEach(static r => r.Join(s_drainPeriod));
        CloseInput();
        var code = _process.ExitCode;
        var status = !OperatingSystem.IsWindows() && code > Signals.ExitCodeBase ? new ExitStatus(null, code - Signals.ExitCodeBase) : new ExitStatus(code, null);
        lock (_telling)
            _ended = true;
        _lifeline.Dispose();
        _responses.Dispose();
        _process.Dispose();
        _listener.Exited(status, _damage);
    }

    private static bool ReadInto(FrameBuffer received, Stream stream)
    {
        try
        {
            var count = stream.Read(received.Free());
            received.Filled(count);
            return count > 0;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>The worker may end at any moment, which is told by <see cref="WaitForEnd"/> alone.</summary>
    private static void IgnoringItsEnd(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or Win32Exception)
        {
        }
    }
}
