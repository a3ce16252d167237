using System.Reflection;

namespace Tandem.Workers;

/// <summary>
/// Workers of an application that no <c>dotnet</c> can run, since it brings its own runtime or is a single file: they are started by the
/// application's own program, and leave its way before Main: by a startup hook of the runtime, or by the first statement of Main.
/// </summary>
/// <remarks>See docs/design/features/host-startup-hook.md of dotnet/runtime.</remarks>
internal static class OwnHost
{
    private const string HooksVariable = "DOTNET_STARTUP_HOOKS";
    private const string HooksSwitch = "System.StartupHookProvider.IsSupported";

    /// <summary>Main has called us, so it would in a worker.</summary>
    private static volatile bool s_isCalledByMain;

    /// <exception cref="WorkerStartException">The program would not let a worker out before its Main.</exception>
    public static WorkerCommand Command()
    {
        var isSingleFile = Assembly.GetEntryAssembly()?.Location.Length == 0;
        var file = typeof(OwnHost).Assembly.Location;
        if (file.Length == 0 && !isSingleFile)
            throw new WorkerStartException("A worker cannot be started, since Tandem.dll was loaded from memory and not from a file. Load it from its file.");
        if (Assembly.GetEntryAssembly() is null || Environment.ProcessPath is not { } program)
            throw new WorkerStartException("A worker cannot be started, since this process is no .NET program: a native one has loaded the runtime. Run the executor in a .NET program, which it starts.");
        if (s_isCalledByMain)
            return new WorkerCommand(program, []);
        if (AppContext.TryGetSwitch(HooksSwitch, out var takesHooks) && !takesHooks)
            throw new WorkerStartException($"A worker of '{Path.GetFileName(program)}' would run its Main, since startup hooks are switched off (StartupHookSupport, PublishTrimmed). Make 'if (ProcessExecutor.RunWorker(args)) return;' the first statement of Main.");
        return new WorkerCommand(program, []) { StartupHook = isSingleFile ? typeof(OwnHost).Assembly.GetName().Name : file };
    }

    /// <summary>Adds the hook to the variables of a worker, after the user's own.</summary>
    public static void AddHook(Dictionary<string, string> variables, string hook) =>
        variables[HooksVariable] = variables.TryGetValue(HooksVariable, out var others) && others.Length > 0 ? $"{others}{Path.PathSeparator}{hook}" : hook;

    /// <summary>Before Main: does not come back in a worker.</summary>
    public static void RunIfWorker()
    {
        if (!WorkerArguments.TryParse(Environment.GetCommandLineArgs().AsSpan(1), out var worker))
            return;

        // The last hook is ours, and not for programs that the work starts: they could not load it.
        var hooks = Environment.GetEnvironmentVariable(HooksVariable) ?? "";
        var end = hooks.LastIndexOf(Path.PathSeparator);
        Environment.SetEnvironmentVariable(HooksVariable, end < 0 ? null : hooks[..end]);
        Environment.Exit(WorkerProgram.Run(worker));
    }

    /// <summary>In Main: true in a worker, which has run by then.</summary>
    public static bool RunIfWorker(ReadOnlySpan<string> arguments)
    {
        s_isCalledByMain = true;
        if (!WorkerArguments.TryParse(arguments, out var worker))
            return false;
        Environment.ExitCode = WorkerProgram.Run(worker);
        return true;
    }
}
