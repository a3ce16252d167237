using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.UnguardedAccessAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

public class UnguardedAccessTests
{
    /// <summary>Members of a class whose <c>_total</c> is declared to be guarded by <c>_gate</c>.</summary>
    public static TheoryData<string> DeclaredRacing =>
    [
        "public int Get() => [|_total|];",
        "public void Set(int n) { [|_total = n|]; }",
        "public int Get() { lock (_other) return [|_total|]; }",
        "public int Get() { lock (this) return [|_total|]; }",
        "public int Get() { int n; lock (_gate) n = 1; return n + [|_total|]; }",
        "public void Log() { Console.WriteLine([|_total|]); }",
        "public int Of(C other) { lock (_gate) return [|other._total|]; }",
        "public int Of(C other) { lock (other._gate) return [|_total|]; }",
        "public int Sum() { var n = [|_total|]; return n + _total; }",
        "public Func<int> Later() { lock (_gate) return () => [|_total|]; }",
        "public void Start() { lock (_gate) Task.Run(() => Console.WriteLine([|_total|])); }",
        "private int Get() => [|_total|]; public int Twice() => 2 * Get();",
        "public int Get() { Monitor.Enter(_gate); Monitor.Exit(_gate); return [|_total|]; }",
        "public async Task<int> GetAsync() { lock (_gate) { _total = 1; } await Task.Yield(); return [|_total|]; }",
        "public void Add(int n) { [|AddHeld(n)|]; } [Tandem.Holds(nameof(_gate))] void AddHeld(int n) { _total += n; }",
        "public void Add(int n) { lock (_other) { [|AddHeld(n)|]; } } [Tandem.Holds(nameof(_gate))] void AddHeld(int n) { _total += n; }",
        "public void Add(C other) { lock (_gate) { [|other.AddHeld(1)|]; } } [Tandem.Holds(nameof(_gate))] public void AddHeld(int n) { _total += n; }",
        "public int this[int i] => i + [|_total|];",
        "public void M() { Use([|ref _total|]); } static void Use(ref int n) { }",
    ];

    [Theory]
    [MemberData(nameof(DeclaredRacing))]
    public Task DeclaredGuardNotHeld_Triggers(string members) => Verify.VerifyAnalyzerAsync(Declared(members));

    public static TheoryData<string> DeclaredSafe =>
    [
        "public int Get() { lock (_gate) return _total; }",
        "public void Set(int n) { lock (_gate) { _total = n; } }",
        "public int Get() { Monitor.Enter(_gate); try { return _total; } finally { Monitor.Exit(_gate); } }",
        "public int Get() { bool taken = false; try { Monitor.Enter(_gate, ref taken); return _total; } finally { if (taken) Monitor.Exit(_gate); } }",
        "public int Get() { var gate = _gate; lock (gate) return _total; }",
        "public int Get() { lock (_other) lock (_gate) return _total; }",
        "public C() { _total = 1; }",
        "public C(int n) { _total = n; Init(); } private void Init() { _total++; }",
        "~C() { Console.WriteLine(_total); }",
        "private int Get() => _total; public int Twice() { lock (_gate) return 2 * Get(); }",
        "private int Get() => Inner(); private int Inner() => _total; public int Twice() { lock (_gate) return Get(); }",
        "[Tandem.Holds(nameof(_gate))] public int Get() => _total;",
        "[Tandem.Holds(nameof(_gate))] public int Get() => _total + Other(); [Tandem.Holds(nameof(_gate))] int Other() => _total;",
        "public void Add(int n) { lock (_gate) { AddHeld(n); } } [Tandem.Holds(nameof(_gate))] void AddHeld(int n) { _total += n; }",
        "public void Add(C other) { lock (other._gate) { other.AddHeld(1); } } [Tandem.Holds(nameof(_gate))] public void AddHeld(int n) { _total += n; }",
        "public C() { AddHeld(1); } [Tandem.Holds(nameof(_gate))] void AddHeld(int n) { _total += n; }",
        "public int Of(C other) { lock (other._gate) return other._total; }",
        "public static C Make() { var c = new C(); c._total = 7; return c; }",
        "public static C Make() => new C { _total = 7 };",
        "public string Name() => nameof(_total);",
        "public int[] Over(int[] all) { lock (_gate) return all.Where(n => n > _total).ToArray(); }",
        "public void Each(List<int> all) { lock (_gate) all.ForEach(n => _total += n); }",
        "public int Local() { lock (_gate) return Get(); int Get() => _total; }",
        "public int Total { get { lock (_gate) return _total; } set { lock (_gate) _total = value; } }",
        "public int Get(bool b) { if (b) { lock (_gate) return _total; } return 0; }",
        "[Tandem.ThreadConfined] public int Get() => _total;",
        "[System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)] public int Get() { lock (_gate) { return _total; } }",
        "[Tandem.GuardedBy(\"_gone\")] int _lost; public int Lost() => _lost;",
        "int _free; public int Free() => _free;",
        "public int TotalLocked() => _total;",
    ];

