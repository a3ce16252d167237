namespace Tandem.Workers;

/// <summary>One worker process to be started: by what, under what name, in what surroundings.</summary>
internal sealed record WorkerLaunch(WorkerCommand Command, string Name, WorkerSurroundings Surroundings)
{
    /// <summary>The whole environment of the process.</summary>
    public IReadOnlyDictionary<string, string> Environment()
    {
        var variables = Surroundings.Environment();
        if (Command.StartupHook is { } hook)
            OwnHost.AddHook(variables, hook);
        return variables;
    }

    public WorkerStartException CannotStart(Exception exception) =>
        exception as WorkerStartException
        ?? (Surroundings.WorkingDirectory is { } directory && !Directory.Exists(directory) ? new WorkerStartException($"Worker '{Name}' could not be started in '{directory}', its WorkingDirectory, which is not there any more. Create it again, or make the executor anew with another one.", exception) : null)
        ?? new($"Worker '{Name}' could not be started by '{Command}': {exception.Message}. Check that the program can be run and that the limits on processes and open files leave room.", exception);
}
