using Tandem.Workers;

/// <summary>
/// Called by the runtime before Main, where DOTNET_STARTUP_HOOKS names this assembly, under exactly this name and outside of any namespace. An
/// application that brings its own runtime starts its workers so; a worker does not come back from here.
/// </summary>
internal static class StartupHook
{
    public static void Initialize() => OwnHost.RunIfWorker();
}
