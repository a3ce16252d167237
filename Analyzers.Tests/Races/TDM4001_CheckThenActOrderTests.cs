using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

/// <summary>What keeps check and act of two threads apart though no <c>lock</c> of the same body does: work that was waited for, queues, locks of the user's own.</summary>
public class CheckThenActOrderTests
{
    /// <summary>Ways to keep the thread of <c>Loop</c>, and to wait for its end.</summary>
    public static TheoryData<string, string, string> Joins => new()
    {
        { "Thread _t = null!;", "_t = new Thread(Loop); _t.Start();", "_t.Join();" },
        { "Thread? _t;", "_t = new Thread(Loop); _t.Start();", "_t?.Join();" },
        { "Task? _t;", "_t = Task.Run(Loop);", "if (_t != null) await _t;" },
        { "Task? _t;", "_t = Task.Run(Loop);", "try { await _t!.ConfigureAwait(false); } catch (OperationCanceledException) { }" },
        { "Task? _t;", "_t = Task.Run(Loop);", "var t = _t; t?.Wait();" },
        { "Task? _t;", "_t = Task.Run(Loop);", "Task.WaitAll(_t!);" },
        { "Task? _t;", "_t = Task.Run(Loop);", "await Task.WhenAll(_t!, Task.Delay(1));" },
        { "Task? _t;", "_t = Task.Run(Loop);", "Halt();" },
        { "readonly List<Thread> _t = new();", "var t = new Thread(Loop); _t.Add(t); t.Start();", "foreach (var t in _t) t.Join();" },
        { "Task[] _t = [];", "_t = [Task.Run(Loop)];", "await Task.WhenAll(_t);" },
        { "Timer _t = null!;", "_t = new Timer(_ => { if (_left < 5) Interlocked.Increment(ref _left); }, null, 0, -1);", "await _t.DisposeAsync();" },
    };

    [Theory]
    [MemberData(nameof(Joins))]
    public Task AfterWaitingForTheOthersThread_DoesNotTrigger(string field, string start, string join) => VerifyWorkerAsync(field, start, join, "_left > 0", "_left < 5");

    [Theory]
    [MemberData(nameof(Joins))]
    public Task BeforeWaitingForTheOthersThread_Triggers(string field, string start, string join) => VerifyWorkerAsync(field, start, "", "[|_left > 0|]", start.Contains("Loop") ? "[|_left < 5|]" : "_left < 5", "void Unused() { }", join.Contains("Halt") ? "" : null, start.Contains("Timer"));

    private static Task VerifyWorkerAsync(string field, string start, string join, string check, string loopCheck, string more = "", string? halt = null, bool isTimer = false) => Verify.VerifyAnalyzerAsync($$"""
        using System; using System.Collections.Generic; using System.Threading; using System.Threading.Tasks;
        public class Worker
        {
            private int _left;
            private volatile bool _quit;
            private {{field}}
            public void Start() { {{(isTimer ? start.Replace("_left < 5", "[|_left < 5|]") : start)}} }
            private void Loop() { while (!_quit) { if ({{loopCheck}}) _left++; } }
            public async Task StopAsync() { _quit = true; await Task.Yield(); {{join}} if ({{check}}) _left = 7; }
            {{(halt is null && field.Contains("Task?") ? "private void Halt() => _t!.Wait();" : "")}}
            {{more}}
        }
        """);

    /// <summary>Fields that a timer's or a task's order is told by.</summary>
    public static TheoryData<string, string, string> Queues => new()
    {
        { "readonly TaskFactory _f = new(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);", "_f.StartNew(Draw);", "Exclusive" },
        { "readonly System.Timers.Timer _f = new(1000) { AutoReset = false };", "_f.Elapsed += (_, _) => Draw();", "AutoReset = false" },
        { "readonly System.Timers.Timer _f = new(1000); public void Init() => _f.AutoReset = false;", "_f.Elapsed += (_, _) => Draw();", "_f.AutoReset = false" },
    };

    [Theory]
    [MemberData(nameof(Queues))]
    public Task InOrderByAField_DoesNotTrigger(string field, string start, string order) => VerifyQueueAsync(field, start, "_left > 0", order);

    [Theory]
    [MemberData(nameof(Queues))]
    public Task WithoutThatOrder_Triggers(string field, string start, string order) => VerifyQueueAsync(field.Replace(order, order == "Exclusive" ? "Concurrent" : order.Replace("false", "true")).Replace("ConcurrentConcurrentS", "ConcurrentExclusiveS"), start, "[|_left > 0|]", order);

    private static Task VerifyQueueAsync(string field, string start, string check, string order) => Verify.VerifyAnalyzerAsync($$"""
        using System; using System.Threading; using System.Threading.Tasks;
        public class Account
        {
            private int _left = 3;
            private {{field}}
            public void Start() { {{start}} }
            private void Draw() { if ({{check}}) _left--; }
        }
        static class Program
        {
            static void Main() { var account = new Account(); {{(order == "Exclusive" ? "Parallel.For(0, 10, _ => account.Start());" : "account.Start();")}} }
        }
        """);

