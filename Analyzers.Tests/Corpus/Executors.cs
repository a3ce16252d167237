using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Tandem;

public static class Executors
{
    private static readonly SemaphoreSlim s_slots = new(4);

    public static async Task RunAsync(long[] numbers, HttpClient client)
    {
        using var executor = new ThreadExecutor(8);
        foreach (var n in numbers) _ = executor.Submit(IsPrime, n);
        var results = numbers.Select(n => executor.Submit(() => IsPrime(n))).ToList();
        await Task.WhenAll(results);
        await foreach (var prime in executor.Map(IsPrime, numbers)) Console.WriteLine(prime);
        await executor.Submit(static u => new HttpClient().GetStringAsync(u), "http://localhost");
        await executor.Submit(() => { var sum = 0.0; for (var i = 0; i < 1_000_000; i++) sum += Math.Sqrt(i); return sum; });

        foreach (var n in numbers) { var thread = new Thread(() => IsPrime(n)); thread.Start(); }
        var threads = numbers.Select(n => new Thread(() => Work(n))).ToArray();
        Array.ForEach(threads, t => t.Start());
        var tasks = new List<Task>();
        for (var i = 0; i < numbers.Length; i++) { var copy = i; tasks.Add(Task.Run(() => IsPrime(numbers[copy]))); }
        await Task.WhenAll(tasks);
        var one = Task.Run(() => IsPrime(7));
        await Task.WhenAll(numbers.Select(async n => { await s_slots.WaitAsync(); try { return await Task.Run(() => IsPrime(n)); } finally { s_slots.Release(); } }));
        await executor.Submit(Annotated);
        new Thread(() => { using (Py.GIL()) { while (true) { } } }).Start();
    }

    private static bool IsPrime(long n)
    {
        if (n < 2) return false;
        for (long d = 2; d * d <= n; d++) if (n % d == 0) return false;
        return true;
    }

    private static void Work(long n) { if (IsPrime(n)) Work(n / 2); }

    [CpuBound] private static int Annotated() => 1;
}

public static class Py { public static IDisposable GIL() => throw new NotSupportedException(); }
