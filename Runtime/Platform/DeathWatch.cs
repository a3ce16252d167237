using Microsoft.Win32.SafeHandles;

namespace Tandem.Platform;

/// <summary>
/// Tells at once when a process dies that is no child of ours: one thread waits on a pidfd (pidfd_open(2)) of each. Where that cannot be had, those who
/// wait find out by themselves, a little later: see <see cref="WaitLimits.Peer"/>.
/// </summary>
internal static unsafe class DeathWatch
{
    /// <summary>Guards the fields below.</summary>
    private static readonly Lock s_gate = new();

    private static readonly Dictionary<ProcessIdentity, Watched> s_watched = [];

    /// <summary>Written when there is another process to watch, or one fewer. Made once, and kept.</summary>
    private static SafeFileHandle? s_change;

    private static bool s_isServed;

    /// <summary>Watches a process for somebody, who is not kept alive by it. May call him on another thread before it returns.</summary>
    public static void Add(ProcessIdentity process, IDeathWatcher watcher)
    {
        lock (s_gate)
        {
            if (!s_watched.TryGetValue(process, out var watched))
            {
                var descriptor = Libc.PidFdOpen(Libc.SYS_pidfd_open, process.Id, 0);
                if (descriptor < 0)
                    return;
                s_watched.Add(process, watched = new Watched(new SafeFileHandle(descriptor, ownsHandle: true)));
            }

            watched.Forget(watcher);
            watched.Watchers.Add(new(watcher));
            TellHeld();
        }
    }

    /// <summary>Ends all watches of one, and those of the forgotten.</summary>
    public static void Remove(IDeathWatcher watcher)
    {
        lock (s_gate)
        {
            var before = s_watched.Count;
            foreach (var (process, watched) in s_watched)
            {
                watched.Forget(watcher);
                if (watched.Watchers.Count != 0)
                    continue;
                s_watched.Remove(process);
                watched.Process.Dispose();
            }

            if (s_watched.Count != before)
                TellHeld();
        }
    }

    private static void TellHeld()
    {
        s_change ??= Libc.EventFd(0, Libc.O_CLOEXEC | Libc.O_NONBLOCK) is >= 0 and var descriptor ? new SafeFileHandle(descriptor, ownsHandle: true) : null;
        if (s_change is null)
            return;
        if (!s_isServed)
        {
            s_isServed = true;
            new Thread(Serve) { IsBackground = true, Name = "Tandem death watch" }.UnsafeStart();
        }

        var one = 1L;
        _ = Libc.Write((int)s_change.DangerousGetHandle(), (byte*)&one, sizeof(long));
    }

    private static void Serve()
    {
        while (true)
        {
            KeyValuePair<ProcessIdentity, Watched>[] watched;
            Libc.PollFd[] polled;
            lock (s_gate)
            {
                if (s_watched.Count == 0)
                {
                    s_isServed = false;
                    return;
                }

                watched = [.. s_watched];
                polled = [Readable(s_change!), .. watched.Select(static each => Readable(each.Value.Process))];
            }

            Wait(polled);
            foreach (var watcher in TakeWatchersOfTheDead(watched, polled))
                watcher.OnDeath();
        }
    }

    private static void Wait(Libc.PollFd[] polled)
    {
        fixed (Libc.PollFd* first = polled)
            _ = Libc.Poll(first, (nuint)polled.Length, Timeout.Infinite);
        long count;
        if (polled[0].Returned != 0)
            _ = Libc.Read(polled[0].Descriptor, (byte*)&count, sizeof(long));
    }

    /// <summary>What is polled may have been let go of meanwhile, and its number be another's; so a watcher looks for himself.</summary>
    private static List<IDeathWatcher> TakeWatchersOfTheDead(KeyValuePair<ProcessIdentity, Watched>[] watched, Libc.PollFd[] polled)
    {
        var told = new List<IDeathWatcher>();
        lock (s_gate)
        {
            for (var i = 0; i < watched.Length; i++)
            {
                if (polled[i + 1].Returned == 0 || !s_watched.TryGetValue(watched[i].Key, out var present) || present != watched[i].Value)
                    continue;
                s_watched.Remove(watched[i].Key);
                present.Process.Dispose();
                foreach (var reference in present.Watchers)
                {
                    if (reference.TryGetTarget(out var watcher))
                        told.Add(watcher);
                }
            }
        }

        return told;
    }

    private static Libc.PollFd Readable(SafeFileHandle file) => new() { Descriptor = (int)file.DangerousGetHandle(), Events = Libc.POLLIN };

    private sealed class Watched(SafeFileHandle process)
    {
        public SafeFileHandle Process { get; } = process;

        public List<WeakReference<IDeathWatcher>> Watchers { get; } = [];

        public void Forget(IDeathWatcher watcher) => Watchers.RemoveAll(reference => !reference.TryGetTarget(out var other) || other == watcher);
    }
}
