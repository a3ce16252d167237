using Tandem.Executors;
using Tandem.Workers;

namespace Tandem;

// The same forms as Submit's, for none to four arguments; here nothing is said of how the delegate is called, as the process finds that out.
public partial class WorkerProcess
{
    /// <summary>Starts a process that runs the work and ends with it.</summary>
    /// <param name="work">
    /// What to run: a static method, or a lambda that captures nothing; what it needs comes as its arguments. An argument that is a
    /// <see cref="CancellationToken"/> is signaled in the process when it is canceled here, and by <see cref="Terminate"/>.
    /// </param>
    /// <param name="options">Its name, and whether this process waits for it at its end; null takes the defaults.</param>
    /// <returns>The process, which runs. Its <see cref="Completion"/> tells of what comes later.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="ArgumentException">A process cannot run this work: it captures state, is a multicast delegate or was made at run time. Or no process can have the options' surroundings.</exception>
    /// <exception cref="NotSupportedException">An argument or the result cannot cross a process boundary; the message names the path to what cannot.</exception>
    /// <exception cref="DirectoryNotFoundException">The options' working directory is not there.</exception>
    /// <exception cref="InvalidOperationException">This process is a worker, too many levels below the application.</exception>
    /// <exception cref="WorkerStartException">The system could not start a process.</exception>
    public static WorkerProcess Start(Action work, WorkerProcessOptions? options = null) =>
        new(Run<Action, Arguments, Nothing>(work, default(Arguments), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start(Func<Task> work, WorkerProcessOptions? options = null) =>
        new(Run<Func<Task>, Arguments, Nothing>(work, default(Arguments), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<TResult>(Func<TResult> work, WorkerProcessOptions? options = null) =>
        new(Run<Func<TResult>, Arguments, TResult>(work, default(Arguments), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<TResult>(Func<Task<TResult>> work, WorkerProcessOptions? options = null) =>
        new(Run<Func<Task<TResult>>, Arguments, TResult>(work, default(Arguments), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T>(Action<T> work, T argument, WorkerProcessOptions? options = null) =>
        new(Run<Action<T>, Arguments<T>, Nothing>(work, new Arguments<T>(argument), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T>(Func<T, Task> work, T argument, WorkerProcessOptions? options = null) =>
        new(Run<Func<T, Task>, Arguments<T>, Nothing>(work, new Arguments<T>(argument), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T, TResult>(Func<T, TResult> work, T argument, WorkerProcessOptions? options = null) =>
        new(Run<Func<T, TResult>, Arguments<T>, TResult>(work, new Arguments<T>(argument), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T, TResult>(Func<T, Task<TResult>> work, T argument, WorkerProcessOptions? options = null) =>
        new(Run<Func<T, Task<TResult>>, Arguments<T>, TResult>(work, new Arguments<T>(argument), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T1, T2>(Action<T1, T2> work, T1 argument1, T2 argument2, WorkerProcessOptions? options = null) =>
        new(Run<Action<T1, T2>, Arguments<T1, T2>, Nothing>(work, new Arguments<T1, T2>(argument1, argument2), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T1, T2>(Func<T1, T2, Task> work, T1 argument1, T2 argument2, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, Task>, Arguments<T1, T2>, Nothing>(work, new Arguments<T1, T2>(argument1, argument2), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T1, T2, TResult>(Func<T1, T2, TResult> work, T1 argument1, T2 argument2, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, TResult>, Arguments<T1, T2>, TResult>(work, new Arguments<T1, T2>(argument1, argument2), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T1, T2, TResult>(Func<T1, T2, Task<TResult>> work, T1 argument1, T2 argument2, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, Task<TResult>>, Arguments<T1, T2>, TResult>(work, new Arguments<T1, T2>(argument1, argument2), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T1, T2, T3>(Action<T1, T2, T3> work, T1 argument1, T2 argument2, T3 argument3, WorkerProcessOptions? options = null) =>
        new(Run<Action<T1, T2, T3>, Arguments<T1, T2, T3>, Nothing>(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T1, T2, T3>(Func<T1, T2, T3, Task> work, T1 argument1, T2 argument2, T3 argument3, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, T3, Task>, Arguments<T1, T2, T3>, Nothing>(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> work, T1 argument1, T2 argument2, T3 argument3, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, T3, TResult>, Arguments<T1, T2, T3>, TResult>(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T1, T2, T3, TResult>(Func<T1, T2, T3, Task<TResult>> work, T1 argument1, T2 argument2, T3 argument3, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, T3, Task<TResult>>, Arguments<T1, T2, T3>, TResult>(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T1, T2, T3, T4>(Action<T1, T2, T3, T4> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, WorkerProcessOptions? options = null) =>
        new(Run<Action<T1, T2, T3, T4>, Arguments<T1, T2, T3, T4>, Nothing>(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess Start<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Task> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, T3, T4, Task>, Arguments<T1, T2, T3, T4>, Nothing>(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, T3, T4, TResult>, Arguments<T1, T2, T3, T4>, TResult>(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), options));

    /// <inheritdoc cref="Start(Action, WorkerProcessOptions?)"/>
    public static WorkerProcess<TResult> Start<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, Task<TResult>> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, WorkerProcessOptions? options = null) =>
        new(Run<Func<T1, T2, T3, T4, Task<TResult>>, Arguments<T1, T2, T3, T4>, TResult>(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), options));

    private static ProcessRun<TResult> Run<TWork, TArguments, TResult>(TWork work, TArguments arguments, WorkerProcessOptions? options)
        where TWork : Delegate
        where TArguments : struct, IArguments
    {
        ArgumentNullException.ThrowIfNull(work);
        NestingDepth.ThrowIfAtLimit();
        options ??= new();
        var surroundings = new WorkerSurroundings(options);
        var writer = RequestWriter.Begin(WorkReference.To(work, typeof(TResult), surroundings.Serializer), isChunk: false, takesBlocks: !options.Command.IsPortable, surroundings.Serializer);
        arguments.WriteTo(writer);
        var run = new ProcessRun<TResult>(writer.End(), options, surroundings);
        run.Start();
        return run;
    }
}
