namespace Tandem.Tutorial;

/// <summary>The squares of 1 to 1,000,000, in equal parts over four processes, each of which writes its part of one array.</summary>
internal static class EqualParts
{
    private const int Count = 1_000_000, Parts = 4;

    public static async Task Run()
    {
        await using var executor = new ProcessExecutor(Parts);
        using var squares = new SharedArray<long>(Count);
        var sums = await Task.WhenAll(Enumerable.Range(0, Parts).Select(part => executor.Submit(Square, squares, part)));
        Console.WriteLine($"sums of the parts: {string.Join(", ", sums)}");
        Console.WriteLine($"sum: {sums.Sum()}");
        Console.WriteLine($"first and last: {squares[0]}, {squares[Count - 1]}");
    }

    private static long Square(SharedArray<long> squares, int part)
    {
        const int Size = Count / Parts;
        var own = squares.Span.Slice(part * Size, Size);
        var sum = 0L;
        for (var i = 0; i < own.Length; i++)
        {
            var number = (long)(part * Size) + i + 1;
            own[i] = number * number;
            sum += own[i];
        }

        return sum;
    }
}
