using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.UnsafeLockObjectAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class UnsafeLockObjectTests
{
    // What everybody can lock.

    [Fact]
    public Task This_Triggers() => InClass("void M() { lock ([|this|]) { } }");

    [Fact]
    public Task ThisByMonitor_TriggersAtTheAcquire() => InClass("void M() { Monitor.Enter([|this|]); try { } finally { Monitor.Exit(this); } }");

    [Fact]
    public Task ThisByTryEnter_Triggers() => InClass("bool M() { var taken = false; Monitor.TryEnter([|this|], 10, ref taken); if (taken) Monitor.Exit(this); return taken; }");

    [Fact]
    public Task ThisThroughALocal_Triggers() => InClass("void M() { var self = this; lock ([|self|]) { } }");

    [Fact]
    public Task ThisInALambda_Triggers() => InClass("Action M() => () => { lock ([|this|]) { } };");

    [Fact]
    public Task ThisOfAPrivateNestedType_DoesNotTrigger() => InClass("private sealed class Node { public void M() { lock (this) { } } }");

    [Fact]
    public Task ThisOfAPrivateTypeWithAPublicBase_Triggers() => InClass("public class Base { } private class Node : Base { void M() { lock ([|this|]) { } } } private class Inner { } private class Leaf : Inner { void M() { lock (this) { } } }");

    [Fact]
    public Task ThisOfAPublicNestedType_Triggers() => InClass("public class Node { public void M() { lock ([|this|]) { } } }");

    [Fact]
    public Task ThisOfAFileLocalType_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("file class D { void M() { lock (this) { } } }");

    [Fact]
    public Task SynchronizedMethod_DoesNotTrigger() => InClass("[System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] void M() { }");

    [Fact]
    public Task TypeOf_Triggers() => InClass("void M() { lock ([|typeof(C)|]) { } }");

    [Fact]
    public Task GetType_Triggers() => InClass("void M() { lock ([|GetType()|]) { } lock ([|_list.GetType()|]) { } }");

    [Fact]
    public Task TypeInAField_Triggers() => InClass("readonly Type _type = typeof(C); readonly object _same = typeof(C); void M() { lock ([|_type|]) { } lock ([|_same|]) { } }");

    [Fact]
    public Task String_Triggers() => InClass("""
        readonly string _name = "a"; const string Key = "k"; readonly object _text = "t";
        void M(string text) { lock ([|"gate"|]) { } lock ([|_name|]) { } lock ([|Key|]) { } lock ([|text|]) { } lock ([|string.Intern(text)|]) { } lock ([|text + "!"|]) { } lock ([|_text|]) { } }
        """);

    [Fact]
    public Task ObjectMadeByAConstructor_DoesNotTrigger() => InClass("object _made; C() { _made = new object(); } void M() { lock (_made) { } }");

    [Fact]
    public Task ThreadAndMember_Trigger() => InClass("void M(System.Reflection.MethodInfo method) { lock ([|Thread.CurrentThread|]) { } lock ([|method|]) { } lock ([|typeof(C).Assembly|]) { } }");

    [Fact]
    public Task PublicField_Triggers() => InClass("public readonly object Gate = new(); void M(C other) { lock ([|Gate|]) { } lock ([|other.Gate|]) { } }");

    [Fact]
    public Task ProtectedField_Triggers() => Verify.VerifyAnalyzerAsync("public class D { protected static readonly object s_gate = new(); void M() { lock ([|s_gate|]) { } } }");

    [Fact]
    public Task ProtectedFieldOfTheBase_Triggers() => Verify.VerifyAnalyzerAsync("public class B { protected readonly object Gate = new(); } class D : B { void M() { lock ([|Gate|]) { } } }");

    [Theory]
    [InlineData("public abstract class B { protected abstract object Sync { get; } void M() { lock (Sync) { } } } public class D : B { readonly object _own = new(); protected override object Sync => _own; void N() { lock (_own) { } lock (Sync) { } } }")]
    [InlineData("public interface I { object Gate { get; } void M() { lock (Gate) { } } }")]
    public Task LockThatBaseAndDerivedTypesAgreeOn_DoesNotTrigger(string source) => Verify.VerifyAnalyzerAsync(source);

    [Theory]
    [InlineData("public abstract class B { public abstract object Sync { get; } void M() { lock ([|Sync|]) { } } }")]
    [InlineData("public class B { protected virtual object Sync { get; } = new(); void M() { lock ([|Sync|]) { } } }")]
    [InlineData("public interface I { object Gate { get; } } public class D : I { public object Gate { get; } = new(); void M() { lock ([|Gate|]) { } } }")]
    public Task LockThatOthersSee_Triggers(string source) => Verify.VerifyAnalyzerAsync(source);

    [Fact]
    public Task InternalField_DoesNotTrigger() => InClass("internal readonly object Gate = new(); private protected readonly object Other = new(); void M() { lock (Gate) { } lock (Other) { } }");

    [Fact]
    public Task PublicFieldOfAPrivateType_DoesNotTrigger() => InClass("private class Node { public readonly object Gate = new(); } void M(Node node) { lock (node.Gate) { } }");

    [Fact]
    public Task PublicProperty_Triggers() => InClass("public List<int> Items { get; } = new(); void M() { lock ([|Items|]) { } }");

    [Fact]
    public Task ObjectOfAnotherType_DoesNotTrigger() => InClass("public List<int> Items { get; } = new(); static void M(C other) { lock (other.Items) { } }");

    [Fact]
    public Task SyncRoot_DoesNotTrigger() => InClass("public object SyncRoot { get; } = new(); private readonly object _syncRoot = new(); void M() { lock (SyncRoot) { } lock (_syncRoot) { } lock (((System.Collections.ICollection)_list).SyncRoot) { } }");

    [Fact]
    public Task PrivateFieldWithAPublicProperty_Triggers() => InClass("private readonly object _inner = new(); public object Gate => _inner; void M() { lock ([|_inner|]) { } }");

    [Fact]
    public Task CollectionWithAPublicView_DoesNotTrigger() => InClass("private readonly List<int> _numbers = new(); public IReadOnlyList<int> Numbers => _numbers; void M() { lock (_numbers) { } }");

    [Fact]
    public Task ConsoleOut_DoesNotTrigger() => InClass("void M() { lock (Console.Out) { } }");

    // What is not one object.

    [Fact]
    public Task FieldAssignedAgain_Triggers() => InClass("void M() { lock ([|_items|]) { } } void Clear() => _items = new();");

    [Fact]
    public Task FieldAssignedAgainUnderItself_Triggers() => InClass("void M() { lock ([|_items|]) { _items = new List<int>(); } }");

    [Fact]
    public Task FieldAssignedInALambdaOfTheConstructor_Triggers() => InClass("event Action? Reset; C() { Reset += () => _items = new(); } void M() { lock ([|_items|]) { } }");

    [Fact]
    public Task FieldSetUpOnce_DoesNotTrigger() => InClass("SemaphoreSlim? _one; Random _random = null!; object? _gate; public virtual void Initialize() { _one = new(1); _gate = new object(); } public void Begin() => _gate?.ToString(); async Task M() { lock (_gate!) { } await _one!.WaitAsync(); try { } finally { _one.Release(); } }");

    [Fact]
    public Task FieldSetUpOnceAndTakenAway_DoesNotTrigger() => InClass("SemaphoreSlim _one = null!; object? _gate = default; public void Initialize() { _one = new(1); _gate = new object(); } public void Close() { Interlocked.Exchange(ref _gate, null); _one = null!; } void M() { lock (_gate!) { } lock (_one) { } }");

    [Fact]
    public Task FieldSetUpTwice_Triggers() => InClass("object? _gate; void Start() => _gate = new object(); void Restart() => _gate = new object(); void M() { lock ([|_gate|]!) { } }");

    [Fact]
    public Task FieldSetUpByWhoeverLocksIt_Triggers() => InClass("object? _gate; void M() { _gate = new object(); lock ([|_gate|]) { } }");

    [Fact]
    public Task FieldSetUpByTheConstructorAndAgain_Triggers() => InClass("object _gate; C() { _gate = new(); } void Reset() { _gate = new object(); } void M() { lock ([|_gate|]) { } }");

    [Fact]
    public Task ObjectThatLocksItself_DoesNotTrigger() => InClass("sealed class Session { int _n; public void Close() { lock (_items) { } } readonly object _items = new(); public void Cancel() { lock (this) _n++; } } Session _session = new(); void M() { lock (_session) _session.Close(); } void Next() => _session = new();");

    [Fact]
    public Task ObjectThatDoesNotLockItself_Triggers() => InClass("sealed class Session { int _n; public void Cancel() { _n++; } } Session _session = new(); void M() { lock ([|_session|]) _session.Cancel(); } void Next() => _session = new();");

    [Fact]
    public Task ProtectedFieldOfAnInternalType_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("abstract class D { protected readonly object _gate = new(); void M() { lock (_gate) { } } } sealed class E : D { void N() { lock (_gate) { } } }");

    [Fact]
    public Task FieldOfAnotherPart_Triggers() => Verify.VerifyAnalyzerAsync("partial class D { object _gate = new(); void M() { lock ([|_gate|]) { } } } partial class D { void Reset() => (_gate, _) = (new object(), 1); }");

    [Fact]
    public Task StaticFieldAssignedByAnInstance_Triggers() => InClass("static object s_gate = new(); C() { s_gate = new(); } void M() { lock ([|s_gate|]) { } }");

    [Fact]
    public Task PropertyWithASetterThatIsUsed_Triggers() => InClass("object Gate { get; set; } = new(); void M() { lock ([|Gate|]) { } } void Reset() => Gate = new();");

    [Fact]
    public Task FieldMadeWhenFirstUsed_Triggers() => InClass("object? _gate; void M() { _gate ??= new object(); lock ([|_gate|]) { } }");

    [Fact]
    public Task ExchangedField_Triggers() => InClass("object _gate = new(); void M() { lock ([|_gate|]) { } } void Reset() => Interlocked.Exchange(ref _gate, new object());");

    [Fact]
    public Task FieldThatIsNotReadonly_DoesNotTrigger() => InClass("private object _gate = new(); void M() { lock (_gate) { } }");

    [Fact]
    public Task FieldMadeByCompareExchange_DoesNotTrigger() => InClass("object? _gate; void M() { Interlocked.CompareExchange(ref _gate, new object(), null); lock (_gate) { } lock (LazyInitializer.EnsureInitialized(ref _gate)) { } }");

    [Fact]
    public Task FieldMadeUnderAnotherLock_DoesNotTrigger() => InClass("static readonly object s_all = new(); object? _gate; void M() { lock (s_all) { _gate ??= new object(); } lock (s_all) { if (_gate == null) _gate = new object(); } lock (_gate) { } }");

    [Fact]
    public Task FieldThatIsCleared_DoesNotTrigger() => InClass("object? _gate = new(); void M() { lock (_gate!) { } } public void Dispose() { _gate = null; }");

    [Fact]
    public Task FieldOfACopy_DoesNotTrigger() => InClass("object _gate = new(); void M() { lock (_gate) { } } C Copy() { var copy = (C)MemberwiseClone(); copy._gate = new object(); return copy; } static C Make() => new() { _gate = new object() };");

    [Fact]
    public Task FieldSetByAHelperOfTheConstructor_DoesNotTrigger() => InClass("object _gate = new(); C() => Prepare(); void Prepare() => _gate = new object(); void M() { lock (_gate) { } }");

    [Fact]
    public Task FieldSetByAHelperThatOthersCall_Triggers() => InClass("object _gate = new(); C() => Prepare(); void Prepare() => _gate = new object(); void M() { Prepare(); lock ([|_gate|]) { } }");

    [Fact]
    public Task FieldSetAfterDeserialization_DoesNotTrigger() => InClass("object _gate = new(); [System.Runtime.Serialization.OnDeserialized] void Restore(System.Runtime.Serialization.StreamingContext context) => _gate = new object(); void M() { lock (_gate) { } }");

    [Fact]
    public Task InitOnlyProperty_DoesNotTrigger() => InClass("object Gate { get; init; } = new(); void M() { lock (Gate) { } }");

    [Fact]
    public Task LocalOfTheSameName_DoesNotTrigger() => InClass("private object _gate = new(); void M() { lock (_gate) { } } void N() { object _gate; _gate = new object(); }");

    [Fact]
    public Task AliasOfAField_DoesNotTrigger() => InClass("void M() { var items = _items; lock (items) { if (items == _items) return; } } void Clear() => _items = new();");

    [Fact]
    public Task ReplacedReaderWriterLock_Triggers() => InClass("ReaderWriterLockSlim _rw = new(); void M() { [|_rw|].EnterReadLock(); _rw.ExitReadLock(); } void Reset() => _rw = new();");

    [Fact]
    public Task ReplacedSemaphore_Triggers() => InClass("SemaphoreSlim _one = new(1); async Task M() { await [|_one|].WaitAsync(); try { } finally { _one.Release(); } } void Reset() => _one = new(1);");

    [Fact]
    public Task ReplacedSignal_DoesNotTrigger() => InClass("SemaphoreSlim _signal = new(0); void M() => _signal.Wait(); void Go() => _signal.Release(); void Reset() => _signal = new(0);");

    [Fact]
    public Task ReplacedMutex_DoesNotTrigger() => InClass("""Mutex _mutex = new(false, "name"); void M() { _mutex.WaitOne(); _mutex.ReleaseMutex(); } void Reset() => _mutex = new(false, "name");""");

    [Fact]
    public Task BoxedValue_Triggers() => InClass("int _count; void M() { Monitor.Enter([|_count|]); lock ((object)[|_count|]) { } lock ((object)[|5|]) { } }");

    [Fact]
    public Task BoxInAField_DoesNotTrigger() => InClass("readonly object _box = 5; void M() { lock (_box) { } }");

    [Fact]
    public Task FreshLocal_Triggers() => InClass("void M() { var gate = new object(); lock ([|gate|]) { } }");

    [Fact]
    public Task FreshCollection_Triggers() => InClass("void M() { var items = new List<int>(); lock ([|items|]) { items.Add(1); } }");

    [Fact]
    public Task FreshInTheLock_Triggers() => InClass("void M() { lock ([|new object()|]) { } }");

    [Fact]
    public Task LocalThatWorkShares_DoesNotTrigger() => InClass("void M() { var gate = new object(); Parallel.For(0, 9, i => { lock (gate) { } }); lock (gate) { } }");

    [Fact]
    public Task LocalThatALocalFunctionShares_DoesNotTrigger() => InClass("void M() { var gate = new object(); Task.Run(Work); lock (gate) { } void Work() { lock (gate) { } } }");

    [Fact]
    public Task LocalThatIsPassedOn_DoesNotTrigger() => InClass("void M() { var gate = new object(); Keep(gate); lock (gate) { } } static void Keep(object o) { }");

    [Fact]
    public Task LocalThatIsStored_DoesNotTrigger() => InClass("object? _kept; object M() { var gate = new object(); _kept = gate; lock (gate) { } return gate; }");

    [Fact]
    public Task LocalThatStartsItself_DoesNotTrigger() => InClass("void M() { var worker = new Worker(); worker.Start(); lock (worker) { } } class Worker { public void Start() { } }");

    [Fact]
    public Task LocalThatAnExtensionMethodGets_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("using System.Collections.Generic; static class D { static List<int>? s_kept; static void Keep(this List<int> list) => s_kept = list; static void M() { var list = new List<int>(); list.Keep(); lock (list) { } } }");

    [Fact]
    public Task AssignedThroughAnotherObject_Triggers() => InClass("object _gate = new(); void M() { lock ([|_gate|]) { } } static void Reset(C other) { other._gate = new object(); }");

    [Fact]
    public Task TextMadeOnTheSpot_Triggers() => InClass("void M(int id) { lock ([|$\"{id}\"|]) { } lock ([|id.ToString()|]) { } lock ([|nameof(M)|]) { } }");

    [Fact]
    public Task LocalThatGetsTheSharedOne_DoesNotTrigger() => InClass("static readonly System.Collections.Concurrent.ConcurrentDictionary<int, object> s_gates = new(); void M(int key) { var gate = s_gates.GetOrAdd(key, _ => new object()); lock (gate) { } }");

    [Fact]
    public Task ThreadStaticField_Triggers() => InClass("[ThreadStatic] static object? t_gate; static readonly ThreadLocal<object> s_gate = new(() => new()); void M() { lock ([|t_gate|]!) { } lock ([|s_gate.Value|]!) { } }");

    [Fact]
    public Task ParameterAndElement_DoNotTrigger() => InClass("readonly object[] _stripes = new object[4]; void M(object gate, int i) { lock (gate) { } lock (_stripes[i]) { } lock (Get()) { } } object Get() => _list;");

    [Fact]
    public Task LockField_DoesNotTrigger() => InClass("readonly Lock _lock = new(); void M() { lock (_lock) { } _lock.Enter(); _lock.Exit(); }");

    [Fact]
    public Task PrimaryConstructorParameter_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("class D(object gate) { void M() { lock (gate) { } } }");

    [Fact]
    public Task TypeParameter_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("class D<T> where T : class { void M(T gate) { lock (gate) { } } }");

    [Fact]
    public Task Dynamic_DoesNotTrigger() => InClass("void M(dynamic gate) { lock (gate) { } }");

    // What it says.

    [Fact]
    public Task Message_NamesTheOtherAssignment() => Verify.VerifyAnalyzerAsync("""
        class D
        {
            object _gate = new();
            void M() { lock ({|#0:_gate|}) { } }
            void Reset() => _gate = new();
        }
        """, Verify.Diagnostic().WithLocation(0).WithMessage("'_gate' is locked here, but it is assigned again on line 5, and two threads can then hold different objects; lock a private readonly field instead").WithOptions(Microsoft.CodeAnalysis.Testing.DiagnosticOptions.IgnoreAdditionalLocations));

    [Fact]
    public Task Message_SaysWhoElseCanLock() => Verify.VerifyAnalyzerAsync(
        "class D { void M() { lock ({|#0:this|}) { } } }",
        Verify.Diagnostic().WithLocation(0).WithMessage("'this' is locked here, but whoever has the object can lock it too; lock a private readonly field instead"));

    [Theory]
    [InlineData("object? _lazy; void M() { lock ([|_lazy ??= new()|]) { } }")]
    [InlineData("object? _lazy; void M() { Monitor.Enter([|_lazy ??= new object()|]); }")]
    [InlineData("Action? _action; void M(Action other) { lock ([|_action ?? other|]) { } }")]
    public Task ObjectThatMayBeAnother_Triggers(string members) => InClass(members);

    // Locks as sound code has them.
    [Theory]
    [InlineData("readonly object _gate = new(); int _n; void M() { lock (_gate) _n++; } int Get() { lock (this._gate) return _n; }")]
    [InlineData("readonly Lock _lock = new(); int _n; void M() { lock (_lock) _n++; using (_lock.EnterScope()) _n--; }")]
    [InlineData("static readonly object s_gate = new(); static int s_n; static void M() { lock (s_gate) s_n++; } void N() { lock (C.s_gate) s_n--; }")]
    [InlineData("private readonly Dictionary<int, string> _byId = new(); void M(int id) { lock (_byId) _byId[id] = \"\"; }")]
    [InlineData("readonly object[] _stripes = [new(), new()]; void M(int key) { lock (_stripes[key & 1]) { } }")]
    [InlineData("readonly Dictionary<int, object> _locks = []; void M(int key) { object gate; lock (_locks) { if (!_locks.TryGetValue(key, out gate!)) _locks[key] = gate = new(); } lock (gate) { } }")]
    [InlineData("readonly System.Collections.Concurrent.ConcurrentDictionary<int, object> _locks = new(); void M(int key) { lock (_locks.GetOrAdd(key, _ => new object())) { } }")]
    [InlineData("sealed class Node { internal readonly object Gate = new(); } void M(Node node) { lock (node.Gate) { } lock (node) { } }")]
    [InlineData("static void With(object gate, Action work) { lock (gate) work(); }")]
    [InlineData("readonly object _gate; C(object shared) { _gate = shared; } void M() { lock (_gate) { } }")]
    [InlineData("object _gate; C() { _gate = new object(); } void M() { lock (_gate) { } }")]
    [InlineData("void M(System.Collections.ICollection items) { lock (items.SyncRoot) { } }")]
    [InlineData("public object SyncRoot { get; } = new(); void M() { lock (SyncRoot) { } }")]
    [InlineData("void M() { var items = _list; lock (items) items.Clear(); }")]
    [InlineData("void M() { object gate = new(); Parallel.For(0, 9, i => { lock (gate) { } }); }")]
    [InlineData("readonly SemaphoreSlim _one = new(1, 1); async Task M() { await _one.WaitAsync(); try { } finally { _one.Release(); } }")]
    [InlineData("ReaderWriterLockSlim? _rw = new(); void M() { _rw?.EnterReadLock(); _rw?.ExitReadLock(); } void Dispose() { _rw?.Dispose(); _rw = null; }")]
    [InlineData("object? _gate; static readonly object s_all = new(); void M() { lock (s_all) { _gate ??= new object(); } lock (_gate) { } }")]
    [InlineData("object? _gate; object Gate => LazyInitializer.EnsureInitialized(ref _gate, () => new object()); void M() { lock (Gate) { } }")]
    [InlineData("Dictionary<int, int> _d = new(); readonly object _all = new(); void A() { lock (_all) lock (_d) _d[1] = 1; } void Reset() { lock (_all) _d = new(); }")]
    [InlineData("protected abstract class Base { protected abstract object Sync { get; } void M() { lock (Sync) { } } }")]
    [InlineData("private sealed class Entry { public int Count; public void Add() { lock (this) Count++; } }")]
    [InlineData("public static class Locks { public static readonly object Db = new(), Log = new(); } void M() { lock (Locks.Db) { } } class D { void M() { lock (Locks.Db) { } } }")]
    [InlineData("readonly Queue<int> _queue = new(); int Take() { lock (_queue) { while (_queue.Count == 0) Monitor.Wait(_queue); return _queue.Dequeue(); } }")]
    [InlineData("readonly object _gate = new(); bool M() { if (!Monitor.TryEnter(_gate, 10)) return false; try { return true; } finally { Monitor.Exit(_gate); } }")]
    public Task SoundLock_DoesNotTrigger(string members) => InClass(members);

    private static Task InClass(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0067, CS0414, CS0649, CS8618

        class C
        {
            readonly List<int> _list = new();
            List<int> _items = new();
            {{members}}
        }
        """);
}
