using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.ConcurrentCollectionStepsAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class ConcurrentCollectionStepsTests
{
    private const string Map = "readonly ConcurrentDictionary<string, Item> _map = new(); ";
    private const string Counts = "readonly ConcurrentDictionary<string, int> _counts = new(); ";
    private const string Queue = "readonly ConcurrentQueue<Item> _queue = new(); ";

    /// <summary>Members of a class of which two threads run Run("a") on one object.</summary>
    public static TheoryData<string> Racing =>
    [
        Map + "public void Run(string k) { if (![|_map.ContainsKey(k)|]) _map[k] = new Item(); }",
        Map + "public void Run(string k) { if (![|_map.ContainsKey(k)|]) { var item = new Item(); Use(item); _map[k] = item; } }",
        Map + "public void Run(string k) { if ([|_map.ContainsKey(k)|]) return; _map[k] = new Item(); }",
        Map + "public void Run(string k) { var has = [|_map.ContainsKey(k)|]; if (!has) _map[k] = new Item(); }",
        Map + "public Item Run(string k) { if (![|_map.TryGetValue(k, out var item)|]) { item = new Item(); _map[k] = item; } return item; }",
        Map + "public Item Run(string k) { if ([|_map.TryGetValue(k, out var item)|]) return item; return _map[k] = new Item(); }",
        Map + "public Item Run(string k) { if (![|_map.TryGetValue(k, out var item)|]) _map[k] = item = new Item(); return item; }",
        Map + "public Item Run(string k) { if (![|_map.TryGetValue(k, out var item)|]) { item = new Item(); _map.TryAdd(k, item); } return item; }",
        Map + "public void Run(string k) { if (![|_map.ContainsKey(k)|]) ((IDictionary<string, Item>)_map).Add(k, new Item()); }",
        Map + "public void Run(string k) { if ([|_map.TryGetValue(k, out var item)|] && item.IsOld) _map[k] = new Item(); }",
        Map + "public void Run(string k) { if ([|_map[k]|].IsOld) _map[k] = new Item(); }",
        Map + "public void Run(string k) { if ([|_map.ContainsKey(k)|]) Use(_map[k]); } public void Clear() => _map.Clear();",
        Map + "public Item? Run(string k) { if (![|_map.ContainsKey(k)|]) return null; return _map[k]; } public void Drop(string k) => _map.TryRemove(k, out _);",
        Map + "public Item? Run(string k) => [|_map.ContainsKey(k)|] ? _map[k] : null; public void Drop(string k) => _map.TryRemove(k, out _);",
        Map + "public void Run(string k) { if ([|_map.TryGetValue(k, out var item)|] && item.IsOld) _map.TryRemove(k, out _); } public void Set(string k) => _map[k] = new Item();",
        Map + "readonly object _gate = new(); public void Run(string k) { if (![|_map.ContainsKey(k)|]) lock (_gate) _map[k] = new Item(); }",
        Map + "readonly object _gate = new(); public void Run(string k) { bool has; lock (_gate) has = [|_map.ContainsKey(k)|]; if (!has) lock (_gate) _map[k] = new Item(); }",
        Map + "public void Run(string k) { if (![|this._map.ContainsKey(k)|]) this._map[k] = new Item(); }",
        "public ConcurrentDictionary<string, Item> Map { get; } = new(); public void Run(string k) { if (![|Map.ContainsKey(k)|]) Map[k] = new Item(); }",
        "static readonly ConcurrentDictionary<string, Item> s_map = new(); public void Run(string k) { if (![|s_map.ContainsKey(k)|]) s_map[k] = new Item(); }",
        "readonly IDictionary<string, Item> _map = new ConcurrentDictionary<string, Item>(); public void Run(string k) { if (![|_map.ContainsKey(k)|]) _map.Add(k, new Item()); }",
        Map + "public void Run(string k) { var map = _map; if (![|map.ContainsKey(k)|]) map[k] = new Item(); }",
        Map + "public void Run(string k) => Fill(_map, k); static void Fill(ConcurrentDictionary<string, Item> map, string k) { if (![|map.ContainsKey(k)|]) map[k] = new Item(); }",
        Counts + "public void Run(string k) { [|_counts[k] += 2|]; }",
        Counts + "public void Run(string k) { [|_counts[k]++|]; }",
        Counts + "public int Run(string k) => [|--_counts[k]|];",
        Counts + "public void Run(string k) { _counts[k] = [|_counts[k]|] + 1; }",
        Counts + "public void Run(string k) { var n = [|_counts[k]|]; _counts[k] = n + 1; }",
        Counts + "public void Run(string k) { [|_counts.TryGetValue(k, out var n)|]; _counts[k] = n + 1; }",
        Counts + "int _next; public int Run(string k) { if (![|_counts.TryGetValue(k, out var n)|]) { n = Interlocked.Increment(ref _next); _counts[k] = n; } return n; }",
        Counts + "public void Run(string k) { if ([|_counts.TryGetValue(k, out var n)|] && n < 3) _counts[k] = 3; }",
        Counts + "public void Run(string k) { if ([|_counts.ContainsKey(k)|]) _counts[k]++; else _counts[k] = 1; }",
        Counts + "public void Run(string k) { if ([|_counts.TryGetValue(k, out var n)|]) _counts[k] = n + 1; else _counts[k] = 1; }",
        Counts + "public void Run(string k) { _counts[k] = [|_counts.GetValueOrDefault(k)|] + 1; }",
        Queue + "public void Run(string k) { if (![|_queue.IsEmpty|]) { _queue.TryDequeue(out var item); Use(item!); } }",
        Queue + "public void Run(string k) { while ([|_queue.Count|] > 0) { _queue.TryDequeue(out var item); Use(item!); } }",
        Queue + "public void Run(string k) { if ([|_queue.Any()|]) { _queue.TryDequeue(out var item); Use(item!); } }",
        Queue + "public void Run(string k) { if ([|_queue.TryPeek(out var item)|] && item.IsOld) _queue.TryDequeue(out _); }",
        Queue + "public void Run(string k) { if ([|_queue.Count|] < 10) _queue.Enqueue(new Item()); }",
        Queue + "public void Run(string k) { var item = new Item(); if (![|_queue.Contains(item)|]) _queue.Enqueue(item); }",
        "readonly ConcurrentStack<Item> _stack = new(); public void Run(string k) { if (![|_stack.IsEmpty|]) { _stack.TryPop(out var item); Use(item!); } }",
        "readonly ConcurrentBag<Item> _bag = new(); public void Run(string k) { if ([|_bag.Count|] != 0) { _bag.TryTake(out var item); Use(item!); } }",
        "readonly BlockingCollection<Item> _items = new(); public void Run(string k) { if ([|_items.Count|] > 0) Use(_items.Take()); }",
    ];

    /// <summary>Their twins that are safe, though two threads run Run("a") on one object, or are another rule's.</summary>
    public static TheoryData<string> Safe =>
    [
        // A semaphore of one is a lock, also where it is awaited.
        "readonly SemaphoreSlim _gate = new(initialCount: 1, maxCount: 1); " + Map + "public async ValueTask Run(string k, bool replace = true, CancellationToken token = default) { await _gate.WaitAsync(token).ConfigureAwait(false); try { _map.TryGetValue(k, out var old); if (old is not null && !replace) { throw new ArgumentException(k); } if (old is not null) { _map.TryRemove(k, out _); } _map[k] = new Item(); if (old is not null) { foreach (var item in _map.Values) { bool removed = _map.TryRemove(k, out _); if (removed) { _map[k] = item; } } } } finally { _gate.Release(); } }",

        // Without the lock that is declared: another rule's.
        "readonly object _gate = new(); [Tandem.GuardedBy(nameof(_gate))] readonly ConcurrentDictionary<string, Item> _map = new(); public void Run(string k) { if (!_map.ContainsKey(k)) _map[k] = new Item(); }",

        // One step.
        Map + "public void Run(string k) { _map[k] = new Item(); }",
        Map + "public void Run(string k) { _map.TryAdd(k, new Item()); }",
        Map + "public Item Run(string k) => _map.GetOrAdd(k, _ => new Item());",
        Counts + "public void Run(string k) { _counts.AddOrUpdate(k, 1, (_, n) => n + 1); }",
        Map + "public void Run(string k) { if (_map.TryRemove(k, out var item)) Use(item); }",
        Queue + "public void Run(string k) { if (_queue.TryDequeue(out var item)) Use(item); }",
        Queue + "public void Run(string k) { while (_queue.TryDequeue(out var item)) Use(item); }",
        Queue + "public void Run(string k) { _queue.Enqueue(new Item()); }",

        // The check only saves the way to an operation that is atomic.
        Map + "public void Run(string k) { if (!_map.ContainsKey(k)) _map.TryAdd(k, new Item()); }",
        Map + "public Item Run(string k) { if (!_map.TryGetValue(k, out var item)) item = _map.GetOrAdd(k, new Item()); return item; }",
        Map + "public Item Run(string k) { if (_map.TryGetValue(k, out var item)) return item; return _map.GetOrAdd(k, _ => new Item()); }",
        Map + "public void Run(string k) { if (!_map.ContainsKey(k) && _map.TryAdd(k, new Item())) Use(new Item()); }",
        Map + "public void Run(string k) { if (_map.ContainsKey(k)) _map.TryRemove(k, out _); }",
        Map + "public bool Run(string k) { if (!_map.TryGetValue(k, out var item)) return false; return _map.TryRemove(new KeyValuePair<string, Item>(k, item)); }",
        Counts + "public void Run(string k) { while (_counts.TryGetValue(k, out var n) && !_counts.TryUpdate(k, n + 1, n)) { } }",
        Queue + "public void Run(string k) { if (!_queue.IsEmpty && _queue.TryDequeue(out var item)) Use(item); }",
        Queue + "public void Run(string k) { while (!_queue.IsEmpty) { if (_queue.TryDequeue(out var item)) Use(item); } }",
        Queue + "public void Run(string k) { while (_queue.Count > 10) _queue.TryDequeue(out _); }",
        Queue + "public void Run(string k) { while (_queue.Count > 10 && _queue.TryDequeue(out _)) { } }",
        Queue + "public void Run(string k) { if (_queue.IsEmpty) return; foreach (var item in _queue) Use(item); }",
        Queue + "public void Run(string k) { if (!_queue.IsEmpty) { var got = _queue.TryDequeue(out var item); if (got) Use(item!); } }",

        Map + "public void Run(string k) { if (_map.ContainsKey(k)) return; if (_map.TryAdd(k, new Item())) _map[k] = new Item(); }",
        "readonly ConcurrentBag<string> _bag = new(); public void Run(string k) { if (_bag.Any(x => x == k)) return; _bag.Add(k + \"x\"); }",

        // Done twice, it comes to the same.
        "readonly ConcurrentDictionary<string, bool> _seen = new(); public void Run(string k) { if (!_seen.ContainsKey(k)) _seen[k] = true; }",
        Map + "public void Run(string k) { if (!_map.IsEmpty) _map.Clear(); }",
        Counts + "public int Run(string k) { if (!_counts.TryGetValue(k, out var n)) { n = k.Length; _counts[k] = n; } return n; }",
        "readonly ConcurrentDictionary<string, string> _names = new(); public string Run(string k) { if (_names.TryGetValue(k, out var name)) return name; return _names[k] = k.Trim(); }",

        // Nobody takes out what was found.
        Map + "public void Run(string k) { if (_map.ContainsKey(k)) Use(_map[k]); } public void Set(string k) => _map[k] = new Item();",

        // Nobody replaces what was tested.
        Map + "public void Run(string k) { if (_map.TryGetValue(k, out var item) && item.IsOld) _map.TryRemove(k, out _); } public void Add(string k) => _map.TryAdd(k, new Item());",

        // Another key, another collection.
        Map + "public void Run(string k) { if (!_map.ContainsKey(k + \"x\")) _map[k] = new Item(); }",
        Map + "readonly ConcurrentDictionary<string, Item> _other = new(); public void Run(string k) { if (!_map.ContainsKey(k)) _other[k] = new Item(); }",
        Map + Counts + "public void Run(string k) { _counts[k] = _map.Count; }",
        Map + "public void Run(string k) { if (k.Length > 3) _map[k] = new Item(); }",
        Map + "public void Run(string k) { if (_map.Count > 100) return; _map[k] = new Item(); }",

        // One hold of one lock covers both.
        Map + "readonly object _gate = new(); public void Run(string k) { lock (_gate) if (!_map.ContainsKey(k)) _map[k] = new Item(); }",
        Map + "readonly object _gate = new(); public Item Run(string k) { if (!_map.TryGetValue(k, out var item)) lock (_gate) if (!_map.TryGetValue(k, out item)) _map[k] = item = new Item(); return item; }",
        Map + "readonly SemaphoreSlim _gate = new(1); public void Run(string k) { _gate.Wait(); try { if (!_map.ContainsKey(k)) _map[k] = new Item(); } finally { _gate.Release(); } }",
        Map + "readonly object _gate = new(); public void Run(string k) { lock (_gate) Fill(k); } void Fill(string k) { if (!_map.ContainsKey(k)) _map[k] = new Item(); }",
        Counts + "readonly object _gate = new(); public void Run(string k) { lock (_gate) _counts[k]++; }",
        Counts + "readonly object _gate = new(); [Tandem.Holds(nameof(_gate))] void Add(string k) { _counts[k]++; } public void Run(string k) { lock (_gate) Add(k); }",
        Queue + "readonly object _gate = new(); public void Run(string k) { lock (_gate) { if (_queue.Count < 10) _queue.Enqueue(new Item()); } }",

        // Nobody else sees it.
        "public void Run(string k) { var map = new ConcurrentDictionary<string, Item>(); if (!map.ContainsKey(k)) map[k] = new Item(); }",
        "readonly ConcurrentDictionary<string, Item> _map = new(); public Racing() { if (!_map.ContainsKey(\"a\")) _map[\"a\"] = new Item(); } public void Run(string k) { }",
        "static readonly ConcurrentDictionary<string, int> s_map = new(); static Racing() { s_map[\"a\"] = 1; s_map[\"a\"]++; } public void Run(string k) { }",
        "[ThreadStatic] static ConcurrentDictionary<string, int>? t_map; public void Run(string k) { t_map ??= new(); t_map[k]++; }",
        "[Tandem.ThreadConfined] readonly ConcurrentDictionary<string, int> _counts = new(); public void Run(string k) { _counts[k]++; }",

        // Not concurrent collections: other rules speak of them.
        "readonly Dictionary<string, Item> _map = new(); public void Run(string k) { if (!_map.ContainsKey(k)) _map[k] = new Item(); }",
        "readonly Queue<Item> _queue = new(); public void Run(string k) { if (_queue.Count > 0) Use(_queue.Dequeue()); }",
        "ImmutableDictionary<string, Item> _map = ImmutableDictionary<string, Item>.Empty; public void Run(string k) { if (!_map.ContainsKey(k)) ImmutableInterlocked.TryAdd(ref _map, k, new Item()); }",
        "readonly Own _map = new(); public void Run(string k) { if (!_map.ContainsKey(k)) _map[k] = new Item(); } class Own { public bool ContainsKey(string k) => true; public Item this[string k] { set { } } }",
    ];

    [Theory]
    [MemberData(nameof(Racing))]
    public Task TwoSteps_Trigger(string members) => VerifyMembersAsync(members);

    [Theory]
    [MemberData(nameof(Safe))]
    public Task OneStepOrNoRace_DoesNotTrigger(string members) => VerifyMembersAsync(members);

    private static Task VerifyMembersAsync(string members) => Verify.VerifyAnalyzerAsync(
        $$"""
        #nullable enable
        #pragma warning disable CS0649, CS0169, CS0414, CS8618
        using System; using System.Collections.Concurrent; using System.Collections.Generic; using System.Collections.Immutable; using System.Linq; using System.Threading; using System.Threading.Tasks;
        public class Item { public bool IsOld; }
        public class Racing { {{members}} static void Use(Item item) { } }
        static class Program
        {
            static void Main()
            {
                var racing = new Racing();
                new Thread(() => racing.Run("a")).Start();
                new Thread(() => racing.Run("a")).Start();
            }
        }
        """);

    /// <summary>Classes of a library, of which no thread is to be seen.</summary>
    public static TheoryData<string> Libraries =>
    [
        // A concurrent collection in a field is there for several threads.
        "public class Cache { readonly ConcurrentDictionary<string, object> _map = new(); public void Put(string k) { if (![|_map.ContainsKey(k)|]) _map[k] = new(); } }",
        "static class Cache { static readonly ConcurrentDictionary<string, int> s_map = new(); internal static void Count(string k) { [|s_map[k]++|]; } }",
        "public class Cache { readonly ConcurrentDictionary<string, object> _map = new(); public void Put(string k) => Fill(k); private void Fill(string k) { if (![|_map.ContainsKey(k)|]) _map[k] = new(); } }",
        "public class Cache { readonly ConcurrentDictionary<string, object> _map = new(); public void Put(string[] ks) { Array.ForEach(ks, k => { if (![|_map.ContainsKey(k)|]) _map[k] = new(); }); } }",
        "interface ICache { void Put(string k); } class Cache : ICache { readonly ConcurrentDictionary<string, object> _map = new(); void ICache.Put(string k) { if (![|_map.ContainsKey(k)|]) _map[k] = new(); } }",
        // But nobody else may come to it, or what comes upsets nothing.
        "public class Cache { readonly ConcurrentDictionary<string, object> _map = new(); private void Put(string k) { if (!_map.ContainsKey(k)) _map[k] = new(); } }",
        "public class Cache { readonly ConcurrentDictionary<string, object> _map = new(); public Cache() => Put(\"a\"); private void Put(string k) { if (!_map.ContainsKey(k)) _map[k] = new(); } }",
        "public class Cache { readonly object _gate = new(); readonly ConcurrentDictionary<string, object> _map = new(); public void Put(string k) { lock (_gate) Fill(k); } private void Fill(string k) { if (!_map.ContainsKey(k)) _map[k] = new(); } }",
        "public class Consumer { readonly ConcurrentQueue<object> _queue = new(); public void Add() => _queue.Enqueue(new()); public Consumer() => new Thread(Loop).Start(); private void Loop() { while (true) if (!_queue.IsEmpty) { _queue.TryDequeue(out var item); Console.WriteLine(item); } } }",
        "public class Pool { readonly ConcurrentBag<object> _free = new(); public void Return(object item) { if (_free.Count < 16) _free.Add(item); } }",
        "public class Cache { public static void Put(ConcurrentDictionary<string, object> map, string k) { if (!map.ContainsKey(k)) map[k] = new(); } }",
        "static class Program { static readonly ConcurrentDictionary<string, int> s_map = new(); static void Main() { s_map[\"a\"]++; } }",
    ];

    [Theory]
    [MemberData(nameof(Libraries))]
    public Task Field_OfAClassThatOthersReach_Triggers(string source) => Verify.VerifyAnalyzerAsync(
        "#nullable enable\nusing System; using System.Collections.Concurrent; using System.Collections.Generic; using System.Threading;\n" + source);

    [Fact]
    public Task Message_TellsStepsEvidenceAndRemedy() => Verify.VerifyAnalyzerAsync(
        """
        using System.Collections.Concurrent;
        using System.Threading.Tasks;
        class Hits
        {
            readonly ConcurrentDictionary<string, object> _map = new();
            void Hit(string k)
            {
                if (!{|#0:_map.ContainsKey(k)|})
                    {|#1:_map[k] = new object()|};
            }
            void Start()
            {
                {|#2:Parallel.For(0, 9, _ => Hit("a"))|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("'_map' is looked at here and changed by it on line 9, two steps", "'Hit' runs on several threads (started on line 13)", "use TryAdd or TryUpdate"));

    [Fact]
    public Task Message_TellsThatAnybodyMayCall() => Verify.VerifyAnalyzerAsync(
        """
        using System.Collections.Concurrent;
        public class Hits
        {
            readonly ConcurrentDictionary<string, int> _map = new();
            public void Hit(string k) => {|#0:_map[k]++|};
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithArguments("'_map' is read and changed here in two steps", "'Hit' can be called by several threads at once, as a ConcurrentDictionary is there for", "use AddOrUpdate"));
}
