namespace Tandem.Tutorial;

/// <summary>The same in two processes: each has memory of its own, so what it sets, the caller does not see. What it returns, the caller gets.</summary>
internal static class Processes
{
    private static int? s_square, s_fourthPower;

    public static Task Run()
    {
        using var first = WorkerProcess.Start(Square, 3);
        using var second = WorkerProcess.Start(FourthPower, 3);
        first.Join();
        second.Join();
        Console.WriteLine($"square here: {s_square?.ToString() ?? "unset"}");
        Console.WriteLine($"fourth power here: {s_fourthPower?.ToString() ?? "unset"}");
        Console.WriteLine($"square from the worker: {first.Result}");
        Console.WriteLine($"fourth power from the worker: {second.Result}");
        return Task.CompletedTask;
    }

    // That the writes are lost is what this lesson shows.
#pragma warning disable TDM3002
    private static int Square(int number)
    {
        s_square = number * number;
        return s_square.Value;
    }

    private static int FourthPower(int number)
    {
        s_fourthPower = number * number * number * number;
        return s_fourthPower.Value;
    }
#pragma warning restore TDM3002
}
