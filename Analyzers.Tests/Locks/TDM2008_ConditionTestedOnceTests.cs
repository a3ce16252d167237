using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.ConditionTestedOnceAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class ConditionTestedOnceTests
{
    [Fact]
    public Task IfBeforeTheUse_Triggers() => InLock("if (_queue.Count == 0) [|Monitor.Wait(_gate)|]; Take(_queue.Dequeue());");

    [Fact]
    public Task While_DoesNotTrigger() => InLock("while (_queue.Count == 0) Monitor.Wait(_gate); Take(_queue.Dequeue());");

    [Fact]
    public Task IfWithABlock_Triggers() => InLock("if (_item == null) { _waiting++; [|Monitor.Wait(_gate)|]; _waiting--; } Take(_item!.Length);");

    [Fact]
    public Task IfBeforeTheReturn_Triggers() => InLock("if (!_ready) [|Monitor.Wait(_gate)|];");

    [Fact]
    public Task Else_Triggers() => InLock("if (_ready) Take(1); else [|Monitor.Wait(_gate)|]; _ready = false;");

    [Fact]
    public Task Property_Triggers() => InLock("if (!IsReady) [|Monitor.Wait(_gate)|]; Take(1);");

    [Fact]
    public Task OwnMethod_Triggers() => InLock("if (IsEmpty()) [|Monitor.Wait(_gate)|]; Take(1);");

    [Fact]
    public Task ParameterObject_Triggers() => InClass("void M(C other) { lock (other) { if (other._waiting < 3) [|Monitor.Wait(other)|]; other._waiting -= 3; } }");

    [Fact]
    public Task CapturedLocal_Triggers() => InLock("var done = false; Task.Run(() => { lock (_gate) { done = true; Monitor.Pulse(_gate); } }); if (!done) [|Monitor.Wait(_gate)|];");

    [Fact]
    public Task TimeOutThatIsHandled_Triggers() => InLock("if (_queue.Count == 0) { if (![|Monitor.Wait(_gate, 100)|]) return; } Take(_queue.Dequeue());");

    [Fact]
    public Task TimeOutThatIsIgnored_Triggers() => InLock("if (_queue.Count == 0) [|Monitor.Wait(_gate, TimeSpan.FromSeconds(1))|]; Take(_queue.Dequeue());");

    [Fact]
    public Task BranchThatWorksFirst_DoesNotTrigger() => InLock("if (!_ready) { foreach (var item in _queue) Take(item); if (Monitor.Wait(_gate, 100)) { foreach (var item in _queue) Take(item); } }");

    [Fact]
    public Task TimeOutThatIsPutUpWith_DoesNotTrigger() => InLock("if (!_ready) Monitor.Wait(_gate, 100);");

    [Fact]
    public Task TimeOutThatResets_DoesNotTrigger() => InLock("if (!_ready) Monitor.Wait(_gate, 100); _ready = false;");

    [Fact]
    public Task AndAlso_Triggers() => InLock("if (_queue.Count == 0 && ![|Monitor.Wait(_gate, 100)|]) return; Take(_queue.Dequeue());");

    [Fact]
    public Task ForeachOverSomethingElse_Triggers() => InClass("void M(int[] jobs) { foreach (var job in jobs) { lock (_gate) { if (_ready) [|Monitor.Wait(_gate)|]; _ready = true; } Take(job); } }");

    [Fact]
    public Task ForOverSomethingElse_Triggers() => InClass("void M(int[] jobs) { for (int i = 0; i < jobs.Length; i++) { lock (_gate) { if (_ready) [|Monitor.Wait(_gate)|]; } Take(jobs[i]); } }");

    [Fact]
    public Task WhileOverSomethingElse_Triggers() => InClass("void M() { while (true) { int item; lock (_gate) { if (_queue.Count == 0) [|Monitor.Wait(_gate)|]; item = _queue.Dequeue(); } Take(item); } }");

    [Fact]
    public Task UsingStaticMonitor_Triggers() => Verify.VerifyAnalyzerAsync("using static System.Threading.Monitor; class D { readonly object _gate = new(); bool _ready; void M() { lock (_gate) { if (!_ready) [|Wait(_gate)|]; } } }");

    // Tested again.

    [Fact]
    public Task Retry_DoesNotTrigger() => InLock("while (true) { if (_queue.Count == 0) { Monitor.Wait(_gate); continue; } Take(_queue.Dequeue()); }");

    [Fact]
    public Task WaitAtTheEndOfALoop_DoesNotTrigger() => InLock("while (!_ready) { if (_queue.Count > 0) Take(_queue.Dequeue()); else Monitor.Wait(_gate); }");

    [Fact]
    public Task SecondTest_DoesNotTrigger() => InLock("if (_queue.Count == 0) Monitor.Wait(_gate); if (_queue.Count > 0) Take(_queue.Dequeue());");

    [Fact]
    public Task TryMethod_DoesNotTrigger() => InLock("if (_queue.Count == 0) Monitor.Wait(_gate); if (!_queue.TryDequeue(out var item)) return; Take(item);");

    [Fact]
    public Task TryMethodAsAStatement_DoesNotTrigger() => InLock("if (_queue.Count == 0) Monitor.Wait(_gate); _queue.TryDequeue(out var item);");

    [Fact]
    public Task ReturnOfTheTest_DoesNotTrigger() => InClass("bool M() { lock (_gate) { if (!_ready) Monitor.Wait(_gate); return _ready; } } bool N() { lock (_gate) { if (_queue.Count == 0) Monitor.Wait(_gate, 5); return _queue.Count > 0; } }");

    [Fact]
    public Task NullConditional_DoesNotTrigger() => InLock("if (_item == null) Monitor.Wait(_gate); Take(_item?.Length ?? 0);");

    [Fact]
    public Task Assertion_DoesNotTrigger() => InLock("if (!_ready) Monitor.Wait(_gate); System.Diagnostics.Debug.Assert(_ready); Take(1);");

    [Fact]
    public Task LoopBehindTheIf_DoesNotTrigger() => InLock("if (_queue.Count == 0) { Monitor.Wait(_gate); } while (_queue.Count == 0) Monitor.Wait(_gate); Take(_queue.Dequeue());");

    [Fact]
    public Task LoopInsideTheIf_DoesNotTrigger() => InLock("if (!_ready) { while (!_ready) Monitor.Wait(_gate); } Take(1);");

    [Fact]
    public Task LoopAround_DoesNotTrigger() => InLock("do { if (!_ready) Monitor.Wait(_gate); } while (!_ready);");

    [Fact]
    public Task WaitInTheLoopsCondition_DoesNotTrigger() => InLock("while (!_ready && Monitor.Wait(_gate, 100)) { } for (; !_ready && Monitor.Wait(_gate, 100);) { }");

    [Fact]
    public Task Goto_DoesNotTrigger() => InLock("again: if (_queue.Count == 0) { Monitor.Wait(_gate); goto again; } Take(_queue.Dequeue());");

    [Fact]
    public Task CallerThatTests_DoesNotTrigger() => InClass("void M() { lock (_gate) { while (!_ready) WaitOnce(); } } void WaitOnce() { if (!_ready) Monitor.Wait(_gate); }");

    // No condition.

    [Fact]
    public Task WaitWithoutATest_DoesNotTrigger() => InLock("Monitor.Wait(_gate); if (Monitor.Wait(_gate, 10)) Take(1);");

    [Fact]
    public Task ChoiceOfATimeOut_DoesNotTrigger() => InClass("readonly int _timeout = 3; const int None = -1; void M(int timeout, CancellationToken token) { lock (_gate) { while (!_ready) { if (timeout < 0) Monitor.Wait(_gate); else Monitor.Wait(_gate, timeout); } if (_timeout == None) Monitor.Wait(_gate); else Monitor.Wait(_gate, _timeout); if (timeout > 0) Monitor.Wait(_gate); if (token.CanBeCanceled) Monitor.Wait(_gate); Take(1); } }");

    [Fact]
    public Task AnswerOfAnotherObject_DoesNotTrigger() => InClass("int M(Box box) { lock (box) { Send(box); if (!box.Failed) { if (!Monitor.Wait(box, 100)) throw new TimeoutException(); } } return box.Result; } void Send(Box box) { } class Box { public bool Failed; public int Result; }");

    [Fact]
    public Task TestOfTheLockItself_DoesNotTrigger() => InLock("if (Monitor.IsEntered(_gate)) Monitor.Wait(_gate); Take(1);");

    [Fact]
    public Task EndlessLoopThatBreaks_DoesNotTrigger() => InLock("for (;;) { if (_ready) break; Monitor.Wait(_gate); } for (;;) { if (!_ready) { Monitor.Wait(_gate); } else break; }");

    [Fact]
    public Task WaitInATry_Triggers() => InLock("if (_queue.Count == 0) { try { [|Monitor.Wait(_gate)|]; } catch (ThreadInterruptedException) { } } Take(_queue.Dequeue());");

    [Fact]
    public Task WaitOfALambda_IsTheLambdas() => InLock("if (!_ready) { Task.Run(() => { while (true) lock (_gate) Monitor.Wait(_gate); }); }");

    [Theory]
    [InlineData("bool M() { lock (_gate) return _waiting > 0 || (Monitor.Wait(_gate, 100) && _waiting > 0); }")]
    [InlineData("bool M() { lock (_gate) { if (_queue.Count == 0 && (!Monitor.Wait(_gate, 100) || _queue.Count == 0)) return false; Take(_queue.Dequeue()); return true; } }")]
    public Task TestedAgainInTheSameExpression_DoesNotTrigger(string member) => InClass(member);

    [Theory]
    [InlineData("bool M() { lock (_gate) return _waiting > 0 || [|Monitor.Wait(_gate, 100)|] && _item != null; }")]
    [InlineData("bool M() { lock (_gate) { if (_queue.Count == 0 && (![|Monitor.Wait(_gate, 100)|] || _ready)) return false; Take(_queue.Dequeue()); return true; } }")]
    public Task SomethingElseTestedInTheSameExpression_Triggers(string member) => InClass(member);

    [Theory]
    [InlineData("void M() { lock (_gate) { if (_ready) return; [|Monitor.Wait(_gate)|]; } } void Set() { lock (_gate) { _ready = true; Monitor.PulseAll(_gate); } }")]
    [InlineData("int M() { lock (_gate) { if (_queue.Count > 0) return _queue.Dequeue(); [|Monitor.Wait(_gate)|]; return _queue.Dequeue(); } }")]
    [InlineData("int M() { lock (_gate) { if (_queue.Count > 0) { return _queue.Dequeue(); } [|Monitor.Wait(_gate)|]; return _queue.Dequeue(); } }")]
    public Task LeavesWhereItHolds_AndWaitsOnce_Triggers(string members) => InClass(members);

    [Theory]
    // What the pulse tells is another condition than the one that the code leaves for.
    [InlineData("void M() { lock (_gate) { if (_ready) return; Monitor.Wait(_gate); } } void Close() { lock (_gate) { _ready = true; Monitor.PulseAll(_gate); } } void Signal() { lock (_gate) Monitor.Pulse(_gate); }")]
    [InlineData("int M() { lock (_gate) { while (true) { if (_queue.Count > 0) return _queue.Dequeue(); Monitor.Wait(_gate); } } }")]
    [InlineData("void M() { lock (_gate) { if (_ready) return; Monitor.Wait(_gate); if (!_ready) Take(0); } } void Set() { lock (_gate) { _ready = true; Monitor.PulseAll(_gate); } }")]
    [InlineData("void M() { lock (_gate) { if (_ready) throw new InvalidOperationException(); Monitor.Wait(_gate); } }")]
    [InlineData("void M() { lock (_gate) { if (_ready) return; Monitor.Wait(_gate, 100); } } void Set() { lock (_gate) { _ready = true; Monitor.PulseAll(_gate); } }")]
    [InlineData("void M() { lock (_gate) { if (_ready) return; Monitor.Wait(_gate); _ready = false; } }")]
    public Task LeavesWhereItHolds_DoesNotTrigger(string members) => InClass(members);

    [Fact]
    public Task OtherWaits_DoNotTrigger() => InClass("readonly ManualResetEventSlim _event = new(); readonly SemaphoreSlim _signal = new(0); void M(Task task) { if (!_ready) _event.Wait(); if (_waiting > 0) _signal.Wait(); if (_queue.Count == 0) task.Wait(); Take(_queue.Dequeue()); }");

    [Fact]
    public Task Message_NamesTheCondition() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class D { readonly object _gate = new(); bool _ready; void M() { lock (_gate) { if (!_ready) {|#0:Monitor.Wait(_gate)|}; } } }",
        Verify.Diagnostic().WithLocation(0).WithMessage("'!_ready' is tested before this wait and not again after it, when another thread may have changed it back; wait in a 'while' loop").WithOptions(Microsoft.CodeAnalysis.Testing.DiagnosticOptions.IgnoreAdditionalLocations));

    [Fact]
    public Task TestKeptInALocal_Triggers() => InLock("var empty = _queue.Count == 0; if (empty) [|Monitor.Wait(_gate)|]; Take(_queue.Dequeue());");

    [Theory]
    [InlineData("string? M() { lock (_gate) { if (_item == null) Monitor.Wait(_gate, 100); return _item; } }")]
    [InlineData("string? M() { lock (_gate) { if (_item is null) Monitor.Wait(_gate, 100); return _item; } }")]
    [InlineData("void M(bool wanted) { lock (_gate) { var waits = wanted; if (waits) Monitor.Wait(_gate); } }")]
    public Task ResultThatSaysItself_DoesNotTrigger(string members) => InClass(members);

    private static Task InLock(string body) => InClass($$"""void M() { lock (_gate) { {{body}} } }""");

    private static Task InClass(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0649, CS0414, CS0169

        class C
        {
            readonly object _gate = new();
            readonly Queue<int> _queue = new();
            bool _ready;
            int _waiting;
            string? _item;
            bool IsReady => _ready;
            bool IsEmpty() => _queue.Count == 0;
            static void Take(int item) { }
            {{members}}
        }
        """);
}
