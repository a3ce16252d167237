using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LocksInOppositeOrdersAnalyzer, Tandem.CodeFixes.Locks.LocksInOppositeOrdersCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LocksInOppositeOrdersTests
{
    [Theory]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    [InlineData("void A() { lock (_a) { Work(); lock (_b) { Work(); } } } void B() { lock (_b) { Work(); [|lock (_a)|] { Work(); } } }")]
    [InlineData("void A() { lock (s_a) lock (s_b) Work(); } static void B() { lock (s_b) [|lock (s_a)|] Work(); }")]
    [InlineData("void A() { lock (_a) lock (_lock) Work(); } void B() { lock (_lock) [|lock (_a)|] Work(); }")]
    [InlineData("void A() { Monitor.Enter(_a); Monitor.Enter(_b); Monitor.Exit(_b); Monitor.Exit(_a); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    [InlineData("void A() { using (_lock.EnterScope()) using (_thread.Acquire()) Work(); } void B() { using (_thread.Acquire()) using ([|_lock.EnterScope()|]) Work(); }")]
    [InlineData("async Task A() { await _one.WaitAsync(); await _two.WaitAsync(); _two.Release(); _one.Release(); } void B() { _two.Wait(); [|_one.Wait()|]; _one.Release(); _two.Release(); }")]
    [InlineData("void A() { _rw.EnterWriteLock(); lock (_a) Work(); _rw.ExitWriteLock(); } void B() { lock (_a) { [|_rw.EnterReadLock()|]; _rw.ExitReadLock(); } }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { var a = _a; lock (_b) [|lock (a)|] Work(); }")]
    [InlineData("void A() { lock (this) lock (_b) Work(); } void B() { lock (_b) [|lock (this)|] Work(); }")]
    [InlineData("void A() { lock (typeof(C)) lock (_b) Work(); } void B() { lock (_b) [|lock (typeof(C))|] Work(); }")]
    [InlineData("void A() { if (!Monitor.TryEnter(_a)) return; lock (_b) Work(); Monitor.Exit(_a); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    public Task OppositeOrders_Trigger(string members) => Reports(members);

    [Theory]
    // One order.
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_a) lock (_b) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) Work(); lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) lock (_c) Work(); } void B() { lock (_a) lock (_c) Work(); } void D() { lock (_b) lock (_c) Work(); }")]
    [InlineData("void A() { lock (_a) { lock (_b) Work(); } } void B() { Monitor.Enter(_b); Monitor.Exit(_b); lock (_a) Work(); }")]
    // A gate lock lets only one in.
    [InlineData("void A() { lock (_c) lock (_a) lock (_b) Work(); } void B() { lock (_c) lock (_b) lock (_a) Work(); }")]
    [InlineData("void A() { lock (_c) { Ab(); } } void Ab() { } void B() { lock (_c) lock (_b) lock (_a) Work(); } void D() { lock (_c) lock (_a) lock (_b) Work(); }")]
    // The second acquire gives up.
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) { if (Monitor.TryEnter(_a)) Monitor.Exit(_a); } }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) { if (Monitor.TryEnter(_a, 100)) Monitor.Exit(_a); } }")]
    [InlineData("void A() { _one.Wait(); _two.Wait(); _two.Release(); _one.Release(); } void B() { _two.Wait(); if (_one.Wait(10)) _one.Release(); _two.Release(); }")]
    // Readers do not wait for each other.
    [InlineData("void A() { _rw.EnterReadLock(); _rx.EnterReadLock(); _rx.ExitReadLock(); _rw.ExitReadLock(); } void B() { _rx.EnterReadLock(); _rw.EnterReadLock(); _rw.ExitReadLock(); _rx.ExitReadLock(); }")]
    [InlineData("void A() { _rw.EnterReadLock(); lock (_a) Work(); _rw.ExitReadLock(); } void B() { lock (_a) { _rw.EnterReadLock(); _rw.ExitReadLock(); } }")]
    // Taken again: it is held already.
    [InlineData("void A() { lock (_a) lock (_b) lock (_a) Work(); } void B() { lock (_a) lock (_b) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) TakeA(); } void TakeA() { lock (_a) Work(); }")]
    // No other thread has it yet.
    [InlineData("public C() { lock (_b) lock (_a) Work(); } void A() { lock (_a) lock (_b) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } static void Make() { var c = new C(); lock (c._b) lock (c._a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) new C().TakeA(); } void TakeA() { lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) UseNew(); } void UseNew() { var c = new C(); c.TakeA(); } void TakeA() { lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) Make(); } static C Make() => new C(1); C(int n) { lock (_a) Work(); } C() { }")]
    [InlineData("static C() { lock (s_b) lock (s_a) Work(); } void A() { lock (s_a) lock (s_b) Work(); }")]
    // Not one of them is a lock.
    [InlineData("void A() { _many.Wait(); lock (_a) Work(); _many.Release(); } void B() { lock (_a) { _many.Wait(); _many.Release(); } }")]
    [InlineData("void A(object x, object y) { lock (x) lock (y) Work(); } void B(object x, object y) { lock (y) lock (x) Work(); }")]
    // Later, elsewhere.
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) Task.Run(() => { lock (_a) Work(); }); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) Do(() => { lock (_a) Work(); }); } void Do(Action action) { }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) Do(TakeA); } void TakeA() { lock (_a) Work(); } void Do(Action action) { }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) { _ = TakeAsync(); } } async Task TakeAsync() { await Task.Yield(); lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) TakeIf(false); } void TakeIf(bool take) { if (take) lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { Monitor.Enter(_b); Monitor.Exit(_b); Monitor.Enter(_a); Monitor.Exit(_a); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } IEnumerable<int> B() { lock (_b) return Items(); } IEnumerable<int> Items() { lock (_a) yield return 1; }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) { Monitor.Exit(_b); lock (_a) Work(); Monitor.Enter(_b); } }")]
    public Task OneOrderOrNoDeadlock_DoesNotTrigger(string members) => Reports(members);

    [Theory]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) [|TakeA()|]; } void TakeA() { lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) foreach (var item in [|Items()|]) Work(); } IEnumerable<int> Items() { lock (_a) yield return 1; }")]
    [InlineData("void A() { lock (_a) TakeB(); } void TakeB() { lock (_b) Work(); } void B() { lock (_b) [|TakeA()|]; } void TakeA() { lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) Deep(); } void Deep() => Deeper(); void Deeper() => TakeB(); void TakeB() { lock (_b) Work(); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) _ = [|Count|]; } int Count { get { lock (_a) return 1; } }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) [|Take(_a)|]; } static void Take(object gate) { lock (gate) Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) [|Local()|]; void Local() { lock (_a) Work(); } }")]
    [InlineData("void A() { lock (_a) { Rec(3); } } void Rec(int n) { if (n > 0) Rec(n - 1); else lock (_b) Work(); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    public Task OrdersThroughCalls_Trigger(string members) => Reports(members);

    [Theory]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) lock (_c) Work(); } void D() { lock (_c) [|lock (_a)|] Work(); }")]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) lock (_c) Work(); } void D() { lock (_c) lock (_lock) Work(); } void E() { lock (_lock) [|lock (_a)|] Work(); }")]
    public Task Cycles_TriggerOnce(string members) => Reports(members);

    [Theory]
    [InlineData("void A() { lock (_a) lock (_b) Work(); } void B() { lock (_b) lock (_c) Work(); } void D() { lock (_a) lock (_c) Work(); }")]
    [InlineData("void A() { lock (_lock) lock (_a) lock (_b) Work(); } void B() { lock (_lock) lock (_b) lock (_c) Work(); } void D() { lock (_lock) lock (_c) lock (_a) Work(); }")]
    public Task NoCycle_DoesNotTrigger(string members) => Reports(members);

    [Fact]
    public Task RarerOrder_IsTheOneReported() => Reports("void A() { lock (_b) [|lock (_a)|] Work(); } void B() { lock (_a) lock (_b) Work(); } void D() { lock (_a) lock (_b) Work(); }");

    [Theory]
    [InlineData("static void Transfer(C from, C to) { lock (from._a) [|lock (to._a)|] Work(); }")]
    [InlineData("static void Transfer(C from, C to) { if (from == to) return; lock (from._a) { [|lock (to._a)|] { if (from._count > 3) Work(); } } }")]
    [InlineData("static void Transfer(C from, C to) { lock (from) [|lock (to)|] Work(); }")]
    [InlineData("void TransferTo(C other) { lock (_a) [|lock (other._a)|] Work(); }")]
    [InlineData("void TransferTo(C other) { lock (_a) [|other.Deposit()|]; } void Deposit() { lock (_a) Work(); }")]
    [InlineData("static async Task Transfer(C from, C to) { await from._one.WaitAsync(); await [|to._one.WaitAsync()|]; to._one.Release(); from._one.Release(); }")]
    [InlineData("static void Transfer(C[] all, int from, int to) { lock (all[from]._a) [|lock (all[to]._a)|] Work(); }")]
    [InlineData("static void Transfer(Dictionary<int, C> all, int x, int y) { var from = all[x]; var to = all[y]; lock (from._a) [|lock (to._a)|] Work(); }")]
    [InlineData("readonly object[] _stripes = []; void Transfer(int from, int to) { lock (_stripes[from]) [|lock (_stripes[to])|] Work(); }")]
    [InlineData("static bool Transfer(Dictionary<int, C> all, int x, int y) { if (!all.TryGetValue(x, out var from) || !all.TryGetValue(y, out var to)) return false; lock (from._lock) [|lock (to._lock)|] Work(); return true; }")]
    [InlineData("static bool Transfer(Dictionary<int, C> all, int x, int y) { if (!all.TryGetValue(x, out var from) || !all.TryGetValue(y, out var to)) return false; lock (from._a) [|lock (to._a)|] Work(); return true; }")]
    [InlineData("static C? Find(int id) => null; static void Transfer(int x, int y) { if (Find(x) is { } from && Find(y) is { } to) { lock (from._a) [|lock (to._a)|] Work(); } }")]
    [InlineData("bool Same(object? other) { if (other is not C c) return false; lock (_a) [|lock (c._a)|] return true; }")]
    public Task ArgumentOrder_Triggers(string members) => Reports(members);

    [Theory]
    [InlineData("static void Transfer(C from, C to) { var (first, second) = from.Id < to.Id ? (from, to) : (to, from); lock (first._a) lock (second._a) Work(); }")]
    [InlineData("static void Transfer(C from, C to) { var first = from.Id < to.Id ? from : to; var second = first == from ? to : from; lock (first._a) lock (second._a) Work(); }")]
    [InlineData("static void Transfer(C from, C to) { if (from.Id < to.Id) { lock (from._a) lock (to._a) Work(); } else { lock (to._a) lock (from._a) Work(); } }")]
    [InlineData("static void Transfer(C from, C to) { if (from.Id > to.Id) (from, to) = (to, from); lock (from._a) lock (to._a) Work(); }")]
    [InlineData("static void Transfer(C from, C to) { if (string.CompareOrdinal(from.Name, to.Name) < 0) lock (from._a) lock (to._a) Work(); }")]
    [InlineData("void TransferTo(C other) { if (Id < other.Id) { lock (_a) lock (other._a) Work(); } else { lock (other._a) lock (_a) Work(); } }")]
    [InlineData("static void Transfer(C from, C to) { int x = from.Id, y = to.Id; if (x < y) { lock (from._a) lock (to._a) Work(); } }")]
    [InlineData("static void Transfer(C from, C to) { lock (s_a) lock (from._a) lock (to._a) Work(); }")]
    [InlineData("static void Transfer(C from, C to) { lock (from._a) if (Monitor.TryEnter(to._a)) Monitor.Exit(to._a); }")]
    [InlineData("static void Copy(C from, C to) { from._rw.EnterReadLock(); to._rw.EnterReadLock(); to._rw.ExitReadLock(); from._rw.ExitReadLock(); }")]
    [InlineData("static void Copy(C from) { var to = new C(); lock (from._a) lock (to._a) Work(); }")]
    [InlineData("C(C other) { lock (_a) lock (other._a) Work(); } public C() { }")]
    [InlineData("readonly C? _next; void Down() { lock (_a) if (_next is { } next) lock (next._a) Work(); }")]
    [InlineData("static void Add(C parent, C child) { lock (parent._a) lock (child._a) Work(); }")]
    [InlineData("static void Each(C[] all) { lock (all[0]._a) lock (all[1]._a) Work(); }")]
    [InlineData("static void Same(C one) { lock (one._a) lock (one._a) Work(); }")]
    [InlineData("static void Transfer(C from, C to) { lock (from._a) Work(); lock (to._a) Work(); }")]
    [InlineData("static bool Transfer(Dictionary<int, C> all, int x, int y) { if (!all.TryGetValue(x, out var from) || !all.TryGetValue(y, out var to) || from.Id >= to.Id) return false; lock (from._a) lock (to._a) Work(); return true; }")]
    // What an object looks up by a key is below it, and what it takes for a child, too.
    [InlineData("readonly Dictionary<int, C> _all = []; void Touch(int id) { lock (_a) if (_all.TryGetValue(id, out var found)) lock (found._a) Work(); }")]
    [InlineData("readonly Dictionary<int, C> _all = []; void Touch(int id) { lock (_a) { var found = _all[id]; lock (found._a) Work(); } }")]
    [InlineData("void AddChild(C node) { lock (_a) lock (node._a) Work(); }")]
    public Task OrderedOrNested_DoesNotTrigger(string members) => Reports(members);

    [Theory]
    [InlineData("void Eat(int i) { lock (_forks[i]) [|lock (_forks[(i + 1) % _forks.Length])|] Work(); }")]
    [InlineData("void Eat(int i) { lock (_forks[(i + 1) % 5]) [|lock (_forks[i])|] Work(); }")]
    [InlineData("void Eat(int i, int n) { int left = i, right = (i + n - 1) % n; lock (_forks[left]) [|lock (_forks[right])|] Work(); }")]
    [InlineData("void Eat(int i) { var left = _forks[i]; var right = _forks[(i + 1) % 5]; lock (left) { [|lock (right)|] Work(); } }")]
    [InlineData("void Eat() { lock (_forks[_count]) { [|lock (_forks[(_count + 1) % _forks.Length])|] Work(); } }")]
    [InlineData("void Eat(C[] all, int i) { lock (all[i]._a) [|lock (all[(i + 1) % all.Length]._a)|] Work(); }")]
    public Task NeighboursInARing_Trigger(string members) => Reports("readonly object[] _forks = new object[5]; " + members);

    [Theory]
    [InlineData("void Eat(int i) { lock (_forks[i]) lock (_forks[i + 1]) Work(); }")]
    [InlineData("void Eat(int i) { int right = (i + 1) % 5, first = Math.Min(i, right), second = Math.Max(i, right); lock (_forks[first]) lock (_forks[second]) Work(); }")]
    [InlineData("void Eat(int i) { if (i % 2 == 0) { lock (_forks[i]) lock (_forks[(i + 1) % 5]) Work(); } else { lock (_forks[(i + 1) % 5]) lock (_forks[i]) Work(); } }")]
    [InlineData("void Eat(int i) { lock (_table) lock (_forks[i]) lock (_forks[(i + 1) % 5]) Work(); }")]
    [InlineData("void Eat(int i) { lock (_forks[i]) { } lock (_forks[(i + 1) % 5]) Work(); }")]
    [InlineData("void Eat(int i) { lock (_forks[i]) if (Monitor.TryEnter(_forks[(i + 1) % 5])) Monitor.Exit(_forks[(i + 1) % 5]); }")]
    public Task NeighboursInOrder_DoNotTrigger(string members) => Reports("readonly object _table = new(); readonly object[] _forks = new object[5]; " + members);

    [Theory]
    [InlineData("void With(Action work) => work?.Invoke(); void A() { lock (_a) With(() => { lock (_b) Work(); }); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    [InlineData("void A(List<int> all) { lock (_a) all.ForEach(each => { lock (_b) Work(); }); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    [InlineData("void A() { lock (_a) Task.Run(() => { lock (_b) Work(); }).Wait(); } void B() { lock (_b) [|lock (_a)|] Work(); }")]
    public Task LambdaThatTheCallRuns_Triggers(string members) => Reports(members);

    [Theory]
    [InlineData("List<Action> _later = []; void A() { lock (_a) _later.Add(() => { lock (_b) Work(); }); } void B() { lock (_b) lock (_a) Work(); }")]
    [InlineData("void A() { lock (_a) Task.Run(() => { lock (_b) Work(); }); } void B() { lock (_b) lock (_a) Work(); }")]
    [InlineData("void Later(Action work) => Task.Run(() => work()); void A() { lock (_a) Later(() => { lock (_b) Work(); }); } void B() { lock (_b) lock (_a) Work(); }")]
    [InlineData("void Later(Action work) => Kept = work; Action Kept = null!; void A() { lock (_a) Later(() => { lock (_b) Work(); }); } void B() { lock (_b) lock (_a) Work(); }")]
    public Task LambdaThatRunsElsewhere_DoesNotTrigger(string members) => Reports(members);

    [Fact]
    public Task FunctionsVote_NotTheirCalls() => Reports("void X() { lock (_a) lock (_b) Work(); } void Y() { lock (_a) lock (_b) Work(); } void B() { lock (_b) { [|TakeA()|]; TakeA(); TakeA(); } } void TakeA() { lock (_a) Work(); }");

    [Fact]
    public Task CapturedLocals_Trigger() => Reports("void A() { object x = new(), y = new(); Task.Run(() => { lock (x) lock (y) Work(); }); Task.Run(() => { lock (y) [|lock (x)|] Work(); }); }");

    [Fact]
    public Task TwoTypesInTwoFiles_TriggerWithTheEvidenceOfBoth() => new Verify.Test
    {
        TestState =
        {
            Sources =
            {
                ("Account.cs", "class Account { readonly object _gate = new(); readonly Bank _bank = new(); public void Close() { {|#2:lock (_gate)|} { {|#3:_bank.Remove(this)|}; } } public void Deposit() { {|#5:lock (_gate)|} { } } }"),
                ("Bank.cs", "class Bank { readonly object _all = new(); public void Remove(Account account) { {|#4:lock (_all)|} { } } public void Pay(Account account) { {|#1:lock (_all)|} { {|#0:account.Deposit()|}; } } }"),
            },
            ExpectedDiagnostics =
            {
                Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(5).WithLocation(2).WithLocation(3).WithLocation(4)
                    .WithMessage("'Deposit' takes 'Account._gate' here while 'Bank._all' is held, but 'Close' takes 'Bank._all' while it holds 'Account._gate' (line 1 of Account.cs); threads that do both at once wait for each other forever; take them in one order"),
            },
        },
    }.RunAsync();

    private static Task Reports(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS0649, CS1998, CS9216, CS4014, CS8618, CS0414

        class C
        {
            static readonly object s_a = new(), s_b = new();
            readonly object _a = new(), _b = new(), _c = new();
            readonly Lock _lock = new();
            readonly SemaphoreSlim _one = new(1), _two = new(1, 1), _many = new(4);
            readonly ReaderWriterLockSlim _rw = new(), _rx = new();
            readonly ThreadLock _thread = new();
            int _count;
            int Id { get; }
            string Name => "";
            static void Work() { }
            {{members}}
        }
        """);
}
