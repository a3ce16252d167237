using Tandem.Analyzers.Locks;
using Tandem.CodeFixes.Locks;
using Tandem.Analyzers.Tests.Verification;

namespace Tandem.Analyzers.Tests.Locks;

/// <summary>Locks of the user's own, declared in .editorconfig.</summary>
public class UserLocksTests
{
    private const string Declared = "My.Latch.Grab|Drop, My.Latch.TryGrab|Drop, My.Latch.Open, My.Latch.OpenAny, My.Latch.OpenAnyAsync, My.Latch.OpenTaskAsync, My.Latch.OpenSoon, My.Hooks.Take|Give, My.Hooks.Nested.Enter|Exit";

    [Fact]
    public Task NotReleased_Triggers() => Released("[|_latch.Grab()|]; Work(); _latch.Drop();", "_latch.Grab(); try { Work(); } finally { _latch.Drop(); }");

    [Fact]
    public Task ReleasedInFinally_DoesNotTrigger() => Released("_latch.Grab(); try { Work(); } finally { _latch.Drop(); }");

    [Fact]
    public Task ResultTested_DoesNotTrigger() => Released("if (!_latch.TryGrab()) return; try { Work(); } finally { _latch.Drop(); }");

    [Fact]
    public Task ResultTested_Triggers() => Released("if (![|_latch.TryGrab()|]) return; Work(); _latch.Drop();", "if (!_latch.TryGrab()) return; try { Work(); } finally { _latch.Drop(); }");

    [Fact]
    public Task ScopeDropped_Triggers() => Released("[|_latch.Open()|]; Work();", "using (_latch.Open()) { Work(); }");

    [Fact]
    public Task ScopeUsed_DoesNotTrigger() => Released("using (_latch.Open()) Work();");

    [Theory]
    [InlineData("using (_latch.OpenAny()) Work();")]
    [InlineData("using var scope = _latch.OpenAny(); Work();")]
    [InlineData("var scope = _latch.OpenAny(); try { Work(); } finally { scope.Dispose(); }")]
    [InlineData("} IDisposable Open() => _latch.OpenAny(); void Other() {")]
    [InlineData("await using (_latch.OpenAnyAsync()) Work();")]
    [InlineData("using (await _latch.OpenTaskAsync()) Work();")]
    [InlineData("using (await _latch.OpenTaskAsync().ConfigureAwait(false)) Work();")]
    [InlineData("using (await _latch.OpenSoon()) Work();")]
    [InlineData("using var scope = await _latch.OpenSoon(); Work();")]
    [InlineData("} async Task<IDisposable> Open() => await _latch.OpenSoon(); void Other() {")]
    public Task ScopeOfAnyTypeUsed_DoesNotTrigger(string body) => Released(body);

    [Theory]
    [InlineData("[|_latch.OpenAny()|]; Work();", "using (_latch.OpenAny()) { Work(); }")]
    [InlineData("await [|_latch.OpenTaskAsync()|]; Work();", "using (await _latch.OpenTaskAsync()) { Work(); }")]
    [InlineData("await [|_latch.OpenSoon()|]; Work();", "using (await _latch.OpenSoon()) { Work(); }")]
    [InlineData("var scope = [|_latch.OpenAny()|]; Work(); scope.Dispose();", "using var scope = _latch.OpenAny(); Work();")]
    public Task ScopeOfAnyTypeDropped_Triggers(string body, string repaired) => Released(body, repaired);

    [Fact]
    public Task StaticMembers_TakeTheLockAsArgument() => Released("[|My.Hooks.Take(_latch)|]; Work(); My.Hooks.Give(_latch);", "My.Hooks.Take(_latch); try { Work(); } finally { My.Hooks.Give(_latch); }");

    [Fact]
    public Task ExtensionMembers_TakeTheirReceiver() => Released("_latch.Take(); try { Work(); } finally { _latch.Give(); }");

    [Fact]
    public Task EnterAndExitMethods_DoNotTrigger() => Released("} void Enter() => _latch.Grab(); void Exit() { _latch.Drop();");

    [Fact]
    public Task ReleasedTwice_Triggers() => Held("_latch.Grab(); _latch.Drop(); [|_latch.Drop()|];", "_latch.Grab(); _latch.Drop();");

    [Fact]
    public Task ResultIgnored_Triggers() => Held("_latch.TryGrab(); [|_latch.Drop()|];", "var taken = _latch.TryGrab(); if (taken) _latch.Drop();");

    [Fact]
    public Task ResultTested_IsHeld_DoesNotTrigger() => Held("if (_latch.TryGrab()) _latch.Drop();");

    [Fact]
    public Task NotDeclared_DoesNotTrigger() => Released("_latch.Grab(); Work(); _latch.Drop();", declared: null);

    [Theory]
    [InlineData("")]
    [InlineData("|")]
    [InlineData(",,")]
    [InlineData("Grab|Drop")]
    [InlineData("My.Latch.Grab|")]
    [InlineData("My.Latch.|Drop")]
    [InlineData(".Grab|Drop")]
    [InlineData("My.Latch.Grab|Drop|Drop")]
    [InlineData("My.Nothing.Grab|Drop")]
    [InlineData("My.Latch.Nothing|Drop")]
    [InlineData("My..Latch.Grab|Drop")]
    public Task MalformedOrUnknown_IsLeftOut(string declared) => Released("_latch.Grab(); Work(); _latch.Drop();", declared: declared);

    [Fact]
    public Task MalformedBesideSound_LeavesTheSoundOne() => Released("[|_latch.Grab()|]; Work(); _latch.Drop();", "_latch.Grab(); try { Work(); } finally { _latch.Drop(); }", "nonsense, My.Latch.Grab|Drop ,|");

