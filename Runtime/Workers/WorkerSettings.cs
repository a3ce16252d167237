namespace Tandem.Workers;

/// <summary>What all worker processes of one executor have in common.</summary>
internal sealed record WorkerSettings(WorkReference? Initializer, TimeSpan CancellationGracePeriod, WorkerSurroundings Surroundings)
{
    private readonly WorkerCommand? _command;

    /// <summary>How they are started; this application's own command unless told otherwise.</summary>
    public WorkerCommand Command
    {
        get => _command ?? WorkerCommand.Current;
        init => _command = value;
    }
}