    [Theory]
    [MemberData(nameof(DeclaredSafe))]
    public Task DeclaredGuardHeld_DoesNotTrigger(string members) => Verify.VerifyAnalyzerAsync(Declared(members));

    private static string Declared(string members) =>
        $$"""
        using System; using System.Collections.Generic; using System.Linq; using System.Threading; using System.Threading.Tasks;
        public class C
        {
            private readonly object _gate = new(), _other = new();
            [Tandem.GuardedBy(nameof(_gate))] private int _total;
            {{members}}
        }
        """;

    [Theory]
    [InlineData("[Tandem.GuardedBy(nameof(_gate))] public int Total { get; set; }", "public void Log() => Console.WriteLine([|Total|]);")]
    [InlineData("[Tandem.GuardedBy(nameof(_gate))] private readonly List<int> _all = new();", "public int Count => [|_all|].Count;")]
    [InlineData("[Tandem.GuardedBy(nameof(s_gate))] private static int s_n; private static readonly object s_gate = new();", "public static int Get() => [|s_n|];")]
    [InlineData("[Tandem.GuardedBy(nameof(s_gate))] private int _n; private static readonly object s_gate = new();", "public int Get() => [|_n|]; public int Locked() { lock (s_gate) return _n; }")]
    [InlineData("[Tandem.GuardedBy(nameof(_lock))] private int _n; private readonly Lock _lock = new();", "public int Get() => [|_n|]; public int Locked() { lock (_lock) return _n; } public int Scoped() { using (_lock.EnterScope()) return _n; }")]
    [InlineData("[Tandem.GuardedBy(nameof(_s))] private int _n; private readonly SemaphoreSlim _s = new(1, 1);", "public int Get() => [|_n|]; public async Task<int> GetAsync() { await _s.WaitAsync(); try { return _n; } finally { _s.Release(); } }")]
    [InlineData("[Tandem.GuardedBy(nameof(_rw))] private int _n; private readonly ReaderWriterLockSlim _rw = new();", "public int Get() => [|_n|]; public int Read() { _rw.EnterReadLock(); try { return _n; } finally { _rw.ExitReadLock(); } } public void Write() { _rw.EnterReadLock(); try { [|_n = 1|]; } finally { _rw.ExitReadLock(); } }")]
    public Task DeclaredGuardOfEachKind(string declarations, string members) => Verify.VerifyAnalyzerAsync(
        $$"""
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        public class C
        {
            private readonly object _gate = new();
            {{declarations}}
            {{members}}
        }
        """);

    [Fact]
    public Task Annotations_AreKnownByName() => Verify.VerifyAnalyzerAsync(
        """
        namespace Tandem { [System.AttributeUsage(System.AttributeTargets.All)] internal sealed class GuardedByAttribute(string name) : System.Attribute { public string Name => name; } }
        class C { readonly object _gate = new(); [Tandem.GuardedBy("_gate")] int _n; public int Get() => [|_n|]; }
        """);

