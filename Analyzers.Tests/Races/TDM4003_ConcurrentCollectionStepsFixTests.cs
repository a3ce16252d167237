using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.ConcurrentCollectionStepsAnalyzer, Tandem.CodeFixes.Races.ConcurrentCollectionStepsCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class ConcurrentCollectionStepsFixTests
{
    private const string Map = "private readonly ConcurrentDictionary<string, object> _map = new();\n\n    ";
    private const string Counts = "private readonly ConcurrentDictionary<string, int> _counts = new();\n\n    ";
    private const string Queue = "private readonly ConcurrentQueue<object> _queue = new();\n\n    ";

    /// <summary>Steps that one operation of the collection does, exactly.</summary>
    public static TheoryData<string, string, string> Atomic => new()
    {
        // What is added goes on to be used, by all threads.
        { Map + "public object Get(string k)", "if (![|_map.TryGetValue(k, out var item)|]) { item = new object(); _map[k] = item; } return item;", "if (!_map.TryGetValue(k, out var item)) { item = new object(); item = _map.GetOrAdd(k, item); } return item;" },
        { Map + "public object Get(string k)", "if (![|_map.TryGetValue(k, out var item)|]) _map[k] = item = new object(); return item;", "if (!_map.TryGetValue(k, out var item)) item = _map.GetOrAdd(k, new object()); return item;" },
        { Map + "public object Get(string k)", "if ([|_map.TryGetValue(k, out var item)|]) return item; return _map[k] = new object();", "if (_map.TryGetValue(k, out var item)) return item; return _map.GetOrAdd(k, new object());" },
        { Map + "public object Get(string k)", "if (![|_map.TryGetValue(k, out var item)|]) { item = new object(); _map.TryAdd(k, item); } return item;", "if (!_map.TryGetValue(k, out var item)) { item = new object(); item = _map.GetOrAdd(k, item); } return item;" },
        // Nobody goes on with it.
        { Map + "public void Get(string k)", "if (![|_map.ContainsKey(k)|]) _map[k] = new object(); // once", "if (!_map.ContainsKey(k)) _map.TryAdd(k, new object()); // once" },
        { Map + "public void Get(string k)", "if ([|_map.ContainsKey(k)|]) return; _map[k] = new object();", "if (_map.ContainsKey(k)) return; _map.TryAdd(k, new object());" },
        // Updates.
        { Counts + "public void Get(string k)", "[|_counts[k]++|];", "_counts.AddOrUpdate(k, _ => throw new KeyNotFoundException(), (_, value) => value + 1);" },
        { Counts + "public int Get(string k)", "return [|--_counts[k]|];", "return _counts.AddOrUpdate(k, _ => throw new KeyNotFoundException(), (_, value) => value - 1);" },
        { Counts + "public void Get(string k, int n = 2)", "[|_counts[k] += n + 1|];", "_counts.AddOrUpdate(k, _ => throw new KeyNotFoundException(), (_, value) => value + (n + 1));" },
        { Counts + "public void Get(string k)", "_counts[k] = [|_counts[k]|] * 2;", "_counts.AddOrUpdate(k, _ => throw new KeyNotFoundException(), (_, value) => value * 2);" },
        { Counts + "public void Get(string k)", "if ([|_counts.ContainsKey(k)|]) _counts[k]++; else _counts[k] = 1;", "_counts.AddOrUpdate(k, 1, (_, value) => value + 1);" },
        { Counts + "public void Get(string k)", "if (![|_counts.ContainsKey(k)|]) _counts[k] = 1; else _counts[k] += 2;", "_counts.AddOrUpdate(k, 1, (_, value) => value + 2);" },
        { Counts + "public void Get(string k)", "if ([|_counts.TryGetValue(k, out var n)|]) { _counts[k] = n + 1; } else { _counts[k] = 1; }", "_counts.AddOrUpdate(k, 1, (_, n) => n + 1);" },
        { Counts + "public void Get(string k)", "if ([|_counts.TryGetValue(k, out var n)|]) _counts[k] = n + 1;", "while (_counts.TryGetValue(k, out var n) && !_counts.TryUpdate(k, n + 1, n))\n        {\n        }" },
        // What was found, or taken.
        { Map + "public void Clear() => _map.Clear();\n\n    public object? Get(string k)", "if ([|_map.ContainsKey(k)|]) return _map[k]; return null;", "if (_map.TryGetValue(k, out var value)) return value; return null;" },
        { Map + "public void Clear() => _map.Clear();\n\n    public object? Get(string k)", "return [|_map.ContainsKey(k)|] ? _map[k].ToString() : null;", "return _map.TryGetValue(k, out var value) ? value.ToString() : null;" },
        { Map + "public void Set(string k) => _map[k] = new object();\n\n    public void Get(string k)", "if ([|_map.TryGetValue(k, out var item)|] && item.Equals(k)) _map.TryRemove(k, out _);", "if (_map.TryGetValue(k, out var item) && item.Equals(k)) _map.TryRemove(KeyValuePair.Create(k, item));" },
        { Queue + "public void Get(string k)", "if (![|_queue.IsEmpty|]) { _queue.TryDequeue(out var item); Use(item!); }", "if (_queue.TryDequeue(out var item)) { Use(item!); }" },
        { Queue + "public void Get(string k)", "while (k != null && [|_queue.Count|] > 0) { _queue.TryDequeue(out var item); Use(item!); }", "while (k != null && _queue.TryDequeue(out var item)) { Use(item!); }" },
        { "private readonly BlockingCollection<object> _items = new();\n\n    public void Get(string k)", "if ([|_items.Count|] > 0) { var item = _items.Take(); Use(item!); }", "if (_items.TryTake(out var item)) { Use(item!); }" },
    };

    [Theory]
    [MemberData(nameof(Atomic))]
    public Task TwoSteps_BecomeOne(string members, string steps, string repaired) => Verify.VerifyCodeFixAsync(Program(members, steps), Program(members, repaired));

    /// <summary>Steps that no operation does in one, and that a lock would not keep together, since others pass it by.</summary>
    public static TheoryData<string, string> Unfixed => new()
    {
        { Counts + "public void Set(string k) => _counts[k] = 0;\n\n    public int Get(string k)", "return [|_counts[k]++|];" },
        { Counts + "public void Set(string k) => _counts[k] = 0;\n\n    static int Next() => 3;\n\n    public void Get(string k)", "[|_counts[k] += Next()|];" },
        { Queue + "public void Drop() => _queue.TryDequeue(out _);\n\n    public void Get(string k)", "if ([|_queue.TryPeek(out var item)|] && item.Equals(k)) _queue.TryDequeue(out _);" },
        { Map + "public void Set(string k) => _map[k] = new object();\n\n    public object Get(string k)", "if (![|_map.TryGetValue(k, out var item)|] || item.Equals(k)) { item = new object(); _map[k] = item; } return item;" },
    };

    [Theory]
    [MemberData(nameof(Unfixed))]
    public Task NothingExact_IsNotOffered(string members, string steps) => Verify.VerifyCodeFixAsync(Program(members, steps), Program(members, steps));

    [Fact]
    public Task NobodyElseInTheWay_GetsALock() => Verify.VerifyCodeFixAsync(
        Program(Queue + "public void Get(string k)", "if (![|_queue.Contains(k)|]) _queue.Enqueue(k);"),
        Program("private readonly Lock _queueLock = new();\n    " + Queue + "public void Get(string k)", "lock (_queueLock)\n        {\n            if (!_queue.Contains(k)) _queue.Enqueue(k);\n        }"));

    private static string Program(string members, string code) =>
        $$"""
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading;

        public class Cache
        {
            {{members}}
            {
                {{code}}
            }

            static void Use(object item) { }
        }
        """;
}
