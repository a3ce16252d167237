using Tandem.Executors;
using Tandem.Observability;
using Tandem.Workers;

namespace Tandem;

/// <summary>
/// Runs work in worker processes, as Python's <c>ProcessPoolExecutor</c>: work that computes gets a garbage collector and a heap of its own,
/// can be killed, and takes nobody with it when it crashes. Work is a static method or a lambda that captures nothing; arguments and
/// results are copied, as bytes where they are plain values and as JSON of their declared type otherwise.
/// </summary>
/// <remarks>
/// <para>Workers start on demand and are used again. A worker that dies fails the one task it ran with <see cref="WorkerCrashedException"/>
/// and is replaced. Workers end with this process, however it ends.</para>
/// <para>Cancelling a task that runs kills its worker; where the work takes a <see cref="CancellationToken"/> as an argument of its own, that
/// token is signalled first, and the worker is killed only if the work has not ended after
/// <see cref="ProcessExecutorOptions.CancellationGracePeriod"/>. Of several tokens each signals itself, and Submit's own all of them.</para>
/// <para>A worker shares no memory with its parent: statics have their initial values there, AsyncLocals and culture do not flow, standard
/// input is empty; standard output and standard error are this process's.</para>
/// </remarks>
public sealed class ProcessExecutor : Executor
{
    private readonly WorkerSettings _settings;

    /// <summary>Whether the workers open what is too large for their channel.</summary>
    private readonly bool _takesBlocks = !WorkerCommand.IsPortableByDefault;

    private ChosenSerializer? Serializer => _settings.Surroundings.Serializer;

    /// <summary>Makes an executor; its workers start as work comes, but for MinWorkers, which start now.</summary>
    /// <param name="options">How it works; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or time among the options is out of its range; the message says which.</exception>
    /// <exception cref="ArgumentException">A process cannot run the Initializer, for the reasons that Submit gives, or no process can have one of the EnvironmentVariables.</exception>
    /// <exception cref="DirectoryNotFoundException">The WorkingDirectory is not there.</exception>
    public ProcessExecutor(ProcessExecutorOptions? options = null)
        : this(options ?? new(), command: null)
    {
    }

    /// <summary>Makes an executor with at most that many workers; they start as work comes.</summary>
    /// <param name="maxWorkers">The most worker processes at once; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxWorkers"/> is less than 1.</exception>
    public ProcessExecutor(int maxWorkers)
        : this(new() { MaxWorkers = AtLeastOne(maxWorkers) }, command: null)
    {
    }

    /// <summary>For tests: workers that are started in another way.</summary>
    internal ProcessExecutor(ProcessExecutorOptions options, WorkerCommand? command)
        : this(options, WorkerSettings.From(options, command))
    {
        if (command is not null)
            _takesBlocks = !command.IsPortable;
    }

    private ProcessExecutor(ProcessExecutorOptions options, WorkerSettings settings)
        : base(CreatePool(options, settings)) => _settings = settings;

    /// <summary>
    /// Lets worker processes out of the way of Main: <c>if (ProcessExecutor.RunWorker(args)) return;</c> as its first statement. Only applications
    /// that bring their own runtime, or are a single file, and that switch startup hooks off (as trimming does) need it; elsewhere workers
    /// never come to Main.
    /// </summary>
    /// <param name="arguments">All that Main was given.</param>
    /// <returns>Whether this process is a worker. It has done its work then, and Main returns; one that gives an exit code, <see cref="Environment.ExitCode"/>.</returns>
    public static bool RunWorker(string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return OwnHost.RunIfWorker(arguments);
    }

    /// <summary>
    /// Kills all workers at once and waits until they are gone. What ran and what waited is canceled, and no more work is taken. May be called
    /// again.
    /// </summary>
    public void Terminate() => Stop(cancelPending: true, kill: true).GetAwaiter().GetResult();

    /// <summary>What the workers wrote comes before what the caller writes next, unless its reader has stopped.</summary>
    private protected override async Task Stop(bool cancelPending, bool kill)
    {
        // Asked now: after the first await this is another thread.
        var isReceiver = _settings.Surroundings.IsReceiverWaiting();
        await base.Stop(cancelPending, kill).ConfigureAwait(false);
        if (!isReceiver)
            await _settings.Surroundings.FlushAsync().ConfigureAwait(false);
    }

    private protected override Task<TResult> Start<TWork, TArguments, TResult>(TWork work, TArguments arguments, Func<TWork, TArguments, TResult> invoke, CancellationToken cancellationToken)
    {
        var reference = Check(work, typeof(TResult));
        var writer = RequestWriter.Begin(reference, isChunk: false, _takesBlocks, Serializer);
        arguments.WriteTo(writer);
        var request = writer.End();
        Telemetry.Sent(request.Body.Length);
        var tokens = request.Tokens is null ? null : new CallTokens(cancellationToken, request.Tokens);
        return Enqueue(new ProcessCall<TResult>(request, tokens, tokens?.Any ?? cancellationToken, _takesBlocks && Pool.IsNextLone && !cancellationToken.IsCancellationRequested), work);
    }

    private protected override Task<Chunk<TResult>> StartChunk<TWork, T, TResult>(TWork work, T[] items, Func<TWork, T, TResult> invoke, CancellationToken cancellationToken)
    {
        var reference = Check(work, typeof(TResult));
        var writer = RequestWriter.Begin(reference, isChunk: true, _takesBlocks, Serializer);
        writer.WriteItems(items);
        var request = writer.End();
        Telemetry.Sent(request.Body.Length);
        var tokens = request.Tokens is null ? null : new CallTokens(cancellationToken, request.Tokens);
        return Enqueue(new ProcessChunk<TResult>(request, tokens, tokens?.Any ?? cancellationToken), work);
    }

    private protected override void CheckWork<TWork, T, TResult>(TWork work)
    {
        var reference = Check(work, typeof(TResult));
        Portability.CheckArgument(typeof(T), number: 1, reference.Name, Serializer);
    }

    private WorkReference Check<TWork>(TWork work, Type result)
        where TWork : Delegate
    {
        ArgumentNullException.ThrowIfNull(work);
        Pool.ThrowIfShutDown();
        NestingDepth.ThrowIfAtLimit();
        return WorkReference.To(work, result, Serializer);
    }

    private static WorkerPool CreatePool(ProcessExecutorOptions options, WorkerSettings settings)
    {
        if (options.MinWorkers > 0)
            NestingDepth.ThrowIfAtLimit();
        var name = options.Name ?? nameof(ProcessExecutor);
        WorkerPool? pool = null;
        pool = new WorkerPool(
            nameof(ProcessExecutor),
            OrDefault(options.MaxWorkers, Math.Max(Environment.ProcessorCount, options.MinWorkers)),
            options.MaxTasksPerWorker ?? int.MaxValue,
            number => new ProcessWorker(pool!, $"{name}-worker-{number}", settings),
            options.MinWorkers,
            options.IdleTimeout)
        {
            Label = name,
        };
        pool.KeepReady();
        return pool;
    }
}
