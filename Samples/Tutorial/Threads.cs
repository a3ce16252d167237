namespace Tandem.Tutorial;

/// <summary>Two threads share the memory of their process: what each finds out, the caller sees.</summary>
internal static class Threads
{
    public static Task Run()
    {
        const int Number = 3;
        int? square = null, fourthPower = null;
        var first = new Thread(() => square = Number * Number);
        var second = new Thread(() => fourthPower = Number * Number * Number * Number);
        first.Start();
        second.Start();
        first.Join();
        second.Join();
        Console.WriteLine($"square: {square}");
        Console.WriteLine($"fourth power: {fourthPower}");
        return Task.CompletedTask;
    }
}
