using System.Runtime.InteropServices;
using Tandem.Observability;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>The worker's side of a <see cref="WorkerProcess"/>: one call, run as a program of its own would run its Main.</summary>
internal static class SingleCall
{
    private const int Failed = 1;

    /// <summary>Runs the call of a frame and sends what came of it.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(ReadOnlySpan<byte> body, WorkerChannel channel, Lifeline lifeline, ChosenSerializer? serializer, TraceContext? trace)
    {
        var reader = new WireReader(body);
        var callId = reader.ReadInt64();
        bool isTerminated = false, gaveWay = false;
        try
        {
            var work = ResolvedWork.From(reader.ReadBlock(), serializer);
            var memory = channel.NewMemory();
            var response = channel.BeginResponse(callId);
            using (var call = lifeline.Begin(callId, work.TokenCount))
            using (work.TokenCount == 0 ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel))
            {
                try
                {
                    using var activity = trace?.Start(work.Name);
                    work.Call(ref reader, call.Sources, response, memory);
                }
                catch (OperationCanceledException) when (IsCanceled(call.Sources))
                {
                    gaveWay = true;
                    throw;
                }
            }

            channel.SendResponse(memory);
            AwaitReceipt(channel);
            return Environment.ExitCode;
        }
        catch (Exception exception)
        {
            channel.SendError(FrameKind.Failed, callId, exception);
            if (gaveWay || (isTerminated && exception is OperationCanceledException))
                return Signals.ExitCodeBase + Signals.Terminate;
            Console.Error.WriteLine(Trace(exception));
            return Failed;
        }

        void Cancel(PosixSignalContext context)
        {
            context.Cancel = true;
            isTerminated = true;
            lifeline.Cancel(Cancellation.All(callId));
        }
    }

    /// <summary>The parent may have to fetch what the result refers to from this process; it closes the channel when it has read it.</summary>
    private static void AwaitReceipt(WorkerChannel channel)
    {
        while (channel.TryReceive(out _, out _))
        {
        }
    }

    private static bool IsCanceled(ReadOnlySpan<CancellationTokenSource> sources)
    {
        foreach (var source in sources)
        {
            if (source.IsCancellationRequested)
                return true;
        }

        return false;
    }

    private static string Trace(Exception exception)
    {
        try
        {
            return $"Unhandled exception in '{Thread.CurrentThread.Name}'. {exception}";
        }
        catch (Exception inToString)
        {
            return $"Unhandled exception in '{Thread.CurrentThread.Name}': {exception.GetType()}, which threw {inToString.GetType()} when it was to be written.";
        }
    }
}
