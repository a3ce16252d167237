using Tandem.Executors;

namespace Tandem;

// Four forms for none to four arguments. Each says how its delegate is called; the rest is Start's.
public abstract partial class Executor
{
    /// <summary>Hands work to a worker: it runs as soon as a worker is free, in the order of submission.</summary>
    /// <typeparam name="TResult">What the work gives back. On a <see cref="ProcessExecutor"/> it must be able to cross a process boundary.</typeparam>
    /// <param name="work">
    /// What to run. On a <see cref="ProcessExecutor"/> it is a static method or a lambda that captures nothing; what it needs comes as its arguments.
    /// </param>
    /// <param name="cancellationToken">
    /// Takes the work back while it waits for a worker. Work that runs already goes on to its end on a <see cref="ThreadExecutor"/>; on a
    /// <see cref="ProcessExecutor"/> its worker is killed, after a grace period where the work takes a token itself.
    /// </param>
    /// <returns>
    /// The work's result, or what it threw, as its own type where that can be. Canceled when the token was; faulted with
    /// <see cref="WorkerCrashedException"/> when the worker died of the work, with <see cref="WorkerStartException"/> when no worker could be started.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The executor was shut down.</exception>
    /// <exception cref="InvalidOperationException">This process is a worker, too many levels below the application to have worker processes.</exception>
    /// <exception cref="ArgumentException">A process cannot run this work: it captures state, is a multicast delegate or was made at run time.</exception>
    /// <exception cref="NotSupportedException">An argument or the result cannot cross a process boundary; the message names the path to what cannot.</exception>
    public Task<TResult> Submit<TResult>(Func<TResult> work, CancellationToken cancellationToken = default) =>
        Start(work, default(Arguments), static (w, _) => w(), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    /// <remarks>The worker stays with asynchronous work until its task ends.</remarks>
    public Task<TResult> Submit<TResult>(Func<Task<TResult>> work, CancellationToken cancellationToken = default) =>
        Start(work, default(Arguments), static (w, _) => Await(w()), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task Submit(Func<Task> work, CancellationToken cancellationToken = default) =>
        Start(work, default(Arguments), static (w, _) => Await(w()), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task Submit(Action work, CancellationToken cancellationToken = default) =>
        Start(work, default(Arguments), static (w, _) =>
        {
            w();
            return default(Nothing);
        }, cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task<TResult> Submit<T, TResult>(Func<T, TResult> work, T argument, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T>(argument), static (w, a) => w(a.First), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task<TResult> Submit<T, TResult>(Func<T, Task<TResult>> work, T argument, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T>(argument), static (w, a) => Await(w(a.First)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task Submit<T>(Func<T, Task> work, T argument, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T>(argument), static (w, a) => Await(w(a.First)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task Submit<T>(Action<T> work, T argument, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T>(argument), static (w, a) =>
        {
            w(a.First);
            return default(Nothing);
        }, cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task<TResult> Submit<T1, T2, TResult>(Func<T1, T2, TResult> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2>(argument1, argument2), static (w, a) => w(a.First, a.Second), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task<TResult> Submit<T1, T2, TResult>(Func<T1, T2, Task<TResult>> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2>(argument1, argument2), static (w, a) => Await(w(a.First, a.Second)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task Submit<T1, T2>(Func<T1, T2, Task> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2>(argument1, argument2), static (w, a) => Await(w(a.First, a.Second)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task Submit<T1, T2>(Action<T1, T2> work, T1 argument1, T2 argument2, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2>(argument1, argument2), static (w, a) =>
        {
            w(a.First, a.Second);
            return default(Nothing);
        }, cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task<TResult> Submit<T1, T2, T3, TResult>(Func<T1, T2, T3, TResult> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), static (w, a) => w(a.First, a.Second, a.Third), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task<TResult> Submit<T1, T2, T3, TResult>(Func<T1, T2, T3, Task<TResult>> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), static (w, a) => Await(w(a.First, a.Second, a.Third)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task Submit<T1, T2, T3>(Func<T1, T2, T3, Task> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), static (w, a) => Await(w(a.First, a.Second, a.Third)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task Submit<T1, T2, T3>(Action<T1, T2, T3> work, T1 argument1, T2 argument2, T3 argument3, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3>(argument1, argument2, argument3), static (w, a) =>
        {
            w(a.First, a.Second, a.Third);
            return default(Nothing);
        }, cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task<TResult> Submit<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, TResult> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), static (w, a) => w(a.First, a.Second, a.Third, a.Fourth), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task<TResult> Submit<T1, T2, T3, T4, TResult>(Func<T1, T2, T3, T4, Task<TResult>> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), static (w, a) => Await(w(a.First, a.Second, a.Third, a.Fourth)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{Task{TResult}}, CancellationToken)"/>
    public Task Submit<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Task> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), static (w, a) => Await(w(a.First, a.Second, a.Third, a.Fourth)), cancellationToken);

    /// <inheritdoc cref="Submit{TResult}(Func{TResult}, CancellationToken)"/>
    public Task Submit<T1, T2, T3, T4>(Action<T1, T2, T3, T4> work, T1 argument1, T2 argument2, T3 argument3, T4 argument4, CancellationToken cancellationToken = default) =>
        Start(work, new Arguments<T1, T2, T3, T4>(argument1, argument2, argument3, argument4), static (w, a) =>
        {
            w(a.First, a.Second, a.Third, a.Fourth);
            return default(Nothing);
        }, cancellationToken);
}
