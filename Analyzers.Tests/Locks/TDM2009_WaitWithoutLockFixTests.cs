using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.WaitWithoutLockAnalyzer, Tandem.CodeFixes.Locks.WaitWithoutLockCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class WaitWithoutLockFixTests
{
    [Fact]
    public Task Pulse_IsLocked_WithTheStateItTellsOf() => InClass("""
        void M()
        {
            Console.WriteLine();
            _ready = true; // now
            [|Monitor.PulseAll(_gate)|];
        }
        """, """
        void M()
        {
            Console.WriteLine();
            lock (_gate)
            {
                _ready = true; // now
                Monitor.PulseAll(_gate);
            }
        }
        """);

    [Fact]
    public Task Wait_IsLocked_WithItsTest() => InClass("""
        void M()
        {
            while (!_ready)
            {
                [|Monitor.Wait(_gate)|];
            }
        }
        """, """
        void M()
        {
            lock (_gate)
            {
                while (!_ready)
                {
                    Monitor.Wait(_gate);
                }
            }
        }
        """);

    [Fact]
    public Task ExpressionBody_GetsABlock() => InClass("""
        void M() => [|Monitor.Pulse(_gate)|];
        """, """
        void M()
        {
            lock (_gate)
            {
                Monitor.Pulse(_gate);
            }
        }
        """);

    [Fact]
    public Task LockOfStartedWork_StaysInIt() => InClass(
        "void M() { while (!_ready) { ThreadPool.QueueUserWorkItem(_ => { lock (_gate) { _ready = true; Monitor.Pulse(_gate); } }); [|Monitor.Wait(_gate)|]; } }",
        "void M() { lock (_gate)\n{\n    while (!_ready) { ThreadPool.QueueUserWorkItem(_ => { lock (_gate) { _ready = true; Monitor.Pulse(_gate); } }); Monitor.Wait(_gate); }\n} }");

    [Fact]
    public Task UnderAnotherLock_IsLeftAlone() => NotOffered("void M() { lock (_other) { [|Monitor.Pulse(_gate)|]; } }");

    [Fact]
    public Task MonitorOfALock_IsLeftAlone() => NotOffered("readonly Lock _lock = new(); void M() { [|Monitor.Pulse(_lock)|]; }");

    [Fact]
    public Task AwaitInTheLoop_IsLeftAlone() => NotOffered("async Task M() { while (!_ready) { await Task.Yield(); [|Monitor.Wait(_gate)|]; } }");

    [Theory]
    [InlineData("void M() { _ready = true; [|Monitor.PulseAll(this)|]; }")]
    [InlineData("void M() { _ready = true; [|Monitor.PulseAll(typeof(C))|]; }")]
    public Task ObjectThatIsNoLock_StaysAsItIs(string members) => NotOffered(members);

    private static Task NotOffered(string members) => InClass(members, members);

    private static Task InClass(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Source(string members) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0414, CS0649, CS9216

        class C
        {
            readonly object _gate = new(), _other = new();
            bool _ready;

            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
