namespace Tandem.Tutorial;

/// <summary>A writer that comes to an end, and a reader that never does and is terminated.</summary>
internal static class EndlessReader
{
    public static Task Run()
    {
        using var queue = new ProcessQueue<int>();
        using var writer = WorkerProcess.Start(Write, queue);
        using var reader = WorkerProcess.Start(ReadForEver, queue);
        writer.Join();
        // Each item has been read and dealt with; the reader waits for the next, in vain.
        queue.Join();
        reader.Terminate();
        reader.Join();
        Console.WriteLine($"writer ended with {writer.ExitCode}");
        Console.WriteLine($"reader ended by {reader.Signal}");
        return Task.CompletedTask;
    }

    private static void Write(ProcessQueue<int> queue)
    {
        for (var i = 0; i < 5; i++)
            queue.Put(i);
    }

    private static void ReadForEver(ProcessQueue<int> queue)
    {
        while (true)
        {
            Console.WriteLine($"read {queue.Take()}");
            queue.MarkDone();
        }
    }
}
