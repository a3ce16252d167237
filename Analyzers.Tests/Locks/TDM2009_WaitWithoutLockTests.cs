using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.WaitWithoutLockAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class WaitWithoutLockTests
{
    [Fact]
    public Task Pulse_Triggers() => InClass("void M() { _ready = true; [|Monitor.Pulse(_gate)|]; }");

    [Fact]
    public Task PulseInTheLock_DoesNotTrigger() => InClass("void M() { lock (_gate) { _ready = true; Monitor.Pulse(_gate); } }");

    [Fact]
    public Task PulseAllAndWait_Trigger() => InClass("void M() { [|Monitor.PulseAll(_gate)|]; while (!_ready) [|Monitor.Wait(_gate, 100)|]; }");

    [Fact]
    public Task This_Triggers() => InClass("void M() { [|Monitor.PulseAll(this)|]; } void N() { lock (this) Monitor.PulseAll(this); }");

    [Fact]
    public Task StaticAndType_Trigger() => InClass("static readonly object s_gate = new(); static void M() { [|Monitor.Pulse(s_gate)|]; [|Monitor.Pulse(typeof(C))|]; lock (typeof(C)) Monitor.Pulse(typeof(C)); }");

    [Fact]
    public Task AfterTheLock_Triggers() => InClass("void M() { lock (_gate) { _ready = true; } [|Monitor.Pulse(_gate)|]; }");

    [Fact]
    public Task AfterTheExit_Triggers() => InClass("void M() { Monitor.Enter(_gate); _ready = true; Monitor.Exit(_gate); [|Monitor.Pulse(_gate)|]; }");

    [Fact]
    public Task OtherLock_Triggers() => InClass("void M() { lock (_other) { [|Monitor.Pulse(_gate)|]; } }");

    [Fact]
    public Task BothLocks_DoNotTrigger() => InClass("void M() { lock (_other) lock (_gate) { Monitor.Pulse(_gate); Monitor.Pulse(_other); } }");

    [Fact]
    public Task LockHeldAsALock_Triggers() => InClass("readonly Lock _lock = new(); void M() { lock (_lock) { [|Monitor.Pulse(_lock)|]; } }");

    [Fact]
    public Task EnterWithFlag_DoesNotTrigger() => InClass("void M() { var taken = false; try { Monitor.Enter(_gate, ref taken); Monitor.Pulse(_gate); } finally { if (taken) Monitor.Exit(_gate); } }");

    [Fact]
    public Task TryEnter_DoesNotTrigger() => InClass("void M() { if (!Monitor.TryEnter(_gate, 10)) return; try { Monitor.Pulse(_gate); } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task LockThatIsHeldMaybe_DoesNotTrigger() => InClass("void M(bool flag) { if (flag) Monitor.Enter(_gate); Monitor.Pulse(_gate); if (flag) Monitor.Exit(_gate); }");

    [Fact]
    public Task Alias_DoesNotTrigger() => InClass("void M() { var gate = _gate; lock (gate) { Monitor.Pulse(_gate); } lock (_gate) { Monitor.Pulse(gate); } }");

    [Fact]
    public Task AnotherNameOfTheObject_DoesNotTrigger() => InClass("object Gate => _gate; void M(object gate) { lock (Gate) { Monitor.Pulse(_gate); } lock (gate) { Monitor.Pulse(_gate); } lock (_gates[0]) { Monitor.Pulse(_gate); } }");

    [Fact]
    public Task ParameterAndElement_DoNotTrigger() => InClass("static void M(object gate) => Monitor.Pulse(gate); void N(int i) { Monitor.Pulse(_gates[i]); Monitor.Pulse(Get()); } object Get() => _gate;");

    [Fact]
    public Task HelperOfTheLocked_DoesNotTrigger() => InClass("void M() { lock (_gate) { Signal(); } } void N() { lock (_gate) this.Signal(); } private void Signal() => Monitor.Pulse(_gate);");

    [Fact]
    public Task HelperOfAHelperOfTheLocked_DoesNotTrigger() => InClass("void M() { lock (_gate) { Outer(); } } private void Outer() => Signal(); private void Signal() => Monitor.Pulse(_gate);");

    [Fact]
    public Task HelperThatSomeCallUnlocked_Triggers() => InClass("void M() { lock (_gate) { Signal(); } } public void N() => Signal(); private void Signal() => [|Monitor.Pulse(_gate)|];");

    [Fact]
    public Task HelperOfAnotherLock_Triggers() => InClass("void M() { lock (_other) { Signal(); } } private void Signal() => [|Monitor.Pulse(_gate)|];");

    [Fact]
    public Task PublicMethodThatIsCalledLocked_DoesNotTrigger() => InClass("void M() { lock (_gate) { Signal(); } } public void Signal() => Monitor.Pulse(_gate);");

    [Fact]
    public Task OverrideThatTheBaseCallsLocked_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("using System.Threading; abstract class B { protected readonly object Gate = new(); void M() { lock (Gate) OnSignal(); } protected abstract void OnSignal(); } class D : B { protected override void OnSignal() => Monitor.Pulse(Gate); }");

    [Fact]
    public Task LocalFunctionOfTheLocked_DoesNotTrigger() => InClass("void M() { lock (_gate) { Signal(); } void Signal() => Monitor.Pulse(_gate); }");

    [Fact]
    public Task LocalFunctionOfTheUnlocked_Triggers() => InClass("void M() { Signal(); void Signal() => [|Monitor.Pulse(_gate)|]; }");

    [Fact]
    public Task WorkStartedUnderTheLock_Triggers() => InClass("void M() { lock (_gate) { Task.Run(() => [|Monitor.Pulse(_gate)|]); new Thread(() => { [|Monitor.Pulse(_gate)|]; }).Start(); } }");

    [Fact]
    public Task LambdaOfUnknownCallers_DoesNotTrigger() => InClass("event Action? Changed; void M() { Changed += () => Monitor.Pulse(_gate); new List<int>().ForEach(_ => Monitor.Pulse(_gate)); }");

    [Fact]
    public Task Holds_DoesNotTrigger() => InClass("[Tandem.Holds(nameof(_gate))] public void M() => Monitor.Pulse(_gate);");

    [Fact]
    public Task HoldsOfAnother_Triggers() => InClass("[Tandem.Holds(nameof(_other))] public void M() => [|Monitor.Pulse(_gate)|];");

    [Fact]
    public Task Synchronized_DoesNotTrigger() => InClass("[System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] public void M() => Monitor.Pulse(this); ");

    [Fact]
    public Task SynchronizedOnThis_TriggersForAnother() => InClass("[System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] public void M() => [|Monitor.Pulse(_gate)|]; ");

    [Fact]
    public Task NamedForIt_DoesNotTrigger() => InClass("public void SignalInsideLock() => Monitor.Pulse(_gate);");

    [Fact]
    public Task AssertedToBeHeld_DoesNotTrigger() => InClass("public void M() { System.Diagnostics.Debug.Assert(Monitor.IsEntered(_gate)); Monitor.Pulse(_gate); }");

    [Fact]
    public Task LockTakenByAHelper_DoesNotTrigger() => InClass("void M() { TakeLock(); Monitor.Pulse(_gate); Give(); } void N() { Begin(); Monitor.Pulse(_gate); Give(); } void TakeLock() => Monitor.Enter(_gate); void Begin() => Monitor.Enter(_gate); void Give() => Monitor.Exit(_gate);");

    [Fact]
    public Task LockTakenByAScope_DoesNotTrigger() => InClass("struct Scope : IDisposable { object _o; public Scope(object o) { _o = o; Monitor.Enter(o); } public void Dispose() => Monitor.Exit(_o); } void M() { using (new Scope(_gate)) { Monitor.Pulse(_gate); } }");

    [Fact]
    public Task TwoFieldsOfOneObject_DoNotTrigger() => InClass("object _condition; C() { _condition = _gate; } void M() { lock (_gate) { Monitor.Pulse(_condition); } }");

    [Fact]
    public Task FailedTryEnter_Triggers() => InClass("void M() { if (Monitor.TryEnter(_gate)) { Monitor.Pulse(_gate); Monitor.Exit(_gate); } else { [|Monitor.Pulse(_gate)|]; } }");

    [Fact]
    public Task ThreadThatRunsAHelper_Triggers() => InClass("void M() { lock (_gate) { Run(); } new Thread(Run).Start(); } void Run() { [|Monitor.Pulse(_gate)|]; }");

    [Fact]
    public Task RecursiveHelper_DoesNotTrigger() => InClass("void M() { lock (_gate) Work(2); } private void Work(int n) { if (n > 0) Work(n - 1); Monitor.Pulse(_gate); }");

    [Fact]
    public Task GivenBackForAWhile_DoesNotTrigger() => InClass("private void M() { Monitor.Exit(_gate); _ready = true; Monitor.Enter(_gate); Monitor.Pulse(_gate); } void N() { lock (_gate) M(); }");

    [Fact]
    public Task OtherPulses_DoNotTrigger() => InClass("readonly ManualResetEventSlim _event = new(); void M(Timer timer) { _event.Wait(10); Pulse(_gate); } static void Pulse(object gate) { }");

    private const string MonitorScope = "sealed class MonitorScope : IDisposable { readonly object _o; public MonitorScope(object o) { _o = o; Monitor.Enter(o); } public void Dispose() => Monitor.Exit(_o); } ";

    [Theory]
    [InlineData("IDisposable Sync() => new MonitorScope(_gate); void M() { using (Sync()) { Monitor.PulseAll(_gate); } }")]
    [InlineData("MonitorScope Sync() { return new(_gate); } void M() { using var scope = Sync(); while (!_ready) Monitor.Wait(_gate); }")]
    public Task HelperReturnsAScopeThatTakesIt_DoesNotTrigger(string members) => InClass(MonitorScope + members);

    [Theory]
    [InlineData("sealed class Log : IDisposable { public Log(object o) { } public void Dispose() { } } IDisposable Sync() => new Log(_gate); void M() { using (Sync()) { [|Monitor.PulseAll(_gate)|]; } }")]
    [InlineData("Action _later = null!; void M() { _later = () => { lock (_gate) { _ready = false; } }; [|Monitor.PulseAll(_gate)|]; }")]
    [InlineData("void M() { Reset(); [|Monitor.PulseAll(_gate)|]; void Reset() { lock (_gate) { _ready = false; } } }")]
    public Task LockedInAnotherFunctionOnly_Triggers(string members) => InClass(members);

    [Fact]
    public Task LocalFunctionThatTakesAndKeepsIt_DoesNotTrigger() => InClass("void M() { Take(); Monitor.PulseAll(_gate); Monitor.Exit(_gate); void Take() { Monitor.Enter(_gate); } }");

    [Fact]
    public Task Message_NamesTheLockThatIsHeld() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class D { readonly object _a = new(), _b = new(); void M() { lock (_a) {|#0:Monitor.Pulse(_b)|}; } }",
        Verify.Diagnostic().WithLocation(0).WithMessage("'Pulse' needs the lock of '_b', but '_a' is held here, and throws; call it inside 'lock (_b)'"));

    [Fact]
    public Task Message_OfALock_SaysWhatItShouldBe() => Verify.VerifyAnalyzerAsync(
        "using System.Threading;\n#pragma warning disable CS9216\nclass D { readonly Lock _a = new(); void M() { lock (_a) {|#0:Monitor.Pulse(_a)|}; } }",
        Verify.Diagnostic().WithLocation(0).WithMessage("'Pulse' needs the lock of '_a', which is held here as a Lock, not as a monitor, and throws; make '_a' an object"));

    private static Task InClass(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0067, CS0414, CS0649, CS9216

        class C
        {
            readonly object _gate = new(), _other = new();
            readonly object[] _gates = new object[4];
            bool _ready;
            {{members}}
        }
        """);
}
