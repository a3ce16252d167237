using System.Diagnostics;
using Tandem.Workers;

namespace Tandem.Observability;

/// <summary>The activity of which a call is a part, as another process can take it up: see the W3C's Trace Context.</summary>
internal sealed record TraceContext(string Parent, string State)
{
    /// <summary>Null where there is none, or none that has such an id.</summary>
    public static TraceContext? Of(Activity? activity) =>
        activity is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? new(id, activity.TraceStateString ?? "") : null;

    public static TraceContext Read(ReadOnlySpan<byte> frame)
    {
        var reader = new WireReader(frame);
        return new(reader.ReadString(), reader.ReadString());
    }

    /// <summary>The frame that goes before the call's.</summary>
    public ReadOnlySpan<byte> Frame()
    {
        var frame = new WireWriter();
        frame.WriteInt32(0);
        frame.WriteByte((byte)FrameKind.Trace);
        frame.WriteString(Parent);
        frame.WriteString(State);
        frame.SetInt32(0, frame.Written.Length - Workers.Frame.HeaderLength);
        return frame.Written.Span;
    }

    /// <summary>Starts the activity of the work, in the worker: by the source, so that who listens there sees it; without anybody the work still finds it, and what it calls gets its id.</summary>
    public Activity Start(string work)
    {
        Activity? activity = null;
        if (ActivityContext.TryParse(Parent, State, isRemote: true, out var parent))
            Telemetry.Tell(() => activity = Telemetry.Activities.StartActivity(work, ActivityKind.Internal, parent));
        return activity ?? new Activity(work) { TraceStateString = State }.SetParentId(Parent).Start();
    }
}
