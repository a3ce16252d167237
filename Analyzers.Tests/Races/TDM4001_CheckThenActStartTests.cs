using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

/// <summary>Starts that come one at a time, and tasks that are asked whether they have ended.</summary>
public class CheckThenActStartTests
{
    private const string Loop = "private int _left; private void Loop() { if ([|_left > 0|]) _left--; }";

    [Theory]
    // Two ways lead to one start, which a flag lets through once.
    [InlineData("private bool _runs; private void Wake() { lock (this) { if (!_runs) { _runs = true; ThreadPool.QueueUserWorkItem(_ => Loop()); } } } public void Both() { Wake(); Other(); } public void Other() { Wake(); }")]
    [InlineData("private bool _runs; private void Wake() { if (_runs) return; _runs = true; Task.Run(Loop); } public C() { Wake(); } public void Twice() { Wake(); Wake(); }")]
    // Set up before it starts.
    [InlineData("public void Start() { _left = 3; Tick(); } private void Tick() { Task.Run(Loop); }")]
    public Task OneAtATime_DoesNotTrigger(string start) => VerifyAsync(Loop.Replace("[|", "").Replace("|]", ""), start);

    [Theory]
    [InlineData("private void Wake() { ThreadPool.QueueUserWorkItem(_ => Loop()); } public void Both() { Wake(); Other(); } private void Other() { Wake(); }")]
    [InlineData("public C() { Task.Run(Loop); } public void Add() { _left++; }")]
    public Task Several_Trigger(string start) => VerifyAsync(Loop, start);

    [Theory]
    [InlineData("while (n-- > 0) { var pending = TakeAsync(); if (!pending.IsCompleted) return RestAsync(pending); } return Task.CompletedTask;")]
    [InlineData("while (n-- > 0) { var pending = TakeAsync(); if (pending.IsCompletedSuccessfully) continue; return pending; } return Task.CompletedTask;")]
    [InlineData("return RestOfAsync(TakeAsync(), n); } private async Task RestOfAsync(Task pending, int n) { while (n-- > 0) { await pending; pending = TakeAsync(); }")]
    public Task ATaskThatHasEndedOrIsHandedOn_DoesNotTrigger(string body) => VerifyAsync(
        "private int _left; private async Task TakeAsync() { await Task.Delay(1); if (_left > 0) _left--; }",
        $"public Task All(int n) {{ {body} }} private async Task RestAsync(Task pending) {{ await pending; }}");

    [Fact]
    public Task TasksThatArePolled_Trigger() => VerifyAsync(
        "private int _left; private async Task TakeAsync() { await Task.Delay(1); if ([|_left > 0|]) _left--; }",
        "public void Poll() { var first = TakeAsync(); var second = TakeAsync(); while (!first.IsCompleted) Thread.Yield(); second.Wait(); }");

    [Fact]
    public Task TasksOfWhichOneIsWaitedForInEachRound_Trigger() => VerifyAsync(
        "private int _left; private async Task TakeAsync() { await Task.Delay(1); if ([|_left > 0|]) _left--; }",
        "public async Task All(int n) { var tasks = new System.Collections.Generic.List<Task>(); while (n-- > 0) { if (tasks.Count > 3) await Task.WhenAny(tasks); tasks.Add(TakeAsync()); } await Task.WhenAll(tasks); }");

    [Fact]
    public Task ATaskThatTheCallerGetsByAnOutParameter_DoesNotTrigger() => VerifyAsync(
        "private int _left; private void Loop() { if (_left > 0) _left--; }",
        "public int Begin(out Task done) { done = Task.Run(Loop); return 1; } public void Add() { if (_left < 9) _left++; }");

    /// <summary>The callers see to the lock, and the code says so.</summary>
    [Theory]
    [InlineData("System.Diagnostics.Debug.Assert(Monitor.IsEntered(_gate));")]
    [InlineData("System.Diagnostics.Debug.Assert(_rw.IsWriteLockHeld);")]
    [InlineData("System.Diagnostics.Debug.Assert(_own.IsLockHeld);")]
    public Task AnAssertionThatTheLockIsHeld_DoesNotTrigger(string assertion) => VerifyAsync(
        $"private readonly object _gate = new(); private readonly ReaderWriterLockSlim _rw = new(); private readonly AsyncGate _own = new(); private int _left; private void Take() {{ {assertion} if (_left > 0) _left--; }}",
        "public void All() { Parallel.For(0, 9, i => Take()); }");

    [Fact]
    public Task OtherStateTestedUnderTheLock_DoesNotTrigger() => VerifyAsync(
        "private readonly object _gate = new(); private int _last; private string[] _keys = []; private void Load() { lock (_gate) { _keys = [\"\"]; } }",
        "public void Find(string key, int now) { if (System.Array.IndexOf(_keys, key) < 0) { lock (_gate) { if (now - _last > 60) { _keys = [key]; _last = now; } } } }");

    private static Task VerifyAsync(string loop, string start) =>
        Verify.VerifyAnalyzerAsync($$"""
            using System.Threading;
            using System.Threading.Tasks;

            class C
            {
                {{loop}}
                {{start}}
            }

            class AsyncGate { private int _holds; public bool IsLockHeld => _holds > 0; public void Take() => _holds++; }
            """);
}
