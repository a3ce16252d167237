namespace Tandem.Tutorial;

/// <summary>A pool of three processes: one call, many calls, no more calls, and the end; then a pool that is terminated in the middle of its work.</summary>
internal static class Pool
{
    public static async Task Run()
    {
        await using (var pool = new ProcessExecutor(3))
        {
            Console.WriteLine($"one: {await pool.Submit(Square, 10)}");
            var squares = new List<int>();
            await foreach (var square in pool.Map(Square, Enumerable.Range(0, 10)))
                squares.Add(square);
            Console.WriteLine($"map: [{string.Join(", ", squares)}]");

            // close() and join(): what was submitted still runs.
            var last = pool.Submit(Square, 11);
            await pool.ShutdownAsync();
            Console.WriteLine($"last: {await last}");
        }

        using var endless = new ProcessExecutor(3);
        using var started = new ProcessQueue<int>();
        var work = endless.Submit(SleepForEver, started);
        started.Take();
        endless.Terminate();
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("terminated");
        }
    }

    private static int Square(int number) => number * number;

    private static void SleepForEver(ProcessQueue<int> started)
    {
        started.Put(0);
        Thread.Sleep(Timeout.Infinite);
    }
}
