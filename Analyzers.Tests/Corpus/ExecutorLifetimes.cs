using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Tandem;

public class ExecutorLifetimes
{
    private readonly ThreadExecutor _pool = new(2);
    private readonly List<Task> _unread = new();
    private Task _last;

    public async Task ShutDownAsync(bool flag, int[] items, Executor given)
    {
        var never = new ThreadExecutor(4);
        await never.Submit(Nothing);
        Executor chosen = flag ? new ThreadExecutor(2) : new ProcessExecutor(2);
        await chosen.Submit(Twice, 3);
        if (flag) return;
        chosen.Dispose();
        Executor later = null;
        try { if (items.Length > 2) later = new ThreadExecutor(1); await later?.Submit(Nothing); }
        finally { later?.Dispose(); }
        var borrowed = given ?? new ThreadExecutor(2);
        await Lent(borrowed);
        switch (items.Length)
        {
            case 0:
                var inCase = new ThreadExecutor(1);
                inCase.Submit(Nothing).Wait();
                break;
        }
        while (flag) { var each = new ThreadExecutor(1); if (await each.Submit(Twice, 2) > 3) continue; await each.ShutdownAsync(); }
        var returned = new ThreadExecutor(1);
        await using (returned.ConfigureAwait(false)) { }
        await new ProcessExecutor(1).Submit(Twice, 3);
        await foreach (var item in new ThreadExecutor(1).Map(Twice, items)) Console.WriteLine(item);
    }

    public Task<int> Handed() { var pool = new ThreadExecutor(1); return pool.Submit(Twice, 2); }

    private static async Task Lent(Executor pool) { await pool.Submit(Nothing); await Lent(pool); }

    public void Drop(Executor pool, int[] items)
    {
        pool.Submit(Nothing);
        pool?.Submit(Nothing).ConfigureAwait(false);
        var unread = pool.Submit(Twice, 3);
        var tasks = items.Select(item => pool.Submit(Twice, item)).ToList();
        var collected = new List<Task>();
        foreach (var item in items) { collected.Add(pool.Submit(Twice, item)); _unread.Add(pool.Submit(Nothing)); }
        _last = pool.Submit(Nothing);
        pool.Map(Twice, items);
        var results = pool.Map(Twice, items);
        items.ToList().ForEach(item => pool.Submit(Twice, item));
        Action run = () => pool.Submit(Nothing);
        System.Threading.Tasks.Task.WhenAll(pool.Submit(Nothing), pool.Submit(Nothing));
    }

    public async Task WaitAsync(int[] items)
    {
        await _pool.Submit(() => _pool.Submit(Twice, 3).Result + Inner());
        await _pool.Submit(() => { var tasks = items.Select(item => _pool.Submit(Twice, item)).ToArray(); System.Threading.Tasks.Task.WaitAll(tasks); });
        await _pool.Submit(() => { foreach (var x in _pool.Map(Twice, items).ToBlockingEnumerable()) Console.WriteLine(x); });
        await _pool.Submit(() => _pool.Submit(Nothing).GetAwaiter().GetResult());
    }

    private int Inner() { var left = _pool.Submit(() => Inner()); return left.Result; }

    public async Task ProcessesAsync(string url)
    {
        using var processes = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 2 });
        await processes.Submit(static url => new HttpClient().GetStringAsync(url), url);
        await processes.Submit(File.ReadAllText, url);
        await processes.Submit(static () => Thread.Sleep(10));
    }

    private static void Nothing() { }

    private static int Twice(int x) => x + x;
}
