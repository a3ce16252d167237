using Tandem.Platform;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What a link says of calls that reach it too late.</summary>
public class WorkerLinkTests
{
    [Fact]
    public async Task ACallSentToAWorkerThatIsAlreadyDead_HasNotBegun()
    {
        var listener = new LateSender();
        var link = WorkerLink.Start(new WorkerLaunch(new WorkerCommand("/usr/bin/env", ["true"]), "late", new WorkerSurroundings(new ProcessExecutorOptions())), listener);
        listener.Link.SetResult(link);
        link.Open();
        Assert.False(await listener.HasBegun.Task.Soon());
    }

    /// <summary>Sends a call when the worker's end is told, the last moment at which that may happen.</summary>
    private sealed class LateSender : IWorkerListener
    {
        public TaskCompletionSource<WorkerLink> Link { get; } = new();

        public TaskCompletionSource<bool> HasBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool ExpectsFrames => false;

        public void Exited(ExitStatus status, Exception? damage)
        {
            var link = Link.Task.Result;
            link.Send(1, new byte[16], default);
            link.Flush();
            HasBegun.SetResult(link.HasBegun(1));
        }

        public void Received(FrameKind kind, ReadOnlySpan<byte> body)
        {
        }

        public int ReceivedAll() => 1;

        public Action? TakeUserCode() => null;

        public bool TakesText(WorkerStream stream, Action whenItDoes) => true;

        public void Wrote(WorkerStream stream, ReadOnlySpan<byte> text)
        {
        }
    }
}
