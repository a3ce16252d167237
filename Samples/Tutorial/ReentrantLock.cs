namespace Tandem.Tutorial;

/// <summary>A method that takes the lock calls another that takes it too: only a reentrant lock lets it.</summary>
internal static class ReentrantLock
{
    public static Task Run()
    {
        using var gate = new ProcessLock(reentrant: true);
        using var worker = WorkerProcess.Start(Outer, gate);
        worker.Join();
        using (gate.Acquire())
            Console.WriteLine("free again");
        return Task.CompletedTask;
    }

    private static void Outer(ProcessLock gate)
    {
        using var scope = gate.Acquire();
        Console.WriteLine("taken once");
        Inner(gate);
    }

    private static void Inner(ProcessLock gate)
    {
        using var scope = gate.Acquire();
        Console.WriteLine("taken twice");
    }
}
