using Tandem.Executors;
using Tandem.Observability;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>What a worker process runs: takes calls from its parent, one after the other, until there are no more; or one call, and ends with it.</summary>
internal static class WorkerProgram
{
    private const int WrongUsage = 64;

    private static int Main(string[] arguments)
    {
        if (!WorkerArguments.TryParse(arguments, out var parsed))
        {
            Console.Error.WriteLine("Tandem.dll is a library; it is run only by itself, as a worker process of an executor.");
            return WrongUsage;
        }

        return Run(parsed);
    }

    /// <summary>Runs the worker to its end.</summary>
    /// <returns>The exit code, where the process is to end as any program does, with its last foreground thread.</returns>
    public static int Run(WorkerArguments worker)
    {
        WorkerSelf.DieWithParent(worker.ParentId);
        WorkerSelf.LeaveInterruptsToParent();
        var lifeline = new Lifeline(worker.Descriptors);
        var channel = new WorkerChannel(WorkerTransport.Open(worker.Descriptors));
        using var reading = LargeBlock.ReadFrom(worker.ParentId, isLastReader: false);
        Thread.CurrentThread.Name = worker.Name;
        WorkerSelf.ShowName(worker.Name);
        if (Initialize(channel, lifeline, out var serializer) && Serve(channel, lifeline, serializer) is { } exitCode)
            return exitCode;

        // Not by returning, which would wait for every foreground thread that the work has left behind.
        Environment.Exit(0);
        return 0;
    }

    private static bool Initialize(WorkerChannel channel, Lifeline lifeline, out ChosenSerializer? serializer)
    {
        serializer = null;
        if (!channel.TryReceive(out var kind, out var body) || kind != FrameKind.Initialize)
            return false;
        try
        {
            var reader = new WireReader(body);
            var isKeptReady = reader.ReadByte() != 0;
            serializer = ChosenSerializer.From(reader.ReadBlock());
            if (reader.ReadRest() is { IsEmpty: false } initializer)
                ResolvedWork.From(initializer).Run();
            if (isKeptReady)
                Serve(new WorkerChannel(WarmUp.Frames()), lifeline, serializer: null);
        }
        catch (Exception exception)
        {
            channel.SendError(FrameKind.InitializerFailed, callId: null, exception);
            return false;
        }

        channel.Send(FrameKind.Ready);
        return true;
    }

    /// <returns>The exit code of the only call that it was to run; null where it ran calls until there were no more.</returns>
    private static int? Serve(WorkerChannel channel, Lifeline lifeline, ChosenSerializer? serializer)
    {
        var works = new KnownWorks(serializer);
        var memory = channel.NewMemory();
        var thread = new WorkerThread();
        FrameKind kind;
        ReadOnlySpan<byte> body;
        TraceContext? next = null;
        while (channel.TryReceive(out kind, out body) && kind is FrameKind.Call or FrameKind.Trace)
        {
            if (kind == FrameKind.Trace)
            {
                next = TraceContext.Read(body);
                continue;
            }

            var trace = next;
            next = null;
            var reader = new WireReader(body);
            var callId = reader.ReadInt64();
            var workId = reader.ReadInt32();
            works.Note(workId, reader.ReadBlock());
            if (!channel.TryBegin(callId))
                continue;
            try
            {
                var work = works.Find(workId);
                var response = channel.BeginResponse(callId);
                using (var call = lifeline.Begin(callId, work.TokenCount))
                {
                    try
                    {
                        using var activity = trace?.Start(work.Name);
                        work.Call(ref reader, call.Sources, response, memory);
                    }
                    finally
                    {
                        thread.MakeAnew();
                    }
                }

                channel.SendResponse(memory);
                if (!memory.IsEmpty)
                    memory = channel.NewMemory();
            }
            catch (Exception exception)
            {
                channel.SendError(FrameKind.Failed, callId, exception);

                // What the exception says of itself is user code too.
                thread.MakeAnew();
            }
        }

        return kind == FrameKind.Run ? SingleCall.Run(body, channel, lifeline, serializer, next) : null;
    }
}
