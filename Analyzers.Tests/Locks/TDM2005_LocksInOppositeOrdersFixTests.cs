using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LocksInOppositeOrdersAnalyzer, Tandem.CodeFixes.Locks.LocksInOppositeOrdersCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LocksInOppositeOrdersFixTests
{
    [Fact]
    public Task NestedLocks_ChangePlaces() => Fixes("""
        void B()
        {
            // Why.
            lock (_b) // first
            {
                [|lock (_a)|] // second
                {
                    Work();
                }
            }
        }
        """, """
        void B()
        {
            // Why.
            lock (_a) // first
            {
                lock (_b) // second
                {
                    Work();
                }
            }
        }
        """);

    [Fact]
    public Task NestedWithoutBraces_ChangePlaces() => Fixes("void B() { lock (_b) [|lock (_a)|] Work(); }", "void B() { lock (_a) lock (_b) Work(); }");

    [Fact]
    public Task ScopeInALock_ChangesPlacesWithIt() => Fixes(
        "void D() { lock (_a) using (_thread.Acquire()) Work(); } void E() { lock (_a) using (_thread.Acquire()) Work(); } void B() { using (_thread.Acquire()) { [|lock (_a)|] { Work(); } } }",
        "void D() { lock (_a) using (_thread.Acquire()) Work(); } void E() { lock (_a) using (_thread.Acquire()) Work(); } void B() { lock (_a) { using (_thread.Acquire()) { Work(); } } }");

    [Fact]
    public Task CallsInARow_ChangePlaces() => Fixes("""
        void D() { _one.Wait(); _two.Wait(); Work(); _two.Release(); _one.Release(); }
        async Task B()
        {
            await _two.WaitAsync();
            await [|_one.WaitAsync()|];
            try { Work(); } finally { _one.Release(); _two.Release(); }
        }
        """, """
        void D() { _one.Wait(); _two.Wait(); Work(); _two.Release(); _one.Release(); }
        async Task B()
        {
            await _one.WaitAsync();
            await _two.WaitAsync();
            try { Work(); } finally { _one.Release(); _two.Release(); }
        }
        """);

    [Fact]
    public Task UsingDeclarations_ChangePlaces() => Fixes("""
        void D() { lock (_a) using (_thread.Acquire()) using (_lock.EnterScope()) Work(); }
        void B()
        {
            using var second = _lock.EnterScope();
            using var first = [|_thread.Acquire()|];
            Work();
        }
        """, """
        void D() { lock (_a) using (_thread.Acquire()) using (_lock.EnterScope()) Work(); }
        void B()
        {
            using var first = _thread.Acquire();
            using var second = _lock.EnterScope();
            Work();
        }
        """);

    [Fact]
    public Task WorkBetween_TakesTheOtherFirst() => Fixes("""
        void B()
        {
            lock (_b)
            {
                Work(); // between
                [|lock (_a)|]
                {
                    Work();
                }
            }
        }
        """, """
        void B()
        {
            lock (_a)
            {
                lock (_b)
                {
                    Work(); // between
                    Work();
                }
            }
        }
        """);

    [Fact]
    public Task LockOfACallee_IsTakenFirst() => Fixes("""
        void TakeA() { lock (_a) Work(); }
        void B()
        {
            lock (_b)
            {
                [|TakeA()|];
            }
        }
        """, """
        void TakeA() { lock (_a) Work(); }
        void B()
        {
            lock (_a)
            {
                lock (_b)
                {
                    TakeA();
                }
            }
        }
        """);

    [Fact]
    public Task Cycle_IsOpened() => Fixes(
        "void D() { lock (_b) lock (_c) Work(); } void B() { lock (_c) [|lock (_a)|] Work(); }",
        "void D() { lock (_b) lock (_c) Work(); } void B() { lock (_a) lock (_c) Work(); }");

    [Fact]
    public Task Transfer_IsOrderedByItsId() => Fixes("""
        static void Transfer(C from, C to)
        {
            if (from == to) return;
            lock (from._a)
            {
                [|lock (to._a)|]
                {
                    Work();
                }
            }
        }
        """, """
        static void Transfer(C from, C to)
        {
            if (from == to) return;
            var (first, second) = from.Id < to.Id ? (from, to) : (to, from);
            lock (first._a)
            {
                lock (second._a)
                {
                    Work();
                }
            }
        }
        """);

    [Fact]
    public Task TransferFromThis_IsOrderedByItsId() => Fixes("""
        void TransferTo(C other)
        {
            lock (_a)
            [|lock (other._a)|]
                Work();
        }
        """, """
        void TransferTo(C other)
        {
            var (first, second) = this.Id < other.Id ? (this, other) : (other, this);
            lock (first._a)
            lock (second._a)
                Work();
        }
        """);

    [Fact]
    public Task LockOfALambda_StaysInIt() => Fixes(
        "readonly System.Collections.Generic.List<Action> _later = []; void B() { lock (_b) { _later.Add(() => { lock (_a) { Work(); } }); [|lock (_a)|] { Work(); } } }",
        "readonly System.Collections.Generic.List<Action> _later = []; void B() { lock (_a)\n{\n    lock (_b) { _later.Add(() => { lock (_a) { Work(); } }); Work(); }\n} }");

    [Fact]
    public Task LockOfALocalFunction_StaysInIt() => Fixes(
        "Action? _later; void B() { lock (_b) { _later = Later; void Later() { lock (_a) { Work(); } } [|lock (_a)|] { Work(); } } }",
        "Action? _later; void B() { lock (_a)\n{\n    lock (_b) { _later = Later; void Later() { lock (_a) { Work(); } } Work(); }\n} }");

    [Fact]
    public Task CommentsBesideTheInnerLock_KeepIt() => Fixes("""
        void B()
        {
            lock (_b)
            {
                Work();
                [|lock (_a)|] // needs the balance
                { // start
                    Work();
                    // end of it
                } // done
                Work();
            }
        }
        """, """
        void B()
        {
            lock (_a)
            {
                lock (_b)
                {
                    Work();
                    lock (_a) // needs the balance
                    { // start
                        Work();
                        // end of it
                    } // done
                    Work();
                }
            }
        }
        """);

    [Fact]
    public Task CallbackUnderBothLocks_IsNoMatter() => Fixes(
        "void B() { lock (_b) { Work(); [|lock (_a)|] { Changed?.Invoke(); } } } event Action? Changed;",
        "void B() { lock (_a)\n{\n    lock (_b) { Work(); Changed?.Invoke(); }\n} } event Action? Changed;");

    [Theory]
    // Whoever is waited for may need the lock that would be held then.
    [InlineData("bool _set; void B() { lock (_b) { while (!_set) Monitor.Wait(_b); [|lock (_a)|] Work(); } }")]
    [InlineData("readonly ManualResetEventSlim _event = new(); void B() { lock (_b) { _event.Wait(); [|lock (_a)|] Work(); } }")]
    [InlineData("readonly Thread _worker = new(Work); void B() { lock (_b) { _worker.Join(); [|lock (_a)|] Work(); } }")]
    [InlineData("readonly System.Collections.Concurrent.BlockingCollection<int> _items = []; void B() { lock (_b) { _items.Take(); [|lock (_a)|] Work(); } }")]
    [InlineData("bool _set; void B() { lock (_b) { WaitForIt(); [|lock (_a)|] Work(); } } void WaitForIt() { lock (_c) { while (!_set) Monitor.Wait(_c); } }")]
    [InlineData("void B() { lock (_b) { Task.Run(Work).Wait(); [|TakeA()|]; } } void TakeA() { lock (_a) Work(); }")]
    // Nobody knows what the subscribers do.
    [InlineData("event Action? Changed; void B() { lock (_b) { Changed?.Invoke(); [|lock (_a)|] Work(); } }")]
    public Task WaitBeforeTheSecondLock_OffersNothing(string members) => Fixes(members, members);

    [Theory]
    // What is between would run without its lock, or with a name that is taken.
    [InlineData("static void Transfer(C from, C to) { lock (from._a) { Work(); [|lock (to._a)|] Work(); } }")]
    [InlineData("static void Transfer(C from, C to, C first) { lock (from._a) [|lock (to._a)|] Work(); }")]
    // No key.
    [InlineData("class Plain { readonly object _gate = new(); static void Swap(Plain from, Plain to) { lock (from._gate) [|lock (to._gate)|] Work(); } }")]
    [InlineData("class Changing { int Id { get; set; } readonly object _gate = new(); static void Swap(Changing from, Changing to) { lock (from._gate) [|lock (to._gate)|] Work(); } }")]
    // Not every lock can be taken again inside.
    [InlineData("void D() { _one.Wait(); _two.Wait(); Work(); _two.Release(); _one.Release(); } void B() { _two.Wait(); Work(); [|_one.Wait()|]; _one.Release(); _two.Release(); }")]
    // A step on the way to the lock may change while it is not held.
    [InlineData("C? _next; class Other { } void D() { lock (_next!._c) lock (_b) Work(); } void B() { lock (_b) [|lock (_next!._c)|] Work(); }")]
    public Task NoPlainWayOut_OffersNothing(string members) => Fixes(members, members);

    private static Task Fixes(string members, string @fixed) => Verify.VerifyCodeFixAsync(Source(members), Source(@fixed));

    private static string Source(string members) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS0649, CS0169

        class C
        {
            readonly object _a = new(), _b = new(), _c = new();
            readonly Lock _lock = new();
            readonly SemaphoreSlim _one = new(1), _two = new(1);
            readonly ThreadLock _thread = new();
            int Id { get; }
            static void Work() { }
            void A() { lock (_a) lock (_b) Work(); }

            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
