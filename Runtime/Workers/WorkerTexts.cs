using Tandem.Platform;

namespace Tandem.Workers;

/// <summary>What one worker writes to its standard streams.</summary>
internal sealed class WorkerTexts(WorkerSurroundings surroundings, string name)
{
    private readonly WorkerText _error = new(WorkerStream.Error, surroundings.Error, name);
    private readonly WorkerText _output = new(WorkerStream.Output, surroundings.Output, name);

    /// <summary>The end of its standard error, wherever that goes.</summary>
    public ErrorTail ErrorTail { get; } = new();

    /// <inheritdoc cref="IWorkerListener.TakesText"/>
    public bool Takes(WorkerStream stream, Action whenItDoes) => Of(stream).HasRoom(whenItDoes);

    public void Write(WorkerStream stream, int processId, ReadOnlySpan<byte> text)
    {
        Of(stream).Write(processId, text);
        if (stream == WorkerStream.Error)
            ErrorTail.Add(text);
    }

    /// <summary>No more will come.</summary>
    public void End()
    {
        _error.End();
        _output.End();
    }

    private WorkerText Of(WorkerStream stream) => stream == WorkerStream.Error ? _error : _output;
}
