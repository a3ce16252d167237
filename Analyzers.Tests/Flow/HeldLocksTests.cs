using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Testing;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Tests.Verification;

namespace Tandem.Analyzers.Tests.Flow;

public class HeldLocksTests
{
    [Fact]
    public void LockStatement_IsHeldInside() => Holds("lock (_gate) { Here(); }", surely: "_gate");

    [Fact]
    public void LockStatement_IsNotHeldAfter() => Holds("lock (_gate) { } Here();");

    [Fact]
    public void LockStatementOverLock_IsHeldInside() => Holds("lock (_lock) { Here(); }", surely: "_lock");

    [Fact]
    public void NestedLocks_AreHeldInOrder() => Holds("lock (_gate) { lock (_lock) { Here(); } }", surely: "_gate, _lock");

    [Fact]
    public void MonitorEnter_IsHeldUntilExit() => Holds("Monitor.Enter(_gate); Here(); Monitor.Exit(_gate);", surely: "_gate");

    [Fact]
    public void MonitorExit_Releases() => Holds("Monitor.Enter(_gate); Monitor.Exit(_gate); Here();");

    [Fact]
    public void OneBranch_IsHeldMaybe() => Holds("if (flag) Monitor.Enter(_gate); Here();", maybe: "_gate");

    [Fact]
    public void SameConditionAgain_IsHeldSurely() => Holds("if (flag) Monitor.Enter(_gate); if (flag) Here();", surely: "_gate");

    [Fact]
    public void ConditionThatChanged_IsHeldMaybe() => Holds("if (flag) Monitor.Enter(_gate); flag = Other(); if (flag) Here();", maybe: "_gate");

    [Fact]
    public void TryEnterTested_IsHeldInside() => Holds("if (Monitor.TryEnter(_gate)) Here();", surely: "_gate");

    [Fact]
    public void TryEnterNegated_IsNotHeldInside() => Holds("if (!Monitor.TryEnter(_gate)) Here();");

    [Fact]
    public void TryEnterThatLeftEarly_IsHeldAfter() => Holds("if (!Monitor.TryEnter(_gate)) return; Here();", surely: "_gate");

    [Fact]
    public void TryEnterStored_IsHeldWhereTrue() => Holds("var taken = Monitor.TryEnter(_gate); if (taken == false) return; Here();", surely: "_gate");

    [Fact]
    public void TryEnterCombined_IsHeldInside() => Holds("if (flag && _lock.TryEnter()) Here();", surely: "_lock");

    [Fact]
    public void TryEnterCombinedOrElse_IsHeldMaybe() => Holds("if (flag || _lock.TryEnter()) Here();", maybe: "_lock");

    [Fact]
    public void TryEnterMatchedByPattern_IsHeldInside() => Holds("if (_lock.TryEnter() is not false) Here();", surely: "_lock");

    [Fact]
    public void LockTaken_IsHeldWhereTrue() => Holds("var taken = false; Monitor.TryEnter(_gate, 10, ref taken); if (taken) Here();", surely: "_gate");

    [Fact]
    public void LockTaken_IsNotHeldWhereFalse() => Holds("var taken = false; Monitor.TryEnter(_gate, 10, ref taken); if (!taken) Here();");

    [Fact]
    public void FinallyWithLockTaken_IsHeldInBranchOnly() =>
        Holds("var taken = false; try { Other(); Monitor.Enter(_gate, ref taken); } finally { if (taken) Here(); }", surely: "_gate");

    [Fact]
    public void WaitWithoutTimeout_IsHeldSurely() => Holds("_semaphore.Wait(); Here();", surely: "_semaphore");

    [Fact]
    public void WaitWithTimeoutUntested_IsHeldMaybe() => Holds("_semaphore.Wait(10); Here();", maybe: "_semaphore");

