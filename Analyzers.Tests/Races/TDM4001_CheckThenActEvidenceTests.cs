using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

/// <summary>Reported where the code shows concurrency, silent where it does not; and what the message says about it.</summary>
public class CheckThenActEvidenceTests
{
    [Fact]
    public Task PlainClass_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("class C { int _left; public void Take() { if (_left > 0) _left--; } }");

    [Fact]
    public Task GuardedElsewhere_Triggers() => Verify.VerifyAnalyzerAsync(
        "class C { readonly object _gate = new(); int _left; public void Give() { lock (_gate) {|#1:_left++|}; } public void Take() { if ({|#0:_left > 0|}) {|#2:_left--|}; } }",
        Verify.Diagnostic().WithLocation(0).WithLocation(2).WithLocation(1).WithArguments("_left", 1, "'Give' changes it under '_gate' (on line 1) and no lock covers both"));

    [Theory]
    // State decides that it is started: a loop further up starts it once.
    [InlineData("class C { int _left; bool _isOn; void Begin() { if (_isOn) return; _isOn = true; Task.Run(Run); } void Run() { if (_left > 0) _left--; } internal static void Main() { var c = new C(); for (var i = 0; i < 3; i++) c.Begin(); } }")]
    // A loop over handlers of any kind starts each of them once.
    [InlineData("interface IStart { void Begin(); } class C : IStart { int _left; public void Begin() => Task.Run(Run); void Run() { if (_left > 0) _left--; } } class Host { IStart _first = new C(); internal void Main() { for (var i = 0; i < 3; i++) _first.Begin(); } }")]
    // A message of another type is another handler's.
    [InlineData("interface IHandle<T> { Task Handle(T message); } class C : IHandle<string> { int _left; public async Task Handle(string message) { await Task.Yield(); if (_left > 0) _left--; } } class Host { internal readonly IHandle<int> _other = null!; internal void Main() { for (var i = 0; i < 3; i++) _ = _other.Handle(i); } }")]
    // What an actor leaves running comes back to it in turn.
    [InlineData("class Grain { } class C : Grain { int _left; async Task Draw() { await Task.Yield(); if (_left > 0) _left--; } public async Task M() { var a = Draw(); var b = Draw(); await a; await b; } }")]
    public Task StartedOnceOrInTurn_DoesNotTrigger(string types) => Verify.VerifyAnalyzerAsync("using System.Threading.Tasks; " + types);

    [Theory]
    [InlineData("class C { int _left; bool _isOn; void Begin() { if (_isOn) return; Task.Run(Run); } void Run() { if ([|_left > 0|]) _left--; } internal static void Main() { var c = new C(); for (var i = 0; i < 3; i++) c.Begin(); } }")]
    [InlineData("interface IStart { void Begin(); } class C : IStart { int _left; public void Begin() { if ([|_left > 0|]) _left--; } } class Host { IStart _first = new C(); internal void Main() { for (var i = 0; i < 3; i++) Task.Run(_first.Begin); } }")]
    [InlineData("interface IHandle<T> { Task Handle(T message); } class C : IHandle<string> { int _left; public async Task Handle(string message) { await Task.Yield(); if ([|_left > 0|]) _left--; } } class Host { internal readonly IHandle<string> _other = null!; internal void Main() { for (var i = 0; i < 3; i++) _ = _other.Handle(\"\"); } }")]
    [InlineData("class Grain { } class C : Grain { int _left; void Draw() { if ([|_left > 0|]) _left--; } public async Task M() { var a = Task.Run(Draw); var b = Task.Run(Draw); await a; await b; } }")]
    public Task StartedSeveralTimes_Triggers(string types) => Verify.VerifyAnalyzerAsync("using System.Threading.Tasks; " + types);

    [Theory]
    // Compared again under the lock.
    [InlineData("object _task = new(); void Swap() { lock (_gate) _task = new(); } public void M() { var seen = _task; lock (_gate) { if (seen != null && ReferenceEquals(seen, _task)) _task = new(); } }")]
    [InlineData("int _left; void Swap() { lock (_gate) _left = 2; } public void M() { var seen = _left; lock (_gate) { if (seen == _left) _left = seen - 1; } }")]
    // Set to what is there.
    [InlineData("string[] _items = { }; string[]? _shown; void Add() { lock (_gate) { _shown = null; _items = new[] { \"a\" }; } } public string[] M() { var shown = _shown; if (shown is null) { lock (_gate) shown = _shown = _items; } return shown; }")]
    // A local that nobody shares yet.
    [InlineData("int _n; public System.Action M() { int left = _n++; if (left <= 1) return () => { }; lock (_gate) { left = _n++; return () => { if (--left == 0) lock (_gate) _n = 0; }; } }")]
    public Task LookedAtBeforeTheLockIsTaken_DoesNotTrigger(string members) => Verify.VerifyAnalyzerAsync("class C { readonly object _gate = new(); " + members + " }");

