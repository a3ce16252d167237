using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.LockCopiedAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockCopiedTests
{
    [Fact]
    public Task ReadonlyField_Triggers() => InClass("readonly SpinLock [|_other|] = new(); static readonly SpinLock [|s_other|];");

    [Fact]
    public Task Field_DoesNotTrigger() => InClass("SpinLock _other = new(false); static SpinLock s_other; readonly SpinLock[] _more = new SpinLock[4];");

    [Fact]
    public Task ReadonlyFieldOfAStructWithALock_Triggers() => InClass("readonly Slot [|_slot|]; readonly Pair [|_pair|];");

    [Fact]
    public Task ReadonlyFieldOfAClassWithALock_DoesNotTrigger() => InClass("readonly Holder _holder = new(); readonly Slot[] _more = []; readonly SpinWait _wait; readonly int? _number;");

    [Fact]
    public Task ReadonlyRefField_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("using System.Threading; ref struct R { readonly ref SpinLock _spin; public R(ref SpinLock spin) { _spin = ref spin; } void M() { bool taken = false; _spin.Enter(ref taken); _spin.Exit(); } }");

    [Fact]
    public Task Parameter_Triggers() => InClass("void M(SpinLock [|spin|]) { } C(Slot [|slot|]) { } void N() { void Local(SpinLock [|spin|]) { } Action<SpinLock> a = [|spin|] => { }; Local(default); }");

    [Fact]
    public Task ParameterByRef_DoesNotTrigger() => InClass("void M(ref SpinLock spin, out Slot slot) { slot = default; } void N(SpinLock[] spins, Span<SpinLock> more, Holder holder) { }");

    [Fact]
    public Task InParameterThatIsTaken_Triggers() => InClass("void M(in SpinLock [|spin|]) { bool taken = false; spin.Enter(ref taken); }");

    [Fact]
    public Task InParameterThatIsRead_DoesNotTrigger() => InClass("bool M(in SpinLock spin) => spin.IsHeld;");

    [Fact]
    public Task PositionalParameter_Triggers() => Verify.VerifyAnalyzerAsync("using System.Threading; record R(SpinLock [|Spin|]); class P(SpinLock [|spin|]) { bool Held => spin.IsHeld; }");

    [Fact]
    public Task ParameterOfAnOverride_TriggersAtTheBase() => Verify.VerifyAnalyzerAsync("using System.Threading; abstract class B { public abstract void M(SpinLock [|spin|]); } class D : B { public override void M(SpinLock spin) { } } interface I { void M(SpinLock [|spin|]); } class E : I { public void M(SpinLock spin) { } }");

    [Fact]
    public Task EqualsOfTheStruct_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("using System; using System.Threading; struct S : IEquatable<S> { SpinLock _spin; int _value; public bool Equals(S other) => other._value == _value; public static bool operator ==(S a, S b) => a._value == b._value; public static bool operator !=(S a, S b) => a._value != b._value; public override bool Equals(object? o) => false; public override int GetHashCode() => _value; }");

    [Fact]
    public Task Property_Triggers() => InClass("SpinLock [|Gate|] { get; set; } public SpinLock [|Inner|] => _spin; SpinLock [|Old|] { get { return _spin; } }");

    [Fact]
    public Task PropertyByRef_DoesNotTrigger() => InClass("public ref SpinLock Inner => ref _spin; SpinLock Fresh => new(true); Holder Holder { get; } = new();");

    [Fact]
    public Task Result_Triggers() => InClass("SpinLock [|Get|]() => _spin; SpinLock [|At|](int i) { return _many[i]; }");

    [Fact]
    public Task FreshResult_DoesNotTrigger() => InClass("static SpinLock Make() => new(false); static SpinLock Built() { var spin = new SpinLock(true); return spin; } ref SpinLock At(int i) => ref _many[i]; SpinLock[] All() => _many;");

    [Fact]
    public Task LocalCopy_Triggers() => InClass("void M(int i) { var [|spin|] = _spin; SpinLock [|other|] = _many[i], fresh = new(); var [|slot|] = _slots[i]; bool taken = false; spin.Enter(ref taken); }");

    [Fact]
    public Task RefLocal_DoesNotTrigger() => InClass("void M(int i) { ref var spin = ref _spin; ref SpinLock other = ref _many[i]; bool taken = false; spin.Enter(ref taken); spin.Exit(); }");

    [Fact]
    public Task FreshLocal_DoesNotTrigger() => InClass("void M() { var spin = new SpinLock(); SpinLock other = default; SpinLock made = Make(); Parallel.For(0, 9, i => { bool taken = false; try { spin.Enter(ref taken); } finally { if (taken) spin.Exit(); } }); } static SpinLock Make() => new();");

    [Fact]
    public Task PartOfAStruct_DoesNotTrigger() => InClass("int M(int i) { var value = _slots[i].Value; bool taken = false; _slots[i].Spin.Enter(ref taken); return value; }");

    [Fact]
    public Task Assignment_Triggers() => InClass("void M(C other) { _spin = [|other._spin|]; _slots[0] = [|_slots[1]|]; }");

    [Fact]
    public Task Reset_DoesNotTrigger() => InClass("void M() { _spin = new SpinLock(); _spin = default; _slots[0] = new Slot { Value = 1 }; }");

    [Fact]
    public Task Boxed_Triggers() => InClass("object M() { object o = [|_spin|]; return [|_spin|]; }");

    [Fact]
    public Task PassedToAnotherLibrary_Triggers() => InClass("void M() { var list = new List<SpinLock>(); list.Add([|_spin|]); list.Add(new SpinLock()); Keep([|_spin|]); } static void Keep<T>(T value) { }");

    [Fact]
    public Task Tuple_Triggers() => InClass("void M() { var pair = ([|_spin|], new SpinLock()); }");

    [Fact]
    public Task ConditionalCopy_Triggers() => InClass("void M(bool left) { var [|spin|] = left ? _many[0] : _many[1]; }");

    [Fact]
    public Task Pointer_DoesNotTrigger() => InClass("unsafe void M() { fixed (SpinLock* spin = &_spin) { bool taken = false; spin->Enter(ref taken); } }");

    [Fact]
    public Task PassedByRef_DoesNotTrigger() => InClass("void M() { Take(ref _spin); Interlocked.MemoryBarrier(); _ = nameof(_spin); } static void Take(ref SpinLock spin) { }");

    [Fact]
    public Task ElementOfAList_Triggers() => InClass("void M(List<SpinLock> list, Lazy<SpinLock> lazy) { bool taken = false; [|list[0]|].Enter(ref taken); [|lazy.Value|].Exit(); }");

    [Fact]
    public Task ElementOfAnArrayOrSpan_DoesNotTrigger() => InClass("void M(Span<SpinLock> span) { bool taken = false; _many[0].Enter(ref taken); span[0].Exit(); }");

    [Fact]
    public Task Foreach_Triggers() => InClass("void M() { foreach (var [|spin|] in _many) { } foreach (ref var spin in _many.AsSpan()) { } foreach (var holder in new[] { new Holder() }) { } }");

    [Fact]
    public Task ReadonlyMember_Triggers() => Verify.VerifyAnalyzerAsync("using System.Threading; struct S { SpinLock _spin; readonly void M() { bool taken = false; [|_spin|].Enter(ref taken); } void N() { bool taken = false; _spin.Enter(ref taken); } }");

    [Fact]
    public Task LockOfAGenericMethod_Triggers() => InClass("readonly Lock _lock = new(); readonly object _gate = new(); void M() { With([|_lock|]); With(_gate); } static void With<T>(T gate) where T : class { lock (gate) { } }");

    [Fact]
    public Task LockThatAGenericMethodOnlyKeeps_DoesNotTrigger() => InClass("readonly Lock _lock = new(); void M() { Keep(_lock, new object()); } static void Keep<T>(T value, object gate) { lock (gate) { } }");

    [Fact]
    public Task LockThatTheCompilerWarnsOf_DoesNotTrigger() => InClass("readonly Lock _lock = new(); void M() { object o = _lock; Monitor.Enter(_lock); lock (o) { } }");

    [Fact]
    public Task ReferenceLocks_DoNotTrigger() => InClass("readonly Lock _lock = new(); readonly SemaphoreSlim _semaphore = new(1); void M(Lock theLock, ReaderWriterLockSlim rw) { var copy = theLock; Lock other = _lock; }");

    [Fact]
    public Task NoSpinLockAtAll_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("class C { readonly int _x; int M(int y) => y; }");

    [Fact]
    public Task Indexer_Triggers() => InClass("SpinLock [|this|][int i] => _many[i]; ref SpinLock this[long i] => ref _many[i];");

    [Fact]
    public Task With_Triggers() => InClass("void M() { var slot = [|_slots[0]|] with { Value = 2 }; var fresh = new Slot() with { Value = 2 }; }");

    [Fact]
    public Task TakenThroughARefReadonly_Triggers() => InClass("ref readonly SpinLock Gate => ref _spin; void M() { bool taken = false; [|Gate|].Enter(ref taken); var held = Gate.IsHeld; }");

    [Fact]
    public Task PassedToADelegate_TriggersAtItsTargetOnly() => InClass("static void Go(SpinLock [|spin|]) { } void M() { Action<SpinLock> go = Go; go(_spin); }");

    // The ways in which a SpinLock is meant to be used.
    [Theory]
    [InlineData("void M() { bool taken = false; try { _spin.Enter(ref taken); } finally { if (taken) _spin.Exit(); } }")]
    [InlineData("void M(Holder holder) { bool taken = false; holder.Spin.TryEnter(10, ref taken); if (taken) holder.Spin.Exit(useMemoryBarrier: false); }")]
    [InlineData("void M(int i) { bool taken = false; _slots[i].Spin.Enter(ref taken); _slots[i].Value++; _slots[i].Spin.Exit(); }")]
    [InlineData("static SpinLock s_all = new(enableThreadOwnerTracking: false); static void M() { bool taken = false; s_all.Enter(ref taken); if (taken) s_all.Exit(); }")]
    [InlineData("ref SpinLock Of(int key) => ref _many[key & 3]; void M(int key) { bool taken = false; Of(key).Enter(ref taken); Of(key).Exit(); }")]
    [InlineData("static void With(ref SpinLock spin, Action work) { bool taken = false; spin.Enter(ref taken); try { work(); } finally { spin.Exit(); } } void M() => With(ref _spin, () => { });")]
    [InlineData("void Reset() { for (var i = 0; i < _many.Length; i++) _many[i] = new SpinLock(false); Array.Clear(_slots, 0, 4); }")]
    [InlineData("void M() { foreach (ref var slot in _slots.AsSpan()) { bool taken = false; slot.Spin.Enter(ref taken); slot.Spin.Exit(); } }")]
    [InlineData("bool Held => _spin.IsHeld; bool Mine => _spin.IsThreadOwnerTrackingEnabled && _spin.IsHeldByCurrentThread; string Name => nameof(_spin) + typeof(SpinLock).Name;")]
    [InlineData("readonly Dictionary<int, Holder> _byKey = []; void M(int key) { bool taken = false; _byKey[key].Spin.Enter(ref taken); _byKey[key].Spin.Exit(); }")]
    [InlineData("void M() { Task.Run(() => { bool taken = false; _spin.Enter(ref taken); _spin.Exit(); }); void Local() { bool taken = false; _spin.Enter(ref taken); _spin.Exit(); } Local(); }")]
    [InlineData("int Sum() { var sum = 0; foreach (var slot in new int[3]) sum += slot; for (var i = 0; i < 4; i++) sum += _slots[i].Value; return sum; }")]
    [InlineData("readonly SpinWait _wait; void M() { var wait = new SpinWait(); wait.SpinOnce(); var other = wait; other.Reset(); }")]
    [InlineData("sealed class Stripe { public SpinLock Spin = new(false); public int Count; } readonly Stripe[] _stripes = [new(), new()]; void M(int i) { var stripe = _stripes[i]; bool taken = false; stripe.Spin.Enter(ref taken); stripe.Count++; stripe.Spin.Exit(); }")]
    [InlineData("unsafe struct Raw { public SpinLock* Spin; } unsafe void M(Raw raw) { bool taken = false; raw.Spin->Enter(ref taken); }")]
    public Task UsedInPlace_DoesNotTrigger(string members) => InClass(members);

    [Fact]
    public Task Message_SaysWhatToDo() => Verify.VerifyAnalyzerAsync(
        "using System.Threading; class C { readonly SpinLock {|#0:_spin|}; }",
        Verify.Diagnostic().WithLocation(0).WithMessage("'_spin' is readonly, so each call takes a copy of the lock, and it keeps nobody out; make it not readonly"));

    private static Task InClass(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0169, CS0649, CS0414, CS9216, CS8321

        struct Slot { public SpinLock Spin; public int Value; }
        struct Pair { public Slot Left, Right; }
        class Holder { public SpinLock Spin; }

        class C
        {
            SpinLock _spin;
            SpinLock[] _many = new SpinLock[4];
            Slot[] _slots = new Slot[4];
            C() { }
            {{members}}
        }
        """);
}
