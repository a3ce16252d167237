using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.UnsafeCollectionAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class UnsafeCollectionTests
{
    private const string List = "readonly List<int> _list = new(); ";
    private const string Map = "readonly Dictionary<int, string> _map = new(); ";

    /// <summary>Members of a class of which two threads run Run(10) on one object.</summary>
    public static TheoryData<string> Racing =>
    [
        List + "public void Run(int n) { [|_list.Add(n)|]; }",
        List + "public void Run(int n) { if (!_list.Contains(n)) [|_list.Add(n)|]; }",
        List + "public void Run(int n) { [|_list.Remove(n)|]; }",
        List + "public void Run(int n) { [|_list.Clear()|]; foreach (var x in _list) Use(x); }",
        List + "public void Run(int n) { [|_list.Sort()|]; }",
        List + "public void Run(int n) => Add(_list, n); static void Add(List<int> list, int n) { [|list.Add(n)|]; }",
        List + "public void Run(int n) { Add(n); } void Add(int n) { [|_list.Add(n)|]; }",
        List + "public void Run(int n) { var list = _list; [|list.Add(n)|]; }",
        List + "public void Run(int n) { this.[|_list|].Add(n); }".Replace("this.[|_list|].Add(n)", "[|this._list.Add(n)|]"),
        Map + "public void Run(int n) { [|_map[n] = \"\"|]; }",
        Map + "public void Run(int n) { [|_map[n] += \"\"|]; }",
        Map + "public void Run(int n) { [|_map.TryAdd(n, \"\")|]; }",
        Map + "public string Run(int n) { if (!_map.TryGetValue(n, out var text)) [|_map[n] = text = \"\"|]; return text; }",
        "readonly IDictionary<int, string> _map = new Dictionary<int, string>(); public void Run(int n) { [|_map.Add(n, \"\")|]; }",
        "static readonly Dictionary<int, string> s_map = new(); public void Run(int n) { [|s_map[n] = \"\"|]; }",
        "public List<int> Items { get; } = new(); public void Run(int n) { [|Items.Add(n)|]; }",
        "readonly HashSet<int> _set = new(); public bool Run(int n) => [|_set.Add(n)|];",
        "readonly Queue<int> _queue = new(); public void Run(int n) { if (_queue.Count > 0) Use([|_queue.Dequeue()|]); }",
        "readonly Stack<int> _stack = new(); public void Run(int n) { [|_stack.Push(n)|]; }",
        "readonly SortedDictionary<int, int> _map = new(); public void Run(int n) { [|_map[n] = n|]; }",
        "readonly SortedSet<int> _set = new(); public void Run(int n) { [|_set.Add(n)|]; }",
        "readonly LinkedList<int> _list = new(); public void Run(int n) { [|_list.AddLast(n)|]; }",
        "readonly PriorityQueue<int, int> _queue = new(); public void Run(int n) { [|_queue.Enqueue(n, n)|]; }",
        "readonly BitArray _bits = new(9); public void Run(int n) { [|_bits[n] = true|]; }",
        "readonly ArrayList _list = new(); public void Run(int n) { [|_list.Add(n)|]; }",
        "readonly Hashtable _map = new(); public void Run(int n) { [|_map[n] = n|]; }",
        "readonly Hashtable _map = new(); readonly object _gate = new(); public void Run(int n) { lock (_gate) _map[n] = n; foreach (var x in [|_map.Keys|]) Use((int)x); }",
        "readonly Queue _queue = new(); public void Run(int n) { [|_queue.Enqueue(n)|]; }",
        "readonly Stack _stack = new(); public void Run(int n) { [|_stack.Push(n)|]; }",
        "readonly SortedList _map = new(); public void Run(int n) { [|_map.Add(n, n)|]; }",
        "readonly StringBuilder _text = new(); public void Run(int n) { [|_text.Append(n)|]; }",
        "List<int> _list = new(); public void Run(int n) { [|_list.Add(n)|]; } public void Reset() => _list = new();",
        List + "readonly object _gate = new(); public void Run(int n) { lock (_gate) { } [|_list.Add(n)|]; }",
        List + "readonly object _gate = new(); public void Run(int n) { foreach (var x in [|_list|]) Use(x); lock (_gate) _list.Add(n); }",
        List + "readonly object _gate = new(); public int Run(int n) { lock (_gate) _list.Add(n); return [|_list.Max()|]; }",
        List + "readonly object _gate = new(); public List<int> Run(int n) { lock (_gate) _list.Add(n); return [|new List<int>(_list)|]; }",
        List + "readonly object _gate = new(); public int[] Run(int n) { lock (_gate) _list.Add(n); return [.. [|_list|]]; }",
        Map + "readonly object _gate = new(); public bool Run(int n) { lock (_gate) _map[n] = \"\"; return [|_map.ContainsKey(n + 1)|]; }",
        Map + "readonly ReaderWriterLockSlim _gate = new(); public void Run(int n) { _gate.EnterReadLock(); try { [|_map[n] = \"\"|]; } finally { _gate.ExitReadLock(); } }",
        "readonly Data _data = new(); public void Run(int n) { [|_data.Items.Add(n)|]; } class Data { public readonly List<int> Items = new(); }",
    ];

    /// <summary>Their twins that are safe, though two threads run Run(10) on one object, or are another rule's.</summary>
    public static TheoryData<string> Safe =>
    [
        // Old ones that lock by themselves, or let one change them while others look.
        "readonly ArrayList _list = ArrayList.Synchronized(new ArrayList()); public void Run(int n) { _list.Add(n); }",
        "readonly Hashtable _map; public Racing() { _map = Hashtable.Synchronized(new Hashtable()); } public void Run(int n) { _map[n] = n; }",
        "readonly Queue _queue = Queue.Synchronized(new Queue()); public void Run(int n) { _queue.Enqueue(n); }",
        "readonly Hashtable _map = new(); readonly object _gate = new(); public object? Run(int n) { lock (_gate) _map[n] = n; return _map[n + 1]; }",
        "readonly Queue _queue = new(); public void Run(int n) { lock (_queue.SyncRoot) _queue.Enqueue(n); }",

        // Under locks.
        List + "readonly object _gate = new(); public void Run(int n) { lock (_gate) _list.Add(n); }",
        List + "public void Run(int n) { lock (_list) _list.Add(n); }",
        List + "readonly System.Threading.Lock _gate = new(); public void Run(int n) { using (_gate.EnterScope()) _list.Add(n); }",
        List + "readonly SemaphoreSlim _gate = new(1); public void Run(int n) { _gate.Wait(); try { _list.Add(n); } finally { _gate.Release(); } }",
        List + "readonly object _gate = new(); public void Run(int n) { lock (_gate) Add(n); } void Add(int n) => _list.Add(n);",
        List + "readonly object _gate = new(); [Tandem.Holds(nameof(_gate))] void Add(int n) => _list.Add(n); public void Run(int n) { lock (_gate) Add(n); }",
        List + "[System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] public void Run(int n) { _list.Add(n); }",
        Map + "readonly ReaderWriterLockSlim _gate = new(); public string? Run(int n) { _gate.EnterReadLock(); try { if (_map.TryGetValue(n, out var found)) return found; } finally { _gate.ExitReadLock(); } _gate.EnterWriteLock(); try { _map[n] = \"\"; } finally { _gate.ExitWriteLock(); } return null; }",
        Map + "readonly ReaderWriterLockSlim _gate = new(); public string? Run(int n) { _gate.EnterReadLock(); try { if (Find(n) is { } found) return found; } finally { _gate.ExitReadLock(); } _gate.EnterWriteLock(); try { _map[n] = \"\"; } finally { _gate.ExitWriteLock(); } return null; } string? Find(int n) => _map.GetValueOrDefault(n);",
        List + "readonly object _gate = new(); public int Run(int n) { lock (_gate) _list.Add(n); return _list.Count; }",

        // Only read after it was made.
        "readonly List<int> _list = new() { 1, 2 }; public void Run(int n) { foreach (var x in _list) Use(x); }",
        "readonly List<int> _list = new(); public Racing() { _list.Add(1); } public bool Run(int n) => _list.Contains(n);",
        "readonly List<int> _list = new(); public Racing() => Fill(); void Fill() { _list.Add(1); } public bool Run(int n) => _list.Contains(n);",
        "static readonly Dictionary<int, string> s_map = Make(); static Dictionary<int, string> Make() { var map = new Dictionary<int, string>(); map[1] = \"\"; return map; } public bool Run(int n) => s_map.ContainsKey(n);",
        "static readonly Dictionary<int, string> s_map = new(); static Racing() { s_map[1] = \"\"; } public bool Run(int n) => s_map.ContainsKey(n);",

        // A copy, swapped by reference.
        "List<int> _list = new(); public void Run(int n) { _list = new List<int>(_list) { n }; }",
        "List<int> _list = new(); public void Run(int n) { var copy = new List<int>(_list); copy.Add(n); _list = copy; }",
        "readonly object _gate = new(); List<int> _pending = new(); public void Run(int n) { List<int> batch; lock (_gate) { _pending.Add(n); batch = _pending; _pending = new(); } foreach (var x in batch) Use(x); }",
        "readonly object _gate = new(); List<int> _pending = new(); public void Run(int n) { lock (_gate) _pending.Add(n); } public void Flush() { var batch = _pending; lock (_gate) _pending = new(); foreach (var x in batch) Use(x); }",

        // Made for it, or never changed.
        "readonly ConcurrentDictionary<int, string> _map = new(); public void Run(int n) { _map[n] = \"\"; }",
        "readonly ConcurrentBag<int> _bag = new(); public void Run(int n) { _bag.Add(n); }",
        "ImmutableList<int> _list = ImmutableList<int>.Empty; public void Run(int n) { ImmutableInterlocked.Update(ref _list, list => list.Add(n)); }",
        "readonly FrozenSet<int> _set = new[] { 1 }.ToFrozenSet(); public bool Run(int n) => _set.Contains(n);",
        "readonly System.Threading.Channels.Channel<int> _channel = System.Threading.Channels.Channel.CreateUnbounded<int>(); public void Run(int n) { _channel.Writer.TryWrite(n); }",
        "readonly int[] _array = new int[99]; public void Run(int n) { _array[n] = n; }",
        "readonly Own _own = new(); public void Run(int n) { _own.Add(n); } class Own { public void Add(int n) { } }",
        "readonly Own _own = new(); public void Run(int n) { _own.Add(n); } class Own : List<int> { readonly object _gate = new(); public new void Add(int n) { lock (_gate) base.Add(n); } }",
        "readonly ICollection<int> _any; public Racing(ICollection<int> any) => _any = any; public Racing() : this(new ConcurrentSet()) { } public void Run(int n) { _any.Add(n); } class ConcurrentSet : List<int> { }",

        // Nobody else sees it.
        "public void Run(int n) { var list = new List<int>(); list.Add(n); foreach (var x in list) Use(x); }",
        "public void Run(int n) { var list = new List<int>(); Add(list, n); } static void Add(List<int> list, int n) => list.Add(n);",
        "public void Run(int n) { var data = new Data(); data.Items.Add(n); } class Data { public readonly List<int> Items = new(); }",
        "[ThreadStatic] static List<int>? t_list; public void Run(int n) { t_list ??= new(); t_list.Add(n); }",
        "[Tandem.ThreadConfined] readonly List<int> _list = new(); public void Run(int n) { _list.Add(n); }",
        "readonly ThreadLocal<List<int>> _list = new(() => new()); public void Run(int n) { _list.Value!.Add(n); }",
        "readonly List<int> _list = new(); public void Run(int n) { } public void Other(int n) { _list.Add(n); }",
        "int _busy; readonly List<int> _list = new(); public void Run(int n) { if (Interlocked.Exchange(ref _busy, 1) == 1) return; _list.Add(n); Volatile.Write(ref _busy, 0); }",
        "readonly List<int> _list = new(99); public int Run(int n) => _list.Capacity;",
    ];

    [Theory]
    [MemberData(nameof(Racing))]
    public Task SharedCollection_Triggers(string members) => VerifyMembersAsync(members);

    [Theory]
    [MemberData(nameof(Safe))]
    public Task SafeCollection_DoesNotTrigger(string members) => VerifyMembersAsync(members);

    private static Task VerifyMembersAsync(string members) => Verify.VerifyAnalyzerAsync(
        $$"""
        #nullable enable
        #pragma warning disable CS0649, CS0169, CS0414, CS8618
        using System; using System.Collections; using System.Collections.Concurrent; using System.Collections.Frozen; using System.Collections.Generic; using System.Collections.Immutable; using System.Linq; using System.Text; using System.Threading; using System.Threading.Tasks;
        public class Racing { {{members}} static void Use(int n) { } }
        static class Program
        {
            static void Main()
            {
                var racing = new Racing();
                new Thread(() => racing.Run(10)).Start();
                new Thread(() => racing.Run(10)).Start();
            }
        }
        """);

    /// <summary>Whole programs that show where the threads meet, or that they don't.</summary>
    public static TheoryData<string> Programs =>
    [
        "var list = new List<int>(); Parallel.For(0, 100, i => [|list.Add(i)|]); Console.WriteLine(list.Count);",
        "var list = new List<int>(); Parallel.ForEach(new[] { 1, 2 }, i => { if (i > 1) [|list.Add(i)|]; });",
        "var map = new Dictionary<int, int>(); await Task.WhenAll(Enumerable.Range(0, 9).Select(i => Task.Run(() => [|map[i] = i|])));",
        "var list = new List<int>(); var worker = Task.Run(() => [|list.Add(1)|]); foreach (var x in list) Console.WriteLine(x); await worker;",
        "var list = new List<int>(); var worker = Task.Run(() => { foreach (var x in list) Console.WriteLine(x); }); [|list.Add(1)|]; await worker;",
        "var text = new StringBuilder(); using var timer = new Timer(_ => [|text.Append('.')|], null, 0, 10); Console.WriteLine(text.ToString());",
        "var queue = new Queue<int>(); new Thread(() => { while (true) if (queue.Count > 0) Console.WriteLine([|queue.Dequeue()|]); }).Start(); [|queue.Enqueue(1)|];",
        "new[] { 1, 2 }.AsParallel().ForAll(new List<int>().Add);",
        "var gate = new object(); var list = new List<int>(); Parallel.For(0, 9, i => { lock (gate) list.Add(i); foreach (var x in [|list|]) Console.WriteLine(x); });",
        // Each has its own, or they come in order.
        "var list = new List<int>(); for (var i = 0; i < 9; i++) list.Add(i);",
        "Parallel.For(0, 9, i => { var own = new List<int>(); own.Add(i); });",
        "var lists = new List<int>[9]; Parallel.For(0, 9, i => lists[i].Add(i));",
        "var list = new List<int>(new int[9]); Parallel.For(0, 9, i => list[i] = i);",
        "var list = new List<int>(); await Task.Run(() => list.Add(1)); list.Add(2);",
        "var list = new List<int>(); var t = new Thread(() => list.Add(1)); t.Start(); t.Join(); foreach (var x in list) Console.WriteLine(x);",
        "var list = new List<int>(); foreach (var x in new[] { 1, 2 }) await Task.Run(() => list.Add(x));",
        "var list = new List<int> { 1, 2 }; Parallel.For(0, 9, i => Console.WriteLine(list[i]));",
        "var tasks = new List<Task>(); for (var i = 0; i < 9; i++) tasks.Add(Task.Run(() => 1)); await Task.WhenAll(tasks);",
        "var set = new HashSet<int> { 1 }; foreach (var x in set.ToArray()) _ = Task.Run(() => { lock (set) set.Remove(x); });",
        "var gate = new object(); var list = new List<int>(); Parallel.For(0, 9, i => { lock (gate) list.Add(i); }); Console.WriteLine(list.Count);",
        "var list = new List<int>(); new[] { 1, 2 }.ToList().ForEach(list.Add);",
        "var list = new List<int>(); list.Add(1); var worker = Task.Run(() => list.Contains(1)); await worker; list.Add(2);",
    ];

    [Theory]
    [MemberData(nameof(Programs))]
    public Task Program_TriggersWhereThreadsMeet(string body) => Verify.VerifyAnalyzerAsync(
        $$"""
        using System; using System.Collections.Generic; using System.Linq; using System.Text; using System.Threading; using System.Threading.Tasks;
        static class Program
        {
            static async Task Main()
            {
                {{body}}
                await Task.CompletedTask;
            }
        }
        """);

    /// <summary>Types that start work of their own, which uses what their members fill.</summary>
    public static TheoryData<string> Types =>
    [
        "class Feed { readonly List<int> _all = []; public Feed() => new Thread(Loop).Start(); public void Add(int n) => [|_all.Add(n)|]; void Loop() { foreach (var x in _all) Console.WriteLine(x); } }",
        "class Feed { readonly List<int> _all = []; public void Start() => new Thread(Loop).Start(); public void Add(int n) => [|_all.Add(n)|]; void Loop() { [|_all.Clear()|]; } }",
        "class Feed { readonly object _gate = new(); readonly List<int> _all = []; public void Add(int n) { lock (_gate) _all.Add(n); } public void Drop() => [|_all.Clear()|]; }",
        "class Feed { readonly List<int> _all = []; public void Start() => new Thread(Loop).Start(); public int Sum() { var sum = 0; foreach (var x in _all) sum += x; return sum; } void Loop() { [|_all.Add(1)|]; } }",
        // Without the lock that is declared: another rule's.
        "class Feed { readonly object _gate = new(); [Tandem.GuardedBy(nameof(_gate))] readonly List<int> _all = []; public void Add(int n) { lock (_gate) _all.Add(n); } public void Drop() => _all.Clear(); public void Each() { var all = _all; foreach (var x in all) Console.WriteLine(x); } }",
        // It is set up before.
        "class Feed { readonly List<int> _all = []; public void Start() => new Thread(Loop).Start(); public void Add(int n) => _all.Add(n); void Loop() { foreach (var x in _all) Console.WriteLine(x); } }",
        // The lock is for something else.
        "class Feed { readonly List<int> _all = [], _new = []; public void Add(int n) { lock (_new) _new.Add(n); } public void Move() { lock (_new) { _all.AddRange(_new); _new.Clear(); } foreach (var x in _all) Console.WriteLine(x); _all.Clear(); } }",
        "class Feed { readonly object _gate = new(); readonly Queue<int> _open = new(); public void Show() { lock (_gate) _open.Clear(); } public void Run() { _open.Enqueue(1); while (_open.Count > 0) _open.Dequeue(); } }",
        // What is disposed of is used by nobody else.
        "class Feed : IDisposable { readonly object _gate = new(); readonly List<int> _all = []; public void Add(int n) { lock (_gate) _all.Add(n); } public void Dispose() => _all.Clear(); }",
        // Filled once, before it is read.
        "class Codecs { readonly object _gate = new(); readonly List<int> _all = []; bool _isReady; void Fill() { lock (_gate) { if (_isReady) return; _all.AddRange([1, 2]); _isReady = true; } } public bool Has(int n) { if (!_isReady) Fill(); return _all.Contains(n); } }",
        "class Codecs { readonly object _gate = new(); readonly List<int> _all = []; int _asked; void Fill() { lock (_gate) { if (_asked > 3) return; _all.AddRange([1, 2]); _asked = 0; } } public bool Has(int n) { Fill(); return [|_all.Contains(n)|]; } }",
        // The caller says that it holds the lock.
        "class Feed { readonly object _gate = new(); readonly List<int> _all = []; public void Add(int n) { lock (_gate) _all.Add(n); } public void Drop(int n, bool isLocked) { if (isLocked) Take(n); else lock (_gate) Take(n); } void Take(int n) => _all.Remove(n); }",
        // What calls itself holds what it was called with.
        "class Feed { readonly object _gate = new(); readonly List<int> _all = []; public void Add(int n) { lock (_gate) Fill(n); } public void Drop() { lock (_gate) _all.Clear(); } void Fill(int n) { _all.Add(n); if (n > 0) Fill(n - 1); } }",
        "class Feed { void Run() { var all = new List<int>(); Action<int> add = n => { lock (all) all.Add(n); }; add(1); foreach (var x in all) Console.WriteLine(x); } }",
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public Task WorkOfATypesOwn_TriggersWhereItOverlaps(string type) => Verify.VerifyAnalyzerAsync(
        "#nullable enable\nusing System; using System.Collections.Generic; using System.Threading;\n" + type);

    [Fact]
    public Task Message_TellsWhereTheThreadsComeFrom() => Verify.VerifyAnalyzerAsync(
        """
        using System.Collections.Generic;
        using System.Threading.Tasks;
        class Hits
        {
            readonly List<int> _hits = new();
            void Hit(int n) { {|#0:_hits.Add(n)|}; }
            void Start()
            {
                {|#1:Parallel.For(0, 9, Hit)|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("_hits", "List", "changed", "'Hit' runs on several threads (started on line 9)"));

    [Fact]
    public Task GuardElsewhere_IsEvidence() => Verify.VerifyAnalyzerAsync(
        """
        using System.Collections.Generic;
        class Hits
        {
            readonly object _gate = new();
            readonly List<int> _hits = new();
            public void Hit(int n) { lock (_gate) {|#1:_hits.Add(n)|}; }
            public void Miss(int n) { {|#0:_hits.Remove(n)|}; }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("_hits", "List", "changed", "'Hit' changes it under '_gate' (on line 6)"));

    [Fact]
    public Task Annotation_IsEvidence() => Verify.VerifyAnalyzerAsync(
        """
        using System.Collections.Generic;
        [Tandem.ThreadSafe]
        class Hits
        {
            readonly List<int> _hits = new();
            public void Hit(int n) { {|#0:_hits.Add(n)|}; }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithArguments("_hits", "List", "changed", "'Hits' is marked [ThreadSafe]"));
}