    [Theory]
    [InlineData("int _left; void Give() { lock (_gate) _left++; } public void M() { var seen = [|_left|]; lock (_gate) { if (seen > 0) _left = seen - 1; } }")]
    [InlineData("string? _shown; void Add() { lock (_gate) _shown = null; } public string M() { var shown = [|_shown|]; if (shown is not null) { lock (_gate) _shown = shown + \"a\"; } return shown ?? \"\"; }")]
    public Task ActedOnWhatWasSeenBeforeTheLockWasTaken_Triggers(string members) => Verify.VerifyAnalyzerAsync("class C { readonly object _gate = new(); " + members + " }");

    [Fact]
    public Task SemaphoreOfOneLetGoInBetween_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; using System.Threading.Tasks; class C { readonly SemaphoreSlim _gate = new(1, 1); int _left; public async Task M() { bool any; await _gate.WaitAsync(); try { any = {|#0:_left > 0|}; } finally { _gate.Release(); } if (!any) return; await _gate.WaitAsync(); try { {|#1:_left--|}; } finally { _gate.Release(); } } }",
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("_left", 1, "'_gate' is released in between"));

    [Fact]
    public Task GuardedElsewhereByASemaphoreOfOne_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { readonly SemaphoreSlim _gate = new(1); int _left; public void Give() { _gate.Wait(); try { _left++; } finally { _gate.Release(); } } public void Take() { if ([|_left > 0|]) _left--; } }");

    [Fact]
    public Task SemaphoreAsASignal_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { readonly SemaphoreSlim _ready = new(0); int _left; public void Give() { _ready.Wait(); _left++; } public void Take() { if (_left > 0) _left--; } }");

    [Fact]
    public Task GuardedOnlyInTheConstructor_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("class C { readonly object _gate = new(); int _left; public C() { lock (_gate) _left++; } public void Take() { if (_left > 0) _left--; } }");

    [Fact]
    public Task ThreadSafeType_Triggers() => Verify.VerifyAnalyzerAsync("[Tandem.ThreadSafe] class C { int _left; public void Take() { if ([|_left > 0|]) _left--; } }");

    [Fact]
    public Task ThreadSafeMethod_Triggers() => Verify.VerifyAnalyzerAsync("class C { int _left; [Tandem.ThreadSafe] public void Take() { if ([|_left > 0|]) _left--; } public void Other() { if (_left > 0) _left--; } }");

    [Fact]
    public Task DeclaredGuardNotHeld_Triggers() => Verify.VerifyAnalyzerAsync("class C { readonly object _gate = new(); [Tandem.GuardedBy(nameof(_gate))] int _left; public void Take() { if ([|_left > 0|]) _left--; } }");

    [Fact]
    public Task DeclaredGuardHeld_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("class C { readonly object _gate = new(); [Tandem.GuardedBy(nameof(_gate))] int _left; public void Take() { lock (_gate) { if (_left > 0) _left--; } } }");

    [Fact]
    public Task DeclaredGuardOfNoSuchName_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("""class C { [Tandem.GuardedBy("_gone")] int _left; public void Take() { if (_left > 0) _left--; } }""");

    [Fact]
    public Task ConstructorOfAThreadSafeType_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("[Tandem.ThreadSafe] class C { int _left; static int s_all; public C() { if (_left > 0) _left--; } static C() { if (s_all > 0) s_all--; } }");

    [Fact]
    public Task FreshObjectOfAThreadSafeType_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("[Tandem.ThreadSafe] class C { int _left; static C Make() { var c = new C(); if (c._left > 0) c._left--; return c; } }");

    [Fact]
    public Task WorkOfATypeAndItsPublicMember_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { int _left; public void Start() => new Thread(Run).Start(); void Run() { if ([|_left > 0|]) _left--; } public void Give() => _left++; }");

    [Fact]
    public Task ThreadKeptInAFieldAndStarted_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { int _left; Thread? _thread; public void Start() { _thread = new Thread(Run) { IsBackground = true }; _thread.Start(); } void Run() { if ([|_left > 0|]) _left--; } public void Give() => _left++; }");

    [Fact]
    public Task ThreadStartedByAnotherMember_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { int _left; readonly Thread _thread; public C() => _thread = new Thread(Run); public void Begin() => _thread.Start(); void Run() { if (_left > 0) _left--; } public void Give() => _left++; }");

    [Fact]
    public Task WorkOfATypeAlone_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { int _left; public void Start() => new Thread(Run).Start(); void Run() { while (true) if (_left > 0) _left--; } public int Left => _left; }");

    [Fact]
    public Task PrivateHelperWhoseCallersHoldTheLock_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "class C { readonly object _gate = new(); int _left; public void Give() { lock (_gate) _left++; } public void Take() { lock (_gate) TakeOne(); } void TakeOne() { if (_left > 0) _left--; } }");

    [Fact]
    public Task PrivateHelperOfWhoseCallersOneHoldsNone_Triggers() => Verify.VerifyAnalyzerAsync(
        "class C { readonly object _gate = new(); int _left; public void Give() { lock (_gate) _left++; } public void Take() { lock (_gate) TakeOne(); } public void Rush() => TakeOne(); void TakeOne() { if ([|_left > 0|]) _left--; } }");

    [Fact]
    public Task CapturedLocal_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading.Tasks; class C { static void M() { var left = 3; Parallel.For(0, 9, i => { if ([|left > 0|]) left--; }); } }");

    [Fact]
    public Task LocalOfTheWork_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "using System.Threading.Tasks; class C { static void M() { Parallel.For(0, 9, i => { var left = i; if (left > 0) left--; }); } }");

    [Fact]
    public Task CapturedLocalOfALambdaThatIsOnlyCalled_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "class C { static void M() { var left = 3; System.Action take = () => { if (left > 0) left--; }; take(); take(); } }");

