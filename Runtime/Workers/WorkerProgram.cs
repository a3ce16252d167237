using Tandem.Executors;
using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>What a worker process runs: takes calls from its parent, one after the other, until there are no more.</summary>
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

        WorkerSelf.DieWithParent(parsed.ParentId);
        WorkerSelf.LeaveInterruptsToParent();
        var lifeline = new Lifeline(parsed.Descriptors);
        var channel = new WorkerChannel(parsed.Descriptors);
        Thread.CurrentThread.Name = parsed.Name;
        if (Initialize(channel))
            Serve(channel, lifeline);

        // Not by returning, which would wait for every foreground thread that the work has left behind.
        Environment.Exit(0);
        return 0;
    }

    private static bool Initialize(WorkerChannel channel)
    {
        if (!channel.TryReceive(out var kind, out var body) || kind != FrameKind.Initialize)
            return false;
        try
        {
            if (!body.IsEmpty)
                ResolvedWork.From(body).Run();
        }
        catch (Exception exception)
        {
            channel.SendError(FrameKind.InitializerFailed, callId: null, exception);
            return false;
        }

        channel.Send(FrameKind.Ready);
        return true;
    }

    private static void Serve(WorkerChannel channel, Lifeline lifeline)
    {
        var known = new Dictionary<int, ResolvedWork>();
        var thread = new WorkerThread();
        var resultMemory = new MessageMemory(isLeft: false);
        while (channel.TryReceive(out var kind, out var body) && kind == FrameKind.Call)
        {
            var reader = new WireReader(body);
            var callId = reader.ReadInt64();
            // The parent has read one result before it sends the next call.
            resultMemory.LetGo();
            channel.SendBegan(callId);
            thread.MakeAnew();
            try
            {
                var id = reader.ReadInt32();
                var definition = reader.ReadBlock();
                if (!known.TryGetValue(id, out var work))
                    known.Add(id, work = ResolvedWork.From(definition));
                var response = channel.BeginResponse(callId);
                using (var call = lifeline.Begin(callId, work.TokenCount))
                    work.Call(ref reader, call.Sources, response, resultMemory);
                channel.SendResponse();
            }
            catch (Exception exception)
            {
                channel.SendError(FrameKind.Failed, callId, exception);
            }

            thread.MakeAnew();
        }
    }
}
