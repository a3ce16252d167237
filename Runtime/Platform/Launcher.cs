using System.Collections.Concurrent;

namespace Tandem.Platform;

/// <summary>
/// The one thread that starts all workers, for the life of the process. Linux sends PR_SET_PDEATHSIG when the *thread* that started the child
/// ends, not the process (prctl(2)), so a pool thread must not be a worker's parent.
/// </summary>
internal static class Launcher
{
    private static readonly BlockingCollection<Action> s_launches = Start();

    /// <summary>Runs a launch on the thread. The launch must not throw.</summary>
    public static void Post(Action launch) => s_launches.Add(launch);

    private static BlockingCollection<Action> Start()
    {
        var launches = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var launch in launches.GetConsumingEnumerable())
                launch();
        })
        { IsBackground = true, Name = "Tandem launcher" }.UnsafeStart();
        return launches;
    }
}
