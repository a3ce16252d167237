using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.LazyInitializationAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class LazyInitializationTests
{
    /// <summary>Members of a class of which two threads run Run(10) on one object.</summary>
    public static TheoryData<string> Racing =>
    [
        // Two threads may each make one.
        "Item? _item; public void Run(int n) { if ([|_item|] == null) _item = new(); }",
        "Item? _item; public void Run(int n) { if ([|_item|] is null) { _item = new(); } }",
        "Item? _item; public Item Run(int n) { if ([|_item|] != null) return _item; _item = new(); return _item; }",
        "Item? _item; public Item Run(int n) => [|_item ??= new()|];",
        "Item? _item; public Item Run(int n) => [|_item|] ?? (_item = new());",
        "Item? _item; public Item Run(int n) { _item = [|_item|] ?? new(); return _item; }",
        "Item? _item; public Item Item => [|_item ??= new()|]; public void Run(int n) => Use(Item);",
        "static Item? s_item; public void Run(int n) { if ([|s_item|] == null) s_item = new(); }",
        "Item? Item { get; set; } public void Run(int n) { if ([|Item|] == null) Item = new(); }",
        "List<int>? _list; public void Run(int n) { [|_list ??= []|]; }",
        "Item? _item; public void Run(int n) => Make(); void Make() { if ([|_item|] == null) _item = new(); }",
        "volatile Item? _item; public void Run(int n) { if ([|_item|] == null) _item = new(); }",
        "Item? _item; readonly object _gate = new(); public void Run(int n) { if ([|_item|] == null) lock (_gate) _item = new(); }",
        "int _id; static int s_next; public int Run(int n) { if ([|_id|] == 0) _id = Interlocked.Increment(ref s_next); return _id; }",

        // Two threads may both begin.
        "bool _started; public void Run(int n) { if ([|_started|]) return; _started = true; Begin(); }",
        "bool _started; public void Run(int n) { if (![|_started|]) { _started = true; Begin(); } }",
        "bool _started; public void Run(int n) { if (![|_started|]) { Begin(); _started = true; } }",
        "int _started; public void Run(int n) { if ([|_started|] == 1) return; _started = 1; Begin(); }",
        "volatile bool _started; public void Run(int n) { if ([|_started|]) return; _started = true; Begin(); }",
        "static bool s_started; public void Run(int n) { if ([|s_started|]) throw new InvalidOperationException(); s_started = true; Begin(); }",

        // Others see that it is there before they see it.
        "bool _ready; Item? _item; readonly object _gate = new(); public Item Run(int n) { if (![|_ready|]) lock (_gate) if (!_ready) { _item = new(); _ready = true; } return _item!; }",
        "bool _ready; int _a, _b; readonly object _gate = new(); public int Run(int n) { if (![|_ready|]) { lock (_gate) { if (!_ready) { _a = n; _b = n; _ready = true; } } } return _a + _b; }",
        "bool _ready; Item? _item; readonly object _gate = new(); public Item Run(int n) { if ([|_ready|]) return _item!; lock (_gate) { if (_ready) return _item!; _item = new(); _ready = true; } return _item; }",
        "volatile bool _ready; Item? _item; readonly object _gate = new(); public Item Run(int n) { if (![|_ready|]) lock (_gate) if (!_ready) { _ready = true; _item = new(); } return _item!; }",
    ];

    /// <summary>Their twins that are safe, though two threads run Run(10) on one object, or are another rule's.</summary>
    public static TheoryData<string> Safe =>
    [
        // Made once.
        "readonly Lazy<Item> _item = new(() => new()); public void Run(int n) => Use(_item.Value);",
        "Item? _item; public void Run(int n) => Use(LazyInitializer.EnsureInitialized(ref _item, () => new()));",
        "Item? _item; public Item Run(int n) { if (_item == null) Interlocked.CompareExchange(ref _item, new(), null); return _item; }",
        "Item? _item; public Item Run(int n) => _item ?? Interlocked.CompareExchange(ref _item, new(), null) ?? _item;",
        "readonly Item _item = new(); public void Run(int n) => Use(_item);",
        "int _started; public void Run(int n) { if (Interlocked.Exchange(ref _started, 1) == 1) return; Begin(); }",
        "bool _started; public void Run(int n) { if (Interlocked.Exchange(ref _started, true)) return; Begin(); }",

        // Under a lock.
        "Item? _item; readonly object _gate = new(); public void Run(int n) { lock (_gate) if (_item == null) _item = new(); }",
        "Item? _item; readonly object _gate = new(); public Item Run(int n) { lock (_gate) return _item ??= new(); }",
        "Item? _item; readonly SemaphoreSlim _gate = new(1); public void Run(int n) { _gate.Wait(); try { _item ??= new(); } finally { _gate.Release(); } }",
        "Item? _item; readonly object _gate = new(); public void Run(int n) { lock (_gate) Make(); } void Make() => _item ??= new();",
        "bool _started; readonly object _gate = new(); public void Run(int n) { lock (_gate) { if (_started) return; _started = true; } Begin(); }",

        // A reference that is tested twice is safe.
        "Item? _item; readonly object _gate = new(); public Item Run(int n) { if (_item == null) lock (_gate) if (_item == null) _item = new(); return _item; }",
        "Item? _item; readonly object _gate = new(); public Item Run(int n) { if (_item != null) return _item; lock (_gate) { _item ??= new(); } return _item; }",
        "volatile bool _ready; Item? _item; readonly object _gate = new(); public Item Run(int n) { if (!_ready) lock (_gate) if (!_ready) { _item = new(); _ready = true; } return _item!; }",
        "bool _ready; Item? _item; readonly object _gate = new(); public Item Run(int n) { if (!Volatile.Read(ref _ready)) lock (_gate) if (!_ready) { _item = new(); Volatile.Write(ref _ready, true); } return _item!; }",
        "bool _ready; readonly object _gate = new(); public void Run(int n) { if (!_ready) lock (_gate) if (!_ready) { Begin(); _ready = true; } }",

        "bool _closed; readonly object _gate = new(); public void Run(int n) { if (_closed) return; lock (_gate) { try { if (_closed) return; Begin(); } finally { _closed = true; } } }",

        // Any thread would set the same.
        "string? _text; public string Run(int n) => _text ??= n.ToString();",
        "string? _text; public string Run(int n) { if (_text == null) _text = n.ToString(); return _text; }",
        "int _hash; public int Run(int n) { if (_hash == 0) _hash = n * 31; return _hash; }",
        "int? _hash; public int Run(int n) => _hash ??= n * 31;",
        "Task<bool> _yes; public Task<bool> Run(int n) => _yes ??= Task.FromResult(true);",
        "bool _dirty; public void Run(int n) { if (!_dirty) _dirty = true; }",

        // Nobody else sees it.
        "public void Run(int n) { Item? item = null; item ??= new(); Use(item); }",
        "[ThreadStatic] static Item? t_item; public void Run(int n) => Use(t_item ??= new());",
        "[Tandem.ThreadConfined] Item? _item; public void Run(int n) => Use(_item ??= new());",
        "Item? _item; public Racing() { if (_item == null) _item = new(); } public void Run(int n) { }",
        "Item? _item; public void Run(int n) { } public void Other() => _item ??= new();",
        "public void Run(int n) { var own = new Racing(); own._item ??= new(); } Item? _item;",

        // Not once, or not by that alone.
        "bool _stop; public void Run(int n) { while (!_stop) { if (n > 3) _stop = true; } }",
        "Item? _item; public void Run(int n) { if (_item == null || n > 3) _item = new(); }",
        "int _n; public void Run(int n) { if (_n < n) _n = n; }",
        "Item? _item; public void Run(int n) { _item = new(); }",
        "Item? _item; public void Run(int n) { if (_item != null) Use(_item); }",
        // Looked at again as it is set.
        "readonly object _gate = new(); Item? _item; public void Run(int n) { if (Volatile.Read(ref _item) is not null) return; lock (_gate) { Volatile.Write(ref _item, _item ?? new()); } }",
        "readonly object _gate = new(); volatile Item? _item; public void Run(int n) { if (_item is not null) return; lock (_gate) { _item = _item ?? new(); } }",
    ];

    [Theory]
    [MemberData(nameof(Racing))]
    public Task OnceMayBeTwice_Triggers(string members) => VerifyMembersAsync(members);

    [Theory]
    [MemberData(nameof(Safe))]
    public Task OnceIsOnce_DoesNotTrigger(string members) => VerifyMembersAsync(members);

    private static Task VerifyMembersAsync(string members) => Verify.VerifyAnalyzerAsync(
        $$"""
        #nullable enable
        #pragma warning disable CS0649, CS0169, CS0414, CS0420, CS8603
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        public class Item { }
        public class Racing { {{members}} static void Use(Item item) { } static void Begin() { } }
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

    [Fact]
    public Task CapturedLocal_InAParallelLoop_Triggers() => Verify.VerifyAnalyzerAsync(
        """
        using System.Threading.Tasks;
        static class Program
        {
            static void Main()
            {
                object? first = null;
                {|#1:Parallel.For(0, 9, i => { {|#0:first ??= new object()|}; })|};
                System.Console.WriteLine(first);
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'first' is tested and set here in two steps", "this lambda runs on several threads (started on line 7) and no lock covers both", "two threads can each make one, so use Lazy, LazyInitializer or a lock"));

    [Fact]
    public Task Message_TellsOfTheLockThatIsTakenTooLate() => Verify.VerifyAnalyzerAsync(
        """
        class Cache
        {
            readonly object _gate = new();
            object? _item;
            public object Get()
            {
                if ({|#0:_item|} == null)
                    lock (_gate)
                        {|#1:_item = new()|};
                return _item;
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'_item' is tested here and set on line 9", "only the change holds '_gate'", "two threads can each make one, so use Lazy, LazyInitializer or a lock"));

    [Fact]
    public Task Message_TellsWhatThePlainFlagTellsOf() => Verify.VerifyAnalyzerAsync(
        """
        class Cache
        {
            readonly object _gate = new();
            bool _ready;
            int _item;
            public int Get()
            {
                if (!{|#0:_ready|})
                    lock (_gate)
                        if (!_ready)
                        {
                            {|#2:_item = 3|};
                            {|#1:_ready = true|};
                        }
                return _item;
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("'_ready' is tested here outside of the lock and tells that '_item' is there", "it is not volatile", "another thread can see the one before the other, so make it volatile"));
}
