namespace Tandem.Tutorial;

/// <summary>A value and an array in memory that both processes see.</summary>
internal static class SharedMemory
{
    public static Task Run()
    {
        using var number = new SharedValue<double>();
        using var items = new SharedArray<int>([.. Enumerable.Range(0, 10)]);
        using var worker = WorkerProcess.Start(Change, number, items);
        worker.Join();
        Console.WriteLine(number.Value);
        Console.WriteLine($"[{string.Join(", ", items.Span.ToArray())}]");
        return Task.CompletedTask;
    }

    private static void Change(SharedValue<double> number, SharedArray<int> items)
    {
        number.Value = 3.1415927;
        for (var i = 0; i < items.Length; i++)
            items[i] = -items[i];
    }
}
