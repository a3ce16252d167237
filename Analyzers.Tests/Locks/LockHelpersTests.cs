using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Tests.Verification;
using Tandem.CodeFixes.Locks;

namespace Tandem.Analyzers.Tests.Locks;

/// <summary>Locks that a function of the program takes for its callers.</summary>
public class LockHelpersTests
{
    private const string Pair = "void Lock() => Monitor.Enter(_gate); void Unlock() => Monitor.Exit(_gate); ";
    private const string TryPair = "bool TryLock() => Monitor.TryEnter(_gate, 10); void Unlock() { Monitor.Exit(_gate); } ";
    private const string Scope = "sealed class Scope : IDisposable { readonly object _o; public Scope(object o) { _o = o; Monitor.Enter(o); } public void Dispose() => Monitor.Exit(_o); } ";

    [Theory]
    [InlineData(Pair + "void M() { [|Lock()|]; Work(); Unlock(); }", Pair + "void M() { Lock(); try { Work(); } finally { Unlock(); } }")]
    [InlineData(TryPair + "void M() { if (![|TryLock()|]) return; Work(); Unlock(); }", TryPair + "void M() { if (!TryLock()) return; try { Work(); } finally { Unlock(); } }")]
    [InlineData("void Lock() { if (!Monitor.TryEnter(_gate, 10)) throw new TimeoutException(); } void Unlock() => Monitor.Exit(_gate); void M() { [|Lock()|]; Work(); Unlock(); }", "void Lock() { if (!Monitor.TryEnter(_gate, 10)) throw new TimeoutException(); } void Unlock() => Monitor.Exit(_gate); void M() { Lock(); try { Work(); } finally { Unlock(); } }")]
    [InlineData("IDisposable Write() { _rw.EnterWriteLock(); return new Exit(_rw); } void M() { var w = [|Write()|]; Work(); w.Dispose(); }", "IDisposable Write() { _rw.EnterWriteLock(); return new Exit(_rw); } void M() { using var w = Write(); Work(); }")]
    public Task NotReleasedWhenACallThrows_Triggers(string members, string repaired) =>
        CSharpCodeFixVerifier<LockNotReleasedAnalyzer, LockNotReleasedCodeFix>.VerifyCodeFixAsync(Source(members), Source(repaired));

    [Theory]
    [InlineData(Pair + "void M() { Lock(); try { Work(); } finally { Unlock(); } }")]
    [InlineData(Pair + "void M() { Lock(); Work(); }")]
    [InlineData(Pair + "void M(Action<Action> then) { Lock(); then(() => Unlock()); }")]
    [InlineData(TryPair + "void M() { if (TryLock()) { try { Work(); } finally { Unlock(); } } }")]
    [InlineData(Scope + "void M() { using (new Scope(_gate)) Work(); }")]
    [InlineData(Scope + "IDisposable M() => new Scope(_gate);")]
    [InlineData("protected virtual void Lock() => Monitor.Enter(_gate); protected virtual void Unlock() => Monitor.Exit(_gate); void M() { Lock(); Work(); Unlock(); }")]
    [InlineData("void Lock() { if (_count > 0) Monitor.Enter(_gate); } void Unlock() { if (_count > 0) Monitor.Exit(_gate); } void M() { Lock(); Work(); Unlock(); }")]
    [InlineData("void Take() => _items.Wait(); void Put() => _items.Release(); void M() { Take(); Work(); Put(); }")]
    public Task ReleasedOrHandedOver_DoesNotTrigger(string members) => Analyzed<LockNotReleasedAnalyzer>(members);

    [Theory]
    [InlineData(Pair + "async Task M() { Lock(); try { [|await Task.Yield()|]; } finally { Unlock(); } }")]
    [InlineData(Scope + "async Task M() { using (new Scope(_gate)) { [|await Task.Yield()|]; } }")]
    [InlineData("async Task M() { using (_rw.Write()) { [|await Task.Yield()|]; } }")]
    [InlineData("async Task M(Wrapper wrapper) { wrapper.Enter(); try { [|await Task.Yield()|]; } finally { wrapper.Exit(); } }")]
    public Task HeldAcrossAwait_Triggers(string members) => Analyzed<LockHeldAcrossAwaitAnalyzer>(members);