    [Fact]
    public void WaitWithInfiniteTimeout_IsHeldSurely() => Holds("_mutex.WaitOne(Timeout.Infinite); Here();", surely: "_mutex");

    [Fact]
    public void WaitAsync_IsHeldOnceAwaited() => Holds("await _semaphore.WaitAsync(); Here();", surely: "_semaphore");

    [Fact]
    public void WaitAsync_IsNotHeldBeforeItIsAwaited() => Holds("var pending = _semaphore.WaitAsync(); Here(); await pending;");

    [Fact]
    public void WaitAsyncWithTimeoutTested_IsHeldInside() => Holds("if (await _semaphore.WaitAsync(10).ConfigureAwait(false)) Here();", surely: "_semaphore");

    [Fact]
    public void UsingScope_IsHeldInside() => Holds("using (_lock.EnterScope()) { Here(); }", surely: "_lock");

    [Fact]
    public void UsingDeclaration_IsHeldToTheEnd() => Holds("using var scope = await _threadLock.AcquireAsync(); Here();", surely: "_threadLock");

    [Fact]
    public void DisposedScope_IsReleased() => Holds("var scope = _threadLock.Acquire(); scope.Dispose(); Here();");

    [Fact]
    public void TryAcquireWithScope_IsHeldInside() => Holds("if (_threadLock.TryAcquire(TimeSpan.Zero, out var scope)) Here();", surely: "_threadLock");

    [Fact]
    public void ReadLock_KeepsItsMode() => Holds("_rw.EnterUpgradeableReadLock(); _rw.EnterWriteLock(); _rw.ExitUpgradeableReadLock(); Here();", surely: "_rw (Write)");

    [Fact]
    public void SpinLock_IsHeldAfterEnter() => Holds("var taken = false; _spin.Enter(ref taken); Here();", surely: "_spin");

    [Fact]
    public void CatchBlock_IsHeldMaybe() => Holds("try { Other(); Monitor.Enter(_gate); Other(); } catch { Here(); }", maybe: "_gate");

    [Fact]
    public void CatchBlockAfterRelease_IsNotHeld() => Holds("try { Monitor.Enter(_gate); Monitor.Exit(_gate); Other(); } catch { Here(); }");

    [Fact]
    public void OwnedMutex_IsHeld() => Holds("var mutex = new Mutex(true); Here();", surely: "mutex");

    [Fact]
    public void NullChecks_AreCorrelated() => Holds("if (other != null) Monitor.Enter(other); other?.ToString(); if (other is null) Here();");

    [Fact]
    public void ConditionalAccess_IsHeldMaybe() => Holds("maybe?.Wait(); Here();", maybe: "maybe");

    [Fact]
    public void Alias_IsTheSameLock() => Holds("var gate = _gate; Monitor.Enter(gate); Here();", surely: "_gate");

    [Fact]
    public void AliasOfAField_ReleasesIt() => Holds("var gate = _gate; Monitor.Enter(gate); Monitor.Exit(_gate); Here();");

    [Fact]
    public void LocalThatChanges_IsNoAlias() => Holds("var gate = _gate; Monitor.Enter(_gate); gate = other; Monitor.Exit(gate!); Here();", surely: "_gate");

    [Fact]
    public void ArrayElements_AreToldApart() => Holds("Monitor.Enter(_stripes[0]); Monitor.Enter(_stripes[1]); Monitor.Exit(_stripes[0]); Here();", surely: "_stripes[1]");

    [Fact]
    public void Paths_AreToldApart() => Holds("lock (_left.Gate) { Monitor.Enter(_right.Gate); Monitor.Exit(_right.Gate); Here(); }", surely: "_left.Gate");

    [Fact]
    public void LocalFunctionThatReleases_Releases() => Holds("Monitor.Enter(_gate); Leave(); Here(); void Leave() { Monitor.Exit(_gate); }");

    [Fact]
    public void HelperThatReleases_Releases() => Holds("Monitor.Enter(_gate); LeaveGate(); Here();");