    [Fact]
    public Task Message_NamesTheStateTheLockAndTheRemedy() => Verify.VerifyAnalyzerAsync(
        "class C { readonly object {|#1:_gate|} = new(); [Tandem.GuardedBy(nameof(_gate))] int _n; public int Get() => {|#0:_n|}; }",
        Verify.Diagnostic("TDM4007").WithLocation(0).WithLocation(1).WithArguments("_n", "read", "_gate", "which its declaration says guards it"));

    /// <summary>Members beside which <c>_span</c> is changed once and read twice under <c>_gate</c>.</summary>
    public static TheoryData<string, string> InferredRacing => new()
    {
        { "decimal", "public decimal Get() => [|_span|];" },
        { "DateTimeOffset", "public void Log() { Console.WriteLine([|_span|]); }" },
        { "(int, int)", "public int Get() => [|_span|].Item1;" },
        { "int?", "public int Get() => [|_span|] ?? 0;" },
        { "Guid", "public string Get() { lock (new object()) { } return [|_span|].ToString(); }" },
        { "KeyValuePair<string, int>", "public string Get() => [|_span|].Key;" },
        { "Pair", "public Pair Get() => [|_span|]; public record struct Pair(long Left, long Right);" },
    };

    [Theory]
    [MemberData(nameof(InferredRacing))]
    public Task GuardedNearlyEverywhereElse_Triggers(string type, string members) => Verify.VerifyAnalyzerAsync(Inferred(type, members));

    public static TheoryData<string, string> InferredSafe => new()
    {
        // One word is read in one step.
        { "int", "public int Get() => _span;" },
        { "bool", "public bool Get() => _span;" },
        { "DateTime", "public DateTime Get() => _span;" },
        { "TimeSpan", "public TimeSpan Get() => _span;" },
        { "CancellationToken", "public CancellationToken Get() => _span;" },
        { "DayOfWeek", "public DayOfWeek Get() => _span;" },
        { "Small", "public Small Get() => _span; public record struct Small(object Only);" },

        // A snapshot, swapped by reference.
        { "string?", "public string? Get() => _span;" },
        { "List<int>?", "public int Get() => _span?.Count ?? 0;" },

        // Guarded as the others are.
        { "decimal", "public decimal Get() { lock (_gate) return _span; }" },
        { "decimal", "private decimal Get() => _span; public decimal Twice() { lock (_gate) return 2 * Get(); }" },
        { "decimal", "public S() { Console.WriteLine(_span); }" },

        // Not guarded everywhere it is changed, or not mostly.
        { "decimal", "public decimal Get() => _span; public void Reset() { _span = 0; }" },
        { "decimal", "public decimal Get() => _span; public decimal Get2() => _span; public decimal Get3() => _span;" },

        // Another object's.
        { "decimal", "public decimal Get() => new S()._other; public decimal _other;" },
    };

    [Theory]
    [MemberData(nameof(InferredSafe))]
    public Task ReadInOneStepOrGuarded_DoesNotTrigger(string type, string members) => Verify.VerifyAnalyzerAsync(Inferred(type, members));

    [Fact]
    public Task GuardedTooSeldomToTell_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        """
        class C
        {
            readonly object _gate = new();
            decimal _sum;
            public void Set(decimal n) { lock (_gate) _sum = n; }
            public decimal Get() { lock (_gate) return _sum; }
            public decimal Peek() => _sum;
        }
        """);

    private static string Inferred(string type, string members) =>
        $$"""
        using System; using System.Collections.Generic; using System.Threading;
        public class S
        {
            private readonly object _gate = new();
            private {{type}} _span;
            public void Set({{type}} next) { lock (_gate) { _span = next; } }
            public {{type}} Read() { lock (_gate) { return _span; } }
            public {{type}} ReadToo() { lock (_gate) { return _span; } }
            {{members}}
        }
        """;
}
