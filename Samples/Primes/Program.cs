using System.Diagnostics;
using Spectre.Console;
using Tandem;

long[] numbers = [112272535095293, 112582705942171, 112272535095293, 115280095190773, 115797848077099, 1099726899285419];

// Finding primes is CPU-bound: it belongs on processes or on Parallel. That it also runs on threads is what is compared here.
#pragma warning disable TDM1001
var onThreads = await RunAsync("threads", new ThreadExecutor(Environment.ProcessorCount));
#pragma warning restore TDM1001
var onProcesses = await RunAsync("processes", new ProcessExecutor(Environment.ProcessorCount));

foreach (var (number, isPrime) in numbers.Zip(onProcesses.IsPrime))
    AnsiConsole.WriteLine($"{number} is prime: {isPrime}");
AnsiConsole.WriteLine();
AnsiConsole.WriteLine($"on {Environment.ProcessorCount} threads    {onThreads.Time.TotalMilliseconds,8:N0} ms");
AnsiConsole.WriteLine($"on {Environment.ProcessorCount} processes  {onProcesses.Time.TotalMilliseconds,8:N0} ms, of which starting them took the first {onProcesses.FirstResult.TotalMilliseconds:N0} ms or less");
return onThreads.IsPrime.SequenceEqual(onProcesses.IsPrime) ? 0 : 1;

async Task<(bool[] IsPrime, TimeSpan Time, TimeSpan FirstResult)> RunAsync(string workers, Executor executor) =>
    await AnsiConsole.Progress().StartAsync(async display =>
    {
        await using var _ = executor;
        var bar = display.AddTask($"{numbers.Length} numbers on {workers}", maxValue: numbers.Length);
        var watch = Stopwatch.StartNew();
        var first = TimeSpan.Zero;
        var results = new List<bool>();
        await foreach (var isPrime in executor.Map(Prime.IsPrime, numbers, new MapOptions { ChunkSize = 1 }))
        {
            if (results.Count == 0) first = watch.Elapsed;
            results.Add(isPrime);
            bar.Increment(1);
        }
        return (results.ToArray(), watch.Elapsed, first);
    });