    [Theory]
    [InlineData(Pair + "async Task M() { Lock(); Unlock(); await Task.Yield(); }")]
    [InlineData("async Task M() { using (_rw.Write()) { Work(); } await Task.Yield(); }")]
    [InlineData("async Task M(Wrapper wrapper) { wrapper.Enter(); wrapper.Exit(); await Task.Yield(); }")]
    [InlineData("async Task M() { Locks.Take(_gate); try { Work(); } finally { Locks.Give(_gate); } await Task.Yield(); }")]
    [InlineData("async Task M() { using (await _one.UseAsync()) await Task.Yield(); }")]
    [InlineData("void Take() => Monitor.Enter(_gate); async Task M() { Take(); await Task.Yield(); }")]
    public Task NotHeldAcrossAwait_DoesNotTrigger(string members) => Analyzed<LockHeldAcrossAwaitAnalyzer>(members);

    [Theory]
    [InlineData(Pair + "void M() { Lock(); try { lock (_other) Work(); } finally { Unlock(); } } void N() { lock (_other) { [|lock (_gate)|] Work(); } }")]
    [InlineData("async Task M() { using (await _one.UseAsync()) using (await _two.UseAsync()) Work(); } async Task N() { using (await _two.UseAsync()) using (await [|_one.UseAsync()|]) Work(); }")]
    public Task OppositeOrders_Trigger(string members) => Analyzed<LocksInOppositeOrdersAnalyzer>(members);

    [Theory]
    [InlineData("async Task M() { using (await _one.UseAsync()) { await [|N()|]; } } async Task N() { using (await _one.UseAsync()) Work(); }")]
    [InlineData("void In() => _one.Wait(); void Out() => _one.Release(); void M() { In(); try { [|N()|]; } finally { Out(); } } void N() { In(); try { Work(); } finally { Out(); } }")]
    [InlineData("void In() => _items.Wait(); void Out() => _items.Release(); void M() { In(); try { N(); } finally { Out(); } } void N() { In(); try { Work(); } finally { Out(); } }")]
    public Task TakenAgain_TriggersForALockOnly(string members) => Analyzed<LockTakenAgainAnalyzer>(members);

    [Theory]
    [InlineData(Pair + "void M() { Lock(); try { [|Thread.Sleep(1)|]; } finally { Unlock(); } Thread.Sleep(1); }")]
    [InlineData("void M() { using (_rw.Write()) { [|Thread.Sleep(1)|]; } Thread.Sleep(1); }")]
    public Task SlowCall_TriggersWhileItIsHeld(string members) => Analyzed<SlowCallUnderLockAnalyzer>(members);

    private static Task Analyzed<TAnalyzer>(string members)
        where TAnalyzer : DiagnosticAnalyzer, new() => CSharpAnalyzerVerifier<TAnalyzer>.VerifyAnalyzerAsync(Source(members));

    private static string Source(string members) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS1998

        class C
        {
            readonly object _gate = new(), _other = new();
            readonly ReaderWriterLockSlim _rw = new();
            readonly SemaphoreSlim _one = new(1, 1), _two = new(1, 1), _items = new(0);
            int _count;
            static void Work() => Console.WriteLine();
            {{members}}
        }

        class Wrapper
        {
            readonly object _o = new();
            public void Enter() => Monitor.Enter(_o);
            public void Exit() => Monitor.Exit(_o);
        }

        sealed class Exit(ReaderWriterLockSlim rw) : IDisposable { public void Dispose() => rw.ExitWriteLock(); }

        static class Locks
        {
            public static void Take(object o) => Monitor.Enter(o);
            public static void Give(object o) => Monitor.Exit(o);
            public static IDisposable Write(this ReaderWriterLockSlim rw) { rw.EnterWriteLock(); return new Exit(rw); }
            public static async Task<IDisposable> UseAsync(this SemaphoreSlim one) { await one.WaitAsync(); return new Release(one); }
            sealed class Release(SemaphoreSlim one) : IDisposable { public void Dispose() => one.Release(); }
        }
        """;
}