    /// <summary>Locks of the user's own, and how they are taken around check and act.</summary>
    public static TheoryData<string, string, string, string> OwnLocks => new()
    {
        { "class Gate { readonly object _o = new(); public Scope Enter() { Monitor.Enter(_o); return new Scope(_o); } public readonly struct Scope(object o) : IDisposable { public void Dispose() => Monitor.Exit(o); } }", "readonly Gate _g = new();", "using (_g.Enter()) {", "}" },
        { "class Gate { readonly object _o = new(); public IDisposable Enter() { Monitor.Enter(_o); return new Undo(() => Monitor.Exit(_o)); } class Undo(Action a) : IDisposable { public void Dispose() => a(); } }", "readonly Gate _g = new();", "using var held = _g.Enter();", "" },
        { "ref struct Guard { readonly object _o; public Guard(object o) { _o = o; Monitor.Enter(o); } public void Dispose() => Monitor.Exit(_o); }", "readonly object _g = new();", "using var held = new Guard(_g);", "" },
        { "static class Rw { public static IDisposable Write(this ReaderWriterLockSlim l) { l.EnterWriteLock(); return new D(l); } sealed class D(ReaderWriterLockSlim l) : IDisposable { public void Dispose() => l.ExitWriteLock(); } }", "readonly ReaderWriterLockSlim _g = new();", "using (_g.Write()) {", "}" },
        { "class Guarded { readonly object _o = new(); public void With(Action f) { lock (_o) f(); } }", "readonly Guarded _g = new();", "_g.With(() => {", "});" },
        { "class Guarded { readonly object _o = new(); public T With<T>(Func<T> f) { lock (_o) return f(); } }", "readonly Guarded _g = new();", "_g.With(() => {", "return 1; });" },
        { "class Spin { int _s; public void Enter() { var w = new SpinWait(); while (Interlocked.CompareExchange(ref _s, 1, 0) != 0) w.SpinOnce(); } public void Exit() => Volatile.Write(ref _s, 0); }", "readonly Spin _g = new();", "_g.Enter(); try {", "} finally { _g.Exit(); }" },
    };

    [Theory]
    [MemberData(nameof(OwnLocks))]
    public Task UnderALockOfTheUsersOwn_DoesNotTrigger(string type, string field, string enter, string exit) => VerifyOwnLockAsync(type, field, $"{enter} if (_left > 0) _left--; {exit}");

    [Theory]
    [MemberData(nameof(OwnLocks))]
    public Task BesideALockOfTheUsersOwn_Triggers(string type, string field, string enter, string exit) => VerifyOwnLockAsync(type, field, $"if ([|_left > 0|]) _left--; }} public void Other() {{ {enter} Console.WriteLine(); {exit}");

    [Theory]
    [InlineData("class Gate { public IDisposable Enter() => new D(); class D : IDisposable { public void Dispose() { } } }", "readonly Gate _g = new();", "using (_g.Enter()) {", "}")]
    [InlineData("class Guarded { public void With(Action f) { f(); } }", "readonly Guarded _g = new();", "_g.With(() => {", "});")]
    [InlineData("", "int _locked; int GetLockedAmount() => _locked;", "if (GetLockedAmount() < 5) {", "}")]
    public Task UnderWhatIsNoLock_Triggers(string type, string field, string enter, string exit) => VerifyOwnLockAsync(type, field, $"{enter} if ([|_left > 0|]) _left--; {exit}");

    private static Task VerifyOwnLockAsync(string type, string field, string body) => Verify.VerifyAnalyzerAsync($$"""
        using System; using System.Threading; using System.Threading.Tasks;
        {{type}}
        public class Account
        {
            private int _left = 3;
            private {{field}}
            public void Draw() { {{body}} }
        }
        static class Program
        {
            static void Main() { var account = new Account(); Parallel.For(0, 10, _ => account.Draw()); }
        }
        """);

    [Theory]
    [InlineData("try { await Task.Delay(1); } catch (TimeoutException) { _ = RetryAsync(); } catch (Exception) { await RetryAsync(); }", "_tries < 3")]
    [InlineData("try { await Task.Delay(1); } finally { _ = RetryAsync(); await RetryAsync(); }", "[|_tries < 3|]")]
    public Task RetriesInCatchClausesOfOneTry_AreAlternatives(string attempt, string check) => Verify.VerifyAnalyzerAsync($$"""
        using System; using System.Threading.Tasks;
        public class Request
        {
            private int _tries;
            public async Task SendAsync() { {{attempt}} }
            private async Task RetryAsync() { await Task.Yield(); if ({{check}}) { _tries++; } }
        }
        """);

    [Theory]
    [InlineData("Abort();", "_tries < 3")]
    [InlineData("Abort(); await Task.Delay(1); await CompleteAsync();", "[|_tries < 3|]")]
    public Task DroppedLastStepOfARecursion_IsTheNextRound(string end, string check) => Verify.VerifyAnalyzerAsync($$"""
        using System; using System.Threading.Tasks;
        public class Request
        {
            private int _tries;
            private async Task PerformAsync()
            {
                try { await Task.Delay(1); await ReadAsync(); }
                catch (TimeoutException) { {{end}} }
                catch (Exception) { await CompleteAsync(); }
                void Abort() { CompleteAsync(); }
            }
            private async Task ReadAsync() { await Task.Delay(1); await CompleteAsync(); }
            private Task CompleteAsync()
            {
                if ({{check}}) { _tries++; return PerformAsync(); }
                return Task.CompletedTask;
            }
        }
        """);

    [Theory]
    [InlineData("switch (n) { case 0 when [|_left > 0|]: _left--; break; }")]
    [InlineData("_ = n switch { 0 when [|_left > 0|] => --_left, _ => 0 };")]
    [InlineData("switch (n) { case 0 when n > 0: _left--; break; }")]
    public Task CaseGuard_IsACheck(string body) => VerifyOwnLockAsync("", "int n = 0;", body);

    [Theory]
    [InlineData("bool ok; lock (this) { ok = [|_left > 0|]; } if (ok) lock (this) { _left--; }")]
    [InlineData("lock (this) { if (_left > 0) _left--; }")]
    public Task HoldsOfTheObjectItself_AreHolds(string body) => VerifyOwnLockAsync("", "int n = 0;", body);
}
