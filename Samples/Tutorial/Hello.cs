namespace Tandem.Tutorial;

/// <summary>Ten processes write to one console. Each holds the lock while it writes its line, letter by letter; without it, the lines would mix.</summary>
internal static class Hello
{
    public static Task Run()
    {
        using var console = new ProcessLock();
        WorkerProcess[] workers = [.. Enumerable.Range(0, 10).Select(number => WorkerProcess.Start(SayHello, console, number))];
        foreach (var worker in workers)
        {
            worker.Join();
            worker.Dispose();
        }

        return Task.CompletedTask;
    }

    private static void SayHello(ProcessLock console, int number)
    {
        using var scope = console.Acquire();
        foreach (var letter in $"hello from process {number}\n")
        {
            Console.Write(letter);
            Console.Out.Flush();
        }
    }
}