    [Fact]
    public Task CheckBeforeAndActAfterAnAwait_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading.Tasks; class C { int _left; async Task TakeAsync() { if ([|_left > 0|]) { await Task.Delay(1); _left--; } } Task TwiceAsync() => Task.WhenAll(TakeAsync(), TakeAsync()); }");

    [Fact]
    public Task CheckAndActBeforeTheFirstAwait_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "using System.Threading.Tasks; class C { int _left; async Task TakeAsync() { if (_left > 0) _left--; await Task.Delay(1); } Task TwiceAsync() => Task.WhenAll(TakeAsync(), TakeAsync()); }");

    [Fact]
    public Task WorkOfProcesses_DoesNotTrigger() => Verify.VerifyAnalyzerAsync(
        "class C { static int s_left; static void Take() { if (s_left < 3) s_left++; } static void M(Tandem.ProcessExecutor processes) { for (var i = 0; i < 3; i++) _ = processes.Submit(Take); _ = processes.Submit(Take); } }");

    [Fact]
    public Task WorkOfThreads_Triggers() => Verify.VerifyAnalyzerAsync(
        "class C { static int s_left; static void Take() { if ([|s_left < 3|]) s_left++; } static void M(Tandem.ThreadExecutor threads) { for (var i = 0; i < 3; i++) _ = threads.Submit(Take); } }");

    [Theory]
    [InlineData("Parallel.For(0, 4, c => { for (var i = c * 10; i < c * 10 + 10; i++) if (a[i] > 3) a[i] -= 3; });")]
    [InlineData("Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(0, 9), r => { for (var i = r.Item1; i < r.Item2; i++) if (a[i] < 3) a[i]++; });")]
    [InlineData("Parallel.For(0, 4, c => Cap(a, c * 10)); static void Cap(int[] a, int from) { for (var i = from; i < from + 10; i++) if (a[i] > 3) a[i] -= 3; }")]
    [InlineData("Parallel.For(0, 4, c => { if (a[c + 1] > 3) a[c + 1] -= 3; });")]
    public Task ElementsOfComputedIndexes_DoNotTrigger(string work) => Verify.VerifyAnalyzerAsync($$"""using System.Threading.Tasks; class C { static void M(int[] a) { {{work}} } }""");

    [Fact]
    public Task OneElement_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading.Tasks; class C { static void M(int[] a) { Parallel.For(0, 4, c => { if ([|a[0] > 3|]) a[0] -= 3; }); } }");

    [Fact]
    public Task Recursion_EndsAndStaysSilent() => Verify.VerifyAnalyzerAsync(
        "class C { int _left; void A(int n) { if (_left > n) B(n); } void B(int n) { _left--; C1(n); } void C1(int n) { if (n > 0) { A(n - 1); B(n); } } bool Odd(int n) => n != 0 && Even(n - 1); bool Even(int n) => n == 0 || Odd(n - 1); void D(int n) { if (Odd(n)) C1(n); } }");

    [Fact]
    public Task RecursionInAThread_Triggers() => Verify.VerifyAnalyzerAsync(
        "using System.Threading.Tasks; class C { int _left; void A(int n) { if ([|_left > n|]) _left--; B(n); } void B(int n) { if (n > 0) A(n - 1); } void M() { Parallel.For(0, 5, i => A(i)); } }");

    [Fact]
    public async Task AMethodOfManyStatements_IsReadOnce()
    {
        var statements = string.Concat(Enumerable.Range(0, 5000).Select(static i => $"if (_a{i % 7} == {i}) return; _b{i % 5} += {i};\n"));
        var fields = string.Concat(Enumerable.Range(0, 7).Select(static i => $"int _a{i}; int _b{i};"));
        await Verify.VerifyAnalyzerAsync($"[Tandem.ThreadSafe] class C {{ {fields} void M() {{ {statements} }} }}");
    }
}