    [Fact]
    public Task NestedType_IsWrittenWithDots() => Released("[|_nested.Grab()|]; Work(); _nested.Drop();", "_nested.Grab(); try { Work(); } finally { _nested.Drop(); }", "My.Hooks.Nested.Grab|Drop");

    [Fact]
    public Task Interface_IsImplemented() => Released("[|_latch.Grab()|]; Work(); _latch.Drop();", "_latch.Grab(); try { Work(); } finally { _latch.Drop(); }", "My.ILatch.Grab|Drop");

    [Fact]
    public Task AcquiredOnAFieldThatChanges_Triggers() => Analyzed<UnsafeLockObjectAnalyzer>("[|_other|].Grab(); try { Work(); } finally { _other.Drop(); } } void Reset() { _other = new();");

    [Theory]
    [InlineData("_nested.Enter(); try { [|await Task.Yield()|]; } finally { _nested.Exit(); }")]
    [InlineData("_latch.Grab(); try { await Task.Yield(); } finally { _latch.Drop(); }")]
    [InlineData("using (await _latch.OpenTaskAsync()) await Task.Yield();")]
    public Task HeldAcrossAwait_TriggersWhereItIsMadeOfALockOfItsThread(string body) => Analyzed<LockHeldAcrossAwaitAnalyzer>(body);

    [Theory]
    [InlineData("_latch.Grab(); try { lock (_nested) Work(); } finally { _latch.Drop(); } } void N() { lock (_nested) { [|_latch.Grab()|]; try { Work(); } finally { _latch.Drop(); } }")]
    [InlineData("using (await _latch.OpenTaskAsync()) using (await _other.OpenTaskAsync()) Work(); } async Task N() { using (await _other.OpenTaskAsync()) using (await [|_latch.OpenTaskAsync()|]) Work();")]
    [InlineData("using (await _latch.OpenTaskAsync()) using (await _other.OpenTaskAsync()) Work(); } async Task N() { using (await _latch.OpenTaskAsync()) using (await _other.OpenTaskAsync()) Work();")]
    public Task OppositeOrders_Trigger(string body) => Analyzed<LocksInOppositeOrdersAnalyzer>(body);

    [Fact]
    public Task SlowCall_Triggers() => Analyzed<SlowCallUnderLockAnalyzer>("_latch.Grab(); try { [|System.Threading.Thread.Sleep(1)|]; } finally { _latch.Drop(); } System.Threading.Thread.Sleep(1);");

    [Fact]
    public Task GuardElsewhere_IsEvidenceOfARace() => Analyzed<Tandem.Analyzers.Races.CheckThenActAnalyzer>("} int _n; void Put() { _latch.Grab(); try { _n++; } finally { _latch.Drop(); } } void Get() { if ([|_n > 0|]) _n--;");

    [Fact]
    public Task Guard_KeepsARaceAway() => Analyzed<Tandem.Analyzers.Races.CheckThenActAnalyzer>("} int _n; void Get() { Parallel.For(0, 9, _ => { _latch.Grab(); try { if (_n > 0) _n--; } finally { _latch.Drop(); } });");

    private static Task Analyzed<TAnalyzer>(string body)
        where TAnalyzer : Microsoft.CodeAnalysis.Diagnostics.DiagnosticAnalyzer, new()
    {
        var test = new CSharpAnalyzerVerifier<TAnalyzer>.Test { TestCode = Source(body) };
        test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", Config(Declared)));
        return test.RunAsync();
    }

    private static Task Released(string body, string? repaired = null, string? declared = Declared)
    {
        var test = new CSharpCodeFixVerifier<LockNotReleasedAnalyzer, LockNotReleasedCodeFix>.Test { TestCode = Source(body) };
        if (repaired is not null) test.FixedCode = Source(repaired);
        if (declared is not null) test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", Config(declared)));
        return test.RunAsync();
    }

    private static Task Held(string body, string? repaired = null)
    {
        var test = new CSharpCodeFixVerifier<LockReleasedNotHeldAnalyzer, LockReleasedNotHeldCodeFix>.Test { TestCode = Source(body) };
        if (repaired is not null) test.FixedCode = Source(repaired);
        test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", Config(Declared)));
        return test.RunAsync();
    }

    private static string Config(string declared) => $"root = true\n[*.cs]\ntandem_acquire_release = {declared}\n";

    private static string Source(string body) => $$"""
        using System;
        using System.Threading.Tasks;
        using My;
        #pragma warning disable CS0169, CS1998

        namespace My
        {
            interface ILatch { void Grab(); void Drop(); }
            sealed class Latch : ILatch
            {
                public void Grab() { }
                public bool TryGrab() => true;
                public void Drop() { }
                public Scope Open() => new();
                public IDisposable OpenAny() => new Scope();
                public IAsyncDisposable OpenAnyAsync() => null!;
                public Task<IDisposable> OpenTaskAsync() => null!;
                public Soon<IDisposable> OpenSoon() => default;
            }
            readonly struct Soon<T> { public System.Runtime.CompilerServices.TaskAwaiter<T> GetAwaiter() => default; }
            sealed class Scope : IDisposable { public void Dispose() { } }
            static class Hooks
            {
                public static void Take(this Latch latch) => latch.ToString();
                public static void Give(this Latch latch) => latch.ToString();
                public sealed class Nested { public void Grab() { } public void Drop() { } readonly object _o = new(); public void Enter() => System.Threading.Monitor.Enter(_o); public void Exit() => System.Threading.Monitor.Exit(_o); }
            }
        }

        class C
        {
            readonly My.Latch _latch = new();
            My.Latch _other = new();
            readonly My.Hooks.Nested _nested = new();
            static void Work() => Console.WriteLine();
            async Task M()
            {
                {{body}}
            }
        }
        """;
}
