namespace Tandem;

/// <summary>Makes pipes: two ends for two processes, each of which sends to the other and receives from it.</summary>
public static class ProcessPipe
{
    /// <summary>Makes a pipe. Pass one end to a worker as an argument, by itself or inside another, and keep the other; or pass each to a worker of its own.</summary>
    /// <typeparam name="T">The type of the items, in both directions.</typeparam>
    /// <returns>The two ends; neither differs from the other.</returns>
    /// <exception cref="NotSupportedException">Items of type <typeparamref name="T"/> can't cross to another process; see the message.</exception>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory; see the message.</exception>
    /// <exception cref="IOException">The system is out of file descriptors or memory.</exception>
    public static (PipeEnd<T> Left, PipeEnd<T> Right) Create<T>() => PipeEnd<T>.CreateBoth();
}
