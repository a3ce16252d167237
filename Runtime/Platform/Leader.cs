using Tandem.Executors;

namespace Tandem.Platform;

/// <summary>
/// The thread that watches a worker, and the ones that follow it. The leader runs what awaits a result itself, so that no further thread has
/// to wake for it; where that takes long, a follower takes the watch over (D. Schmidt et al., "Leader/Followers", 2000).
/// </summary>
/// <param name="name">The threads' name.</param>
/// <param name="lead">What the leader does until it ends, or until <see cref="Run"/> says that it was relieved.</param>
internal sealed class Leader(string name, Action lead)
{
    /// <summary>This thread as it was before any user code.</summary>
    [ThreadStatic]
    private static WorkerThread? t_thread;

    /// <summary>Odd while the leader runs user code.</summary>
    private long _term;

    public long Term => Volatile.Read(ref _term);

    /// <summary>The term that <see cref="LeaderRelief"/> saw last. Its own.</summary>
    public long SeenTerm { get; set; }

    /// <summary>Whether <see cref="LeaderRelief"/> knows of it. Its own.</summary>
    public bool IsLookedAfter { get; set; }

    /// <exception cref="OutOfMemoryException">The thread could not be started.</exception>
    public void Start() => new Thread(() => lead()) { IsBackground = true, Name = name }.UnsafeStart();

    /// <summary>Runs user code on the leader's thread. False: it took so long that another thread leads now, and this one is to end.</summary>
    /// <param name="code">Throws nothing, and belongs to this thread: where the scheduler is slow, it is relieved before it has begun.</param>
    public bool Run(Action code)
    {
        var thread = t_thread ??= new WorkerThread();
        var term = Interlocked.Increment(ref _term);
        LeaderRelief.Watch(this);
        code();
        if (Interlocked.CompareExchange(ref _term, term + 1, term) != term)
            return false;
        thread.MakeAnew();
        if (!Thread.CurrentThread.IsBackground)
            Thread.CurrentThread.IsBackground = true;
        return true;
    }

    /// <summary>Lets another thread lead, if the leader still runs the user code of that term.</summary>
    public void Relieve(long term)
    {
        if (Interlocked.CompareExchange(ref _term, term + 1, term) != term)
            return;
        try
        {
            Start();
        }
        catch (OutOfMemoryException)
        {
            // Somebody has to watch.
            ThreadPool.UnsafeQueueUserWorkItem(static lead => ((Action)lead!)(), lead);
        }
    }
}
