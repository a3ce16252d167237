using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Tandem;

public class Processes(int seed)
{
    private int _calls;
    private static readonly Func<int, int> s_square = static x => x * x;

    public async Task RunAsync(ProcessExecutor executor, Executor unknown, List<int> numbers, Func<int> given)
    {
        var factor = 3;
        var offset = numbers.Count;
        await executor.Submit(() => factor * 2);
        await executor.Submit(() => { Console.WriteLine(factor + offset); });
        await executor.Submit(x => x * factor /* three */, 4);
        await executor.Submit((a, b) => a + b + seed, 1, 2);
        await executor.Submit(async () => { await Task.Yield(); return factor; });
        await executor.Submit(() => _calls++);
        await executor.Submit(Instance, 5);
        await executor.Submit(numbers.Count<int>);
        await executor.Submit(given);
        await executor.Submit(s_square, 3);
        await executor.Submit(Static, 6);
        await unknown.Submit(() => factor);
        int Local(int x) => x + factor;
        await executor.Submit(Local, 7);
        await foreach (var item in executor.Map(x => x + offset, numbers, new MapOptions { ChunkSize = 2 })) Console.WriteLine(item);
        using var worker = WorkerProcess.Start(() => Console.WriteLine(factor));
        using var named = WorkerProcess.Start(x => { Console.WriteLine(x + this._calls); }, argument: 3);
        var nested = () => executor.Submit(() => factor);
        foreach (var number in numbers) _ = executor.Submit(() => number);
        await Task.WhenAll(numbers.Select(n => executor.Submit(() => n + factor)));
        factor = 4;
    }

    private int Instance(int x) => x + _calls;

    private static int Static(int x) => x;
}
