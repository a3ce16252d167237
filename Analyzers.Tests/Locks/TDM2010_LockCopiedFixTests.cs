using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockCopiedAnalyzer, Tandem.CodeFixes.Locks.LockCopiedCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockCopiedFixTests
{
    [Fact]
    public Task ReadonlyField_IsReadonlyNoMore() => InClass(
        "private readonly SpinLock [|_other|] = new(false); // why",
        "private SpinLock _other = new(false); // why");

    [Fact]
    public Task Parameter_GoesByRef_WithItsCalls() => InClass("""
        void M() { Take(_spin); this.Take(spin: _spin); }
        void Take(SpinLock [|spin|]) { var taken = false; spin.Enter(ref taken); if (taken) spin.Exit(); }
        """, """
        void M() { Take(ref _spin); this.Take(spin: ref _spin); }
        void Take(ref SpinLock spin) { var taken = false; spin.Enter(ref taken); if (taken) spin.Exit(); }
        """);

    [Fact]
    public Task InParameter_GoesByRef() => InClass("""
        void M() { Take(_spin); Take(in _spin); }
        static void Take(in SpinLock [|spin|]) { var taken = false; spin.Enter(ref taken); }
        """, """
        void M() { Take(ref _spin); Take(ref _spin); }
        static void Take(ref SpinLock spin) { var taken = false; spin.Enter(ref taken); }
        """);

    [Fact]
    public Task ParameterThatGetsANewLock_StaysAsItIs() => NotOffered("""
        void M() { Take(new SpinLock()); }
        static void Take(SpinLock [|spin|]) { }
        """);

    [Fact]
    public Task ParameterOfAnAsyncMethod_StaysAsItIs() => NotOffered("static async Task Take(SpinLock [|spin|]) => await Task.Yield();");

    [Fact]
    public Task Property_BecomesAField() => InClass("""
        public SpinLock [|Gate|] { get; } = new(false);
        SpinLock [|Other|] { get; set; }
        """, """
        public SpinLock Gate = new(false);
        SpinLock Other;
        """);

    [Fact]
    public Task PropertyOfAnInterface_StaysAsItIs() => Verify.VerifyCodeFixAsync(
        "using System.Threading; interface I { SpinLock Gate { get; } } class C : I { public SpinLock [|Gate|] { get; } }",
        "using System.Threading; interface I { SpinLock Gate { get; } } class C : I { public SpinLock [|Gate|] { get; } }");

    [Fact]
    public Task Results_GoByRef() => InClass("""
        SpinLock [|Inner|] => _spin;
        SpinLock [|At|](int i) => _many[i];
        """, """
        ref SpinLock Inner => ref _spin;
        ref SpinLock At(int i) => ref _many[i];
        """);

    [Fact]
    public Task Local_GoesByRef() => InClass("""
        void M(int i)
        {
            var [|spin|] = _many[i]; // one
            var taken = false;
            spin.Enter(ref taken);
        }
        """, """
        void M(int i)
        {
            ref var spin = ref _many[i]; // one
            var taken = false;
            spin.Enter(ref taken);
        }
        """);

    [Fact]
    public Task LocalThatALambdaCaptures_StaysAsItIs() => NotOffered("Action M() { var [|spin|] = _spin; return () => spin.Exit(); }");

    [Fact]
    public Task Foreach_GoesByRef() => InClass(
        "void M() { foreach (var [|spin|] in _many) { var taken = false; spin.Enter(ref taken); } }",
        "void M() { foreach (ref var spin in _many.AsSpan()) { var taken = false; spin.Enter(ref taken); } }");

    [Fact]
    public Task ReadonlyStruct_StaysAsItIs() => Verify.VerifyCodeFixAsync(
        "using System.Threading; readonly struct S { readonly SpinLock [|_spin|]; bool Held => _spin.IsHeld; }",
        "using System.Threading; readonly struct S { readonly SpinLock [|_spin|]; bool Held => _spin.IsHeld; }");

    [Fact]
    public Task Indexer_GoesByRef() => InClass("SpinLock [|this|][int i] => _spin;", "ref SpinLock this[int i] => ref _spin;");

    private static Task NotOffered(string members) => InClass(members, members);

    private static Task InClass(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Source(string members) => $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0169, CS0649

        class C
        {
            SpinLock _spin;
            readonly SpinLock[] _many = new SpinLock[4];

            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