    [Fact]
    public void HelperThatReleasesItsParameter_Releases() => Holds("Monitor.Enter(_gate); Leave(_gate); Here();");

    [Fact]
    public void Lambda_HoldsNothingOfItsCreator() => Holds("lock (_gate) { Action work = () => Here(); }");

    [Fact]
    public void Lambda_HoldsWhatItAcquires() => Holds("Action work = () => { lock (_gate) Here(); };", surely: "_gate");

    [Fact]
    public void LocalFunction_HoldsWhatItAcquires() => Holds("Work(); void Work() { lock (_gate) Here(); }", surely: "_gate");

    [Fact]
    public void ReleaseAndAcquireAgain_OwesTheCaller() => Holds("Monitor.Exit(_gate); Monitor.Enter(_gate); Here();");

    [Fact]
    public void LoopThatContinues_IsHeldMaybe() => Holds("while (Other()) { Here(); Monitor.Enter(_gate); if (flag) continue; Monitor.Exit(_gate); }", maybe: "_gate");

    [Fact]
    public void UnreachedByField_IsAskedWithoutTheField() => Holds("if (_closed) return; lock (_gate) { if (_closed) Here(); }", surely: "_gate");

    [Fact]
    public void PathThatEndsTheProcess_DoesNotCount() => Holds("if (!Monitor.TryEnter(_gate)) Environment.Exit(1); Here();", surely: "_gate");

    [Fact]
    public void BodyWithTooManyStates_KnowsNothing()
    {
        var acquires = string.Concat(Enumerable.Range(0, 40).Select(static i => $"Monitor.TryEnter(_stripes[{i}]);\n"));
        Holds(acquires + "Here();");
    }

    /// <summary>Checks the locks that are held where the body calls <c>Here</c>.</summary>
    private static void Holds(string body, string surely = "", string maybe = "")
    {
        var source = $$"""
            using System;
            using System.Threading;
            using System.Threading.Tasks;

            class Node { public readonly object Gate = new(); }

            class C
            {
                readonly object _gate = new();
                readonly Lock _lock = new();
                readonly SemaphoreSlim _semaphore = new(1);
                readonly ReaderWriterLockSlim _rw = new();
                readonly Mutex _mutex = new();
                readonly Tandem.ThreadLock _threadLock = new();
                readonly object[] _stripes = new object[64];
                readonly Node _left = new(), _right = new();
                SpinLock _spin;
                bool _closed;

                async Task M(bool flag, object? other, SemaphoreSlim? maybe)
                {
                    {{body}}
                }

                static void Here() { }
                static bool Other() => Environment.TickCount.ToString().Length > 3;
                void LeaveGate() => Monitor.Exit(_gate);
                static void Leave(object gate) => Monitor.Exit(gate);
            }
            """;
        var references = ReferenceAssemblies.Net.Net100.References;
        var tree = CSharpSyntaxTree.ParseText(source, CSharpParseOptions.Default.WithLanguageVersion(ProjectDefaults.Newest));
        var compilation = CSharpCompilation.Create("Sample", [tree], [.. references, MetadataReference.CreateFromFile(typeof(ThreadLock).Assembly.Location)], new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));

        var model = compilation.GetSemanticModel(tree);
        var here = tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Single(static call => call.Expression is IdentifierNameSyntax { Identifier.ValueText: "Here" });
        var held = LockFlow.For(compilation).At(model.GetOperation(here)!, model, CancellationToken.None);
        Assert.Equal(surely, string.Join(", ", held.Surely.Select(Name)));
        Assert.Equal(maybe, string.Join(", ", held.Maybe.Except(held.Surely).Select(Name)));
    }

    private static string Name(HeldLock held) => held.Mode == Analyzers.Model.LockMode.Exclusive ? held.Lock.ToString() : $"{held.Lock} ({held.Mode})";
}
