using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.ConditionTestedOnceAnalyzer, Tandem.CodeFixes.Locks.ConditionTestedOnceCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class ConditionTestedOnceFixTests
{
    [Fact]
    public Task If_BecomesWhile() => InLock(
        "if (_queue.Count == 0) [|Monitor.Wait(_gate)|]; // until there is one\n_queue.Dequeue();",
        "while (_queue.Count == 0) Monitor.Wait(_gate); // until there is one\n_queue.Dequeue();");

    [Fact]
    public Task Block_StaysAsItIs() => InLock(
        "if (!_ready)\n{\n    _waiting++;\n    [|Monitor.Wait(_gate)|];\n    _waiting--;\n}",
        "while (!_ready)\n{\n    _waiting++;\n    Monitor.Wait(_gate);\n    _waiting--;\n}");

    [Fact]
    public Task TimeOutThatLeaves_IsKept() => InLock(
        "if (_queue.Count == 0) { if (![|Monitor.Wait(_gate, 100)|]) return; }\n_queue.Dequeue();",
        "while (_queue.Count == 0) { if (!Monitor.Wait(_gate, 100)) return; }\n_queue.Dequeue();");

    [Fact]
    public Task TimeOutThatIsIgnored_WouldNeverEnd() => NotOffered("if (_queue.Count == 0) [|Monitor.Wait(_gate, 100)|];\n_queue.Dequeue();");

    [Fact]
    public Task Else_WouldBeLost() => NotOffered("if (!_ready) [|Monitor.Wait(_gate)|]; else _waiting++;");

    [Fact]
    public Task Break_WouldLeaveTheNewLoop() => NotOffered("while (true) { if (!_ready) { [|Monitor.Wait(_gate)|]; if (_waiting > 0) break; } _ready = false; }");

    [Fact]
    public Task WaitInTheCondition_IsLeftAlone() => NotOffered("if (_queue.Count == 0 && ![|Monitor.Wait(_gate, 100)|]) return;\n_queue.Dequeue();");

    [Theory]
    [InlineData("if (_ready) return; [|Monitor.Wait(_gate)|];", "while (!_ready) Monitor.Wait(_gate);")]
    [InlineData("if (!_ready) { return; } [|Monitor.Wait(_gate)|];", "while (_ready) Monitor.Wait(_gate);")]
    [InlineData("if (_queue.Count > 0) return; [|Monitor.Wait(_gate)|];", "while (_queue.Count <= 0) Monitor.Wait(_gate);")]
    [InlineData("if (_ready || _waiting > 2) return; [|Monitor.Wait(_gate)|];", "while (!(_ready || _waiting > 2)) Monitor.Wait(_gate);")]
    public Task Guard_BecomesTheLoop(string body, string repaired) => InLock(body + " } void Set() { lock (_gate) { _ready = true; _waiting = _queue.Count; Monitor.PulseAll(_gate); }", repaired + " } void Set() { lock (_gate) { _ready = true; _waiting = _queue.Count; Monitor.PulseAll(_gate); }");

    [Theory]
    [InlineData("if (_queue.Count > 0) return; [|Monitor.Wait(_gate)|]; _queue.Dequeue();")]
    [InlineData("var empty = _queue.Count == 0; if (empty) [|Monitor.Wait(_gate)|]; _queue.Dequeue();")]
    public Task GuardOrFlagThatALoopWouldNotTestAgain_StaysAsItIs(string body) => NotOffered(body);

    private static Task NotOffered(string body) => InLock(body, body);

    private static Task InLock(string body, string repaired) => Verify.VerifyCodeFixAsync(Source(body), Source(repaired));

    private static string Source(string body) => $$"""
        using System.Collections.Generic;
        using System.Threading;
        #pragma warning disable CS0649, CS0414

        class C
        {
            readonly object _gate = new();
            readonly Queue<int> _queue = new();
            bool _ready;
            int _waiting;

            void M()
            {
                lock (_gate)
                {
                    {{body.Replace("\n", "\n            ")}}
                }
            }
        }
        """;
}
