using Microsoft.CodeAnalysis.CSharp.Testing;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.UnsafeCollectionAnalyzer, Tandem.CodeFixes.Races.UnsafeCollectionCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class UnsafeCollectionFixTests
{
    /// <summary>Collections all of whose uses a concurrent one can do.</summary>
    public static TheoryData<string, string> Replaced => new()
    {
        { "Dictionary<int, string> _map = new(); void Run(int n) { [|_map[n] = \"\"|]; }", "ConcurrentDictionary<int, string> _map = new(); void Run(int n) { _map[n] = \"\"; }" },
        { "readonly Dictionary<int, string> _map = new Dictionary<int, string>(); // by number\n    void Run(int n) { [|_map.Remove(n)|]; }", "readonly ConcurrentDictionary<int, string> _map = new ConcurrentDictionary<int, string>(); // by number\n    void Run(int n) { _map.TryRemove(n, out _); }" },
        { "readonly Dictionary<int, string> _map = new(); void Run(int n) { if ([|_map.Remove(n, out var text)|]) System.Console.WriteLine(text); }", "readonly ConcurrentDictionary<int, string> _map = new(); void Run(int n) { if (_map.TryRemove(n, out var text)) System.Console.WriteLine(text); }" },
        { "readonly Queue<int> _queue = new(); void Run(int n) { [|_queue.Enqueue(n)|]; } int Next() => _queue.TryDequeue(out var n) ? n : 0;", "readonly ConcurrentQueue<int> _queue = new(); void Run(int n) { _queue.Enqueue(n); } int Next() => _queue.TryDequeue(out var n) ? n : 0;" },
        { "static readonly Stack<int> s_stack = new(); void Run(int n) => [|s_stack.Push(n)|];", "static readonly ConcurrentStack<int> s_stack = new(); void Run(int n) => s_stack.Push(n);" },
        { "readonly List<int> _list = new(); void Run(int n) { [|this._list.Add(n)|]; } int Count() => _list.Count; int[] All() => _list.ToArray();", "readonly ConcurrentQueue<int> _list = new(); void Run(int n) { this._list.Enqueue(n); } int Count() => _list.Count; int[] All() => _list.ToArray();" },
    };

    [Theory]
    [MemberData(nameof(Replaced))]
    public Task UsesThatAreOneStep_GetAConcurrentCollection(string members, string repaired) =>
        VerifyAsync(Program("private " + members), Program("private " + repaired), "ConcurrentCollection");

    [Fact]
    public Task CapturedLocal_GetsAConcurrentCollection() => VerifyAsync(
        Body("var list = new List<int>();\n        Parallel.For(0, 9, i => [|list.Add(i)|]);\n        foreach (var x in list) Console.WriteLine(x);"),
        Body("var list = new ConcurrentQueue<int>();\n        Parallel.For(0, 9, i => list.Enqueue(i));\n        foreach (var x in list) Console.WriteLine(x);"),
        "ConcurrentCollection");

    /// <summary>Collections that get a lock instead, as a concurrent one does not do what is asked of them.</summary>
    public static TheoryData<string, string> Locked => new()
    {
        { "readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        [|_list.Remove(n)|];\n    }", "readonly Lock _listLock = new();\n    private readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        lock (_listLock)\n        {\n            _list.Remove(n);\n        }\n    }" },
        // Check and act belong together.
        { "readonly HashSet<int> _set = new();\n\n    void Run(int n)\n    {\n        if (_set.Contains(n)) return;\n        [|_set.Add(n)|];\n        System.Console.WriteLine(n);\n    }", "readonly Lock _setLock = new();\n    private readonly HashSet<int> _set = new();\n\n    void Run(int n)\n    {\n        lock (_setLock)\n        {\n            if (_set.Contains(n)) return;\n            _set.Add(n);\n        }\n        System.Console.WriteLine(n);\n    }" },
        { "readonly Dictionary<int, int> _map = new();\n\n    void Run(int n)\n    {\n        if (!_map.ContainsKey(n)) [|_map.Add(n, 1)|];\n    }", "readonly Lock _mapLock = new();\n    private readonly Dictionary<int, int> _map = new();\n\n    void Run(int n)\n    {\n        lock (_mapLock)\n        {\n            if (!_map.ContainsKey(n)) _map.Add(n, 1);\n        }\n    }" },
        // All uses get it, or it would keep nobody out.
        { "readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        [|_list.Insert(0, n)|];\n    }\n\n    bool Has(int n)\n    {\n        return _list.Contains(n);\n    }", "readonly Lock _listLock = new();\n    private readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        lock (_listLock)\n        {\n            _list.Insert(0, n);\n        }\n    }\n\n    bool Has(int n)\n    {\n        lock (_listLock)\n        {\n            return _list.Contains(n);\n        }\n    }" },
        // The one that guards it elsewhere.
        { "readonly object _gate = new();\n    private readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        [|_list.Add(n)|];\n    }\n\n    void Reset()\n    {\n        lock (_gate) _list.Clear();\n    }", "readonly object _gate = new();\n    private readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        lock (_gate)\n        {\n            _list.Add(n);\n        }\n    }\n\n    void Reset()\n    {\n        lock (_gate) _list.Clear();\n    }" },
        { "readonly object _gate = new();\n    private readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        lock (_gate) _list.Add(n);\n        foreach (var x in [|_list|])\n        {\n            System.Console.WriteLine(x);\n        }\n    }", "readonly object _gate = new();\n    private readonly List<int> _list = new();\n\n    void Run(int n)\n    {\n        lock (_gate) _list.Add(n);\n        lock (_gate)\n        {\n            foreach (var x in _list)\n            {\n                System.Console.WriteLine(x);\n            }\n        }\n    }" },
    };

    [Theory]
    [MemberData(nameof(Locked))]
    public Task OtherUses_GetALock(string members, string repaired) => Verify.VerifyCodeFixAsync(Program("private " + members), Program("private " + repaired));

    /// <summary>With the change under its lock, the read of another member would be what is left of the race.</summary>
    [Theory]
    [InlineData("return _list.Contains(3) ? 1 : 0;", "lock (_gate)\n        {\n            return _list.Contains(3) ? 1 : 0;\n        }")]
    [InlineData("foreach (var n in _list) await Task.Delay(n); return 0;", null)]
    public Task AReadElsewhere_GetsTheLockThatIsThere_OrNothingIsOffered(string read, string? locked)
    {
        var source = Members("[|_list.Add(n)|];", read);
        return Verify.VerifyCodeFixAsync(source, locked is null ? source : Members("lock (_gate)\n        {\n            _list.Add(n);\n        }", locked));

        static string Members(string change, string read) =>
            $$"""
            using System.Collections.Generic;
            using System.Threading.Tasks;

            public class Shared
            {
                private readonly object _gate = new();
                private readonly List<int> _list = new();

                public void Start()
                {
                    lock (_gate)
                    {
                        _list.Clear();
                        for (var i = 0; i < 3; i++) _ = Task.Run(() => Run(1));
                    }
                }

                private void Run(int n)
                {
                    {{change}}
                }

                public {{(read.Contains("await") ? "async Task<int>" : "int")}} Count()
                {
                    {{read}}
                }
            }
            """;
    }

    [Fact]
    public Task CapturedLocal_GetsALock() => Verify.VerifyCodeFixAsync(
        Body("var set = new HashSet<int>();\n        Parallel.For(0, 9, i => [|set.Add(i)|]);"),
        Body("var setLock = new Lock();\n        var set = new HashSet<int>();\n        Parallel.For(0, 9, i =>\n        {\n            lock (setLock)\n            {\n                set.Add(i);\n            }\n        });"));

    /// <summary>Uses that a lock would not keep apart, or might never get out of.</summary>
    public static TheoryData<string> Unfixed =>
    [
        "readonly List<int> _list = new(); async Task Run(int n) { foreach (var x in _list) await Task.Delay(x); [|_list.Remove(n)|]; }",
        "readonly HashSet<int> _set = new(); public event Action<int>? Seen; void Run(int n) { foreach (var x in _set) Seen?.Invoke(x); [|_set.Add(n)|]; }",
        "protected readonly List<int> _list = new(); void Run(int n) { [|_list.Add(n)|]; } IEnumerable<int> All() { foreach (var x in _list) yield return x; }",
    ];

    [Theory]
    [MemberData(nameof(Unfixed))]
    public Task NoRoomForALock_IsNotOffered(string members) => Verify.VerifyCodeFixAsync(Program(members), Program(members));

    private static Task VerifyAsync(string source, string repaired, string key) =>
        new Verify.Test { TestCode = source, FixedCode = repaired, CodeActionEquivalenceKey = key }.RunAsync();

    private static string Program(string members) =>
        $$"""
        using System;
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;

        public class Shared
        {
            {{members}}

            void Start() => Parallel.For(0, 9, n => Run(n));
        }
        """;

    private static string Body(string statements) =>
        $$"""
        using System;
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;

        static class Program
        {
            static void Main()
            {
                {{statements}}
            }
        }
        """;
}
