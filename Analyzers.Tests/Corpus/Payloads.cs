using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Serialization;
using System.Threading;
using System.Threading.Tasks;
using Tandem;

public class Payloads
{
    private readonly ThreadLock _gate = new();
    private List<int> _numbers = new();

    public async Task RunAsync(ProcessExecutor executor, string path, CancellationToken cancel, List<Payload> payloads)
    {
        await executor.Submit(static stream => stream.Length, File.OpenRead(path));
        await executor.Submit(static (gate, token) => { using var scope = gate.Acquire(token); }, _gate, cancel);
        var found = await executor.Submit(static n => Enumerable.Range(0, n).Where(x => x > 3), 9);
        await executor.Submit(static payload => payload.Text, new Payload("a", 3) { Next = null });
        await executor.Submit(static (pair) => { }, (1, (object?)null));
        using var queue = new ProcessQueue<Dictionary<string, Action[]>>();
        var (left, right) = ProcessPipe.Create<Kept>();

        await executor.Submit(static numbers => numbers.Add(1), _numbers);
        Console.WriteLine(_numbers.Count + found.Count());
        await foreach (var done in executor.Map(static p => { p.Set("b"); return true; }, payloads.Where(p => p.Next is null))) Console.WriteLine(done);
        foreach (var payload in payloads) Console.WriteLine(payload.Next?.Text ?? payload.Text);
        using var worker = WorkerProcess.Start(static p => { (p.Text, p.Next) = ("c", p); }, payloads[0]);
        Console.WriteLine(payloads[0].Text);
    }
}

[JsonDerivedType(typeof(Kept), "kept")]
public class Payload
{
    private string _text;

    [JsonConstructor]
    public Payload(string text, int size) => (_text, Size) = (text, size);

    public string Text { get => _text; set => _text = value.Trim(); }

    public int Size { get; }

    [JsonIgnore]
    public Payload? Next { get; set; }

    public event Action? Changed;

    public void Set(string text)
    {
        Text = text;
        Changed?.Invoke();
    }
}

public sealed class Kept(string text, int size) : Payload(text, size)
{
    public int Twice => 2 * size;
}
