using Microsoft.CodeAnalysis.CSharp;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.UnsafeLockObjectAnalyzer, Tandem.CodeFixes.Locks.UnsafeLockObjectCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class UnsafeLockObjectFixTests
{
    [Fact]
    public Task This_BecomesALock_Everywhere() => InClass("""
        int _count;

        void Add() { lock ([|this|]) { _count++; } } // all
        void Clear()
        {
            // Why.
            lock ([|this|])
                _count = 0;
        }
        """, """
        private readonly Lock _lock = new();
        int _count;

        void Add() { lock (_lock) { _count++; } } // all
        void Clear()
        {
            // Why.
            lock (_lock)
                _count = 0;
        }
        """);

    [Fact]
    public Task MonitorMembers_NeedAnObject() => InClass("""
        bool _ready;
        void Wait() { lock ([|this|]) { while (!_ready) Monitor.Wait(this); } }
        void Go() { Monitor.Enter([|this|]); try { _ready = true; Monitor.PulseAll(this); } finally { Monitor.Exit(this); } }
        """, """
        private readonly object _lock = new();
        bool _ready;
        void Wait() { lock (_lock) { while (!_ready) Monitor.Wait(_lock); } }
        void Go() { Monitor.Enter(_lock); try { _ready = true; Monitor.PulseAll(_lock); } finally { Monitor.Exit(_lock); } }
        """);

    [Fact]
    public Task YieldInside_NeedsAnObject() => InClass("""
        int _count;
        IEnumerable<int> All() { lock ([|this|]) { yield return _count; } }
        """, """
        private readonly object _lock = new();
        int _count;
        IEnumerable<int> All() { lock (_lock) { yield return _count; } }
        """);

    [Fact]
    public Task OlderLanguage_NeedsAnObject() => InClass("""
        private int _count;
        void Add() { lock ([|this|]) { _count++; } }
        """, """
        private readonly object _lock = new object();
        private int _count;
        void Add() { lock (_lock) { _count++; } }
        """, LanguageVersion.CSharp8);

    [Fact]
    public Task TypeOf_BecomesAStaticField() => InClass("""
        static int s_count;
        void Add() { lock ([|typeof(C)|]) { s_count++; } }
        """, """
        private static readonly Lock s_lock = new();
        static int s_count;
        void Add() { lock (s_lock) { s_count++; } }
        """);

    [Fact]
    public Task Literal_BecomesAStaticField() => InClass("""
        static int count;
        void Add() { lock ([|"the lock"|]) { count++; } }
        """, """
        private static readonly Lock gate = new();
        static int count;
        void Add() { lock (gate) { count++; } }
        """);

    [Fact]
    public Task ReplacedCollection_GetsALockBesideIt() => InClass("""
        private List<int> _items = new();
        void Add() { lock ([|_items|]) { _items.Add(1); } }
        void Clear() { lock ([|_items|]) _items = new(); }
        """, """
        private readonly Lock _itemsLock = new();
        private List<int> _items = new();
        void Add() { lock (_itemsLock) { _items.Add(1); } }
        void Clear() { lock (_itemsLock) _items = new(); }
        """);

    [Fact]
    public Task PublicField_GetsAPrivateLockBesideIt() => InClass("""
        public readonly object Gate = new();
        int _count;
        void Add() { lock ([|this.Gate|]) { _count++; } }
        """, """
        private readonly Lock _gateLock = new();
        public readonly object Gate = new();
        int _count;
        void Add() { lock (_gateLock) { _count++; } }
        """);

    [Fact]
    public Task FreshLocal_BecomesAField() => InClass("""
        int _count;
        void Add()
        {
            var gate = new object();
            lock ([|gate|])
            {
                _count++;
            }
        }
        """, """
        private readonly Lock _gateLock = new();
        int _count;
        void Add()
        {
            lock (_gateLock)
            {
                _count++;
            }
        }
        """);

    [Fact]
    public Task SynchronizedMethod_KeepsItsLock() => NotOffered("""
        int _count;
        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.Synchronized)] void Clear() => _count = 0;
        void Add() { lock ([|this|]) { _count++; } }
        """);

    [Fact]
    public Task ObjectThatAnotherTypeLocks_KeepsItsLock() => NotOffered("""
        int _count;
        void Add() { lock ([|this|]) { _count++; } }
        class Other { void M(C c) { lock (c) { c._count = 0; } } }
        """);

    [Fact]
    public Task ObjectThatADerivedTypeLocks_KeepsItsLock() => NotOffered("""
        int _count;
        void Add() { lock ([|this|]) { _count++; } }
        class Derived : C { void Clear() { lock ([|this|]) { _count = 0; } } }
        """);

    [Fact]
    public Task UnrelatedType_IsOfNoConcern() => InClass("""
        int _count;
        void Add() { lock ([|this|]) { _count++; } }
        private class Other { void M() { lock (this) { } } }
        """, """
        private readonly Lock _lock = new();
        int _count;
        void Add() { lock (_lock) { _count++; } }
        private class Other { void M() { lock (this) { } } }
        """);

    [Fact]
    public Task LockTakenHereAndGivenBackElsewhere_Stays() => NotOffered("""
        int _count;
        void Begin() { _count++; Monitor.Enter([|this|]); }
        void End() => Give(this);
        static void Give(object o) => Monitor.Exit(o);
        """);

    [Fact]
    public Task Record_HasNoRoomForALock() => Verify.VerifyCodeFixAsync(
        "record R(int X) { int _count; public void Add() { lock ([|this|]) { _count++; } } }",
        "record R(int X) { int _count; public void Add() { lock ([|this|]) { _count++; } } }");

    [Fact]
    public Task LockOfAnotherObject_IsLeftAlone() => NotOffered("""
        public readonly object Gate = new();
        void M(C other) { lock ([|other.Gate|]) { } }
        """);

    [Fact]
    public Task ReplacedReaderWriterLock_IsLeftAlone() => NotOffered("""
        ReaderWriterLockSlim _rw = new();
        void M() { [|_rw|].EnterReadLock(); _rw.ExitReadLock(); }
        void Reset() => _rw = new();
        """);

    [Theory]
    [InlineData("lock (owner.Raw) owner.Raw.Clear();")]
    [InlineData("var raw = owner.Raw; lock (raw) raw.Clear();")]
    [InlineData("lock (owner.GetRaw()) { }")]
    public Task OtherTypeThatLocksItThroughAMember_Stays(string body) => NotOffered($$"""
        List<int> _items = new();
        void Add(int item) { lock ([|_items|]) _items.Add(item); }
        void Reset() { _items = new(); }
        public List<int> Raw => _items;
        public List<int> GetRaw() { return _items; }
        class User { void M(C owner) { {{body}} } }
        """);

    [Fact]
    public Task OtherTypeThatLocksAnotherMember_IsOfNoConcern() => InClass("""
        List<int> _items = new();
        readonly List<int> _others = new();
        void Add(int item) { lock ([|_items|]) _items.Add(item); }
        void Reset() { _items = new(); }
        List<int> Others => _others;
        class User { void M(C owner) { lock (owner.Others) { } } }
        """, """
        private readonly Lock _itemsLock = new();
        List<int> _items = new();
        readonly List<int> _others = new();
        void Add(int item) { lock (_itemsLock) _items.Add(item); }
        void Reset() { _items = new(); }
        List<int> Others => _others;
        class User { void M(C owner) { lock (owner.Others) { } } }
        """);

    [Fact]
    public Task LockThatADerivedTypeMayChoose_Stays() => NotOffered("""
        public class Base { public virtual object Gate { get; } = new(); protected int N; public void Inc() { lock ([|Gate|]) N++; } }
        public class Derived : Base { private readonly object _own = new(); public override object Gate => _own; public void Dec() { lock ([|_own|]) N--; } }
        """);

    [Fact]
    public Task LockThatAnOverridingPropertyReturns_Stays() => NotOffered("""
        public class Base { public virtual object Gate { get; } = new(); protected int N; public void Inc() { lock ([|Gate|]) N++; } }
        public class Derived : Base { public readonly object Own = new(); public override object Gate => Own; public void Dec() { lock ([|Own|]) N--; } }
        """);

    private static Task NotOffered(string members) => InClass(members, members);

    private static Task InClass(string members, string repaired, LanguageVersion version = LanguageVersion.Preview)
    {
        var test = new Verify.Test { LanguageVersion = version, TestCode = Source(members) };
        if (repaired != members) test.FixedCode = Source(repaired);
        return test.RunAsync();
    }

    private static string Source(string members) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        #pragma warning disable CS0414, CS0169

        class C
        {
            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
