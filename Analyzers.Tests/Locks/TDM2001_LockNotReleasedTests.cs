using Microsoft.CodeAnalysis.CSharp;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.LockNotReleasedAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockNotReleasedTests
{
    // Exceptions.

    [Fact]
    public Task ThrowBetweenEnterAndExit_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; Work(); Monitor.Exit(_gate);");

    [Fact]
    public Task NothingThatThrowsBetween_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _count++; _count = _count * 2 + _left._count; _flag = _count > 3; Monitor.Exit(_gate);");

    [Fact]
    public Task ReleaseInFinally_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task ThrowBetweenEnterAndTry_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; Work(); try { Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task StoreBetweenEnterAndTry_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); var before = _count; try { Work(); } finally { _count = before; Monitor.Exit(_gate); }");

    [Fact]
    public Task IntegerDivision_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; _count = 10 / _count; Monitor.Exit(_gate);");

    [Fact]
    public Task DivisionByAConstant_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _count = _count / 10 + (int)(1.0 / _count); Monitor.Exit(_gate);");

    [Fact]
    public Task ElementAccess_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; _items[_count] = 1; Monitor.Exit(_gate);");

    [Fact]
    public Task TrivialHelper_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); if (!IsFull()) Count = Count + 1; Monitor.Exit(_gate);");

    [Fact]
    public Task Cast_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; _text = (string)_other; Monitor.Exit(_gate);");

    [Fact]
    public Task CastByAs_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _text = _other as string; Monitor.Exit(_gate);");

    [Fact]
    public Task InterlockedAndPulse_DoNotTrigger() => InMethod("Monitor.Enter(_gate); Interlocked.Increment(ref _count); Monitor.Exit(_gate);");

    [Fact]
    public Task CatchThatSwallowsEverything_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { Work(); } catch (Exception) { _count = 0; } Monitor.Exit(_gate);");

    [Fact]
    public Task CatchOfOneException_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; try { Work(); } catch (FormatException) { } Monitor.Exit(_gate);");

    [Theory]
    [InlineData("throw new FormatException();", "FormatException")]
    [InlineData("throw new FormatException();", "SystemException")]
    public Task CatchOfWhatIsThrown_DoesNotTrigger(string thrown, string caught) => InMethod($"Monitor.Enter(_gate); try {{ if (_flag) {thrown} }} catch ({caught}) {{ }} Monitor.Exit(_gate);");

    [Theory]
    [InlineData("throw new FormatException();", "TimeoutException")]
    [InlineData("throw new SystemException();", "FormatException")]
    public Task CatchOfAnotherThanIsThrown_Triggers(string thrown, string caught) => InMethod($"[|Monitor.Enter(_gate)|]; try {{ if (_flag) {thrown} }} catch ({caught}) {{ }} Monitor.Exit(_gate);");

    [Fact]
    public Task CatchThatReleasesAndRethrows_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { Work(); } catch { Monitor.Exit(_gate); throw; } Monitor.Exit(_gate);");

    [Fact]
    public Task CatchThatRethrows_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; try { Work(); } catch { _count = 0; throw; } Monitor.Exit(_gate);");

    [Fact]
    public Task CatchWithFilter_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; try { Work(); } catch (Exception e) when (e.Message == \"\") { } Monitor.Exit(_gate);");

    [Fact]
    public Task ThrowInsideFinallyBeforeRelease_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; try { Work(); } finally { Work(); Monitor.Exit(_gate); }");

    [Fact]
    public Task NestedFinally_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { try { Work(); } finally { Work(); } } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task ThrowStatement_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; if (_flag) throw new InvalidOperationException(); Monitor.Exit(_gate);");

    [Fact]
    public Task ThrowAfterRelease_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); var full = _count > 3; Monitor.Exit(_gate); if (full) throw new InvalidOperationException();");

    // Early exits.

    [Fact]
    public Task EarlyReturn_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; if (_flag) return; Monitor.Exit(_gate);");

    [Fact]
    public Task EarlyReturnThatReleases_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); if (_flag) { Monitor.Exit(_gate); return; } _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task ReleaseInOneBranch_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; if (_flag) { _count++; Monitor.Exit(_gate); } else { _count--; }");

    [Fact]
    public Task ReleaseInBothBranches_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); if (_flag) { _count++; Monitor.Exit(_gate); } else { _count--; Monitor.Exit(_gate); }");

    [Fact]
    public Task Continue_Triggers() => InMethod("for (var i = 0; i < 3; i++) { [|Monitor.Enter(_gate)|]; if (_flag) continue; Monitor.Exit(_gate); }");

    [Fact]
    public Task ContinueThatReleases_DoesNotTrigger() => InMethod("for (var i = 0; i < 3; i++) { Monitor.Enter(_gate); if (_flag) { Monitor.Exit(_gate); continue; } Monitor.Exit(_gate); }");

    [Fact]
    public Task Break_Triggers() => InMethod("while (_flag) { [|Monitor.Enter(_gate)|]; if (_count > 3) break; Monitor.Exit(_gate); }");

    [Fact]
    public Task Goto_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; if (_flag) goto End; Monitor.Exit(_gate); End: _count++;");

    [Fact]
    public Task GotoToTheRelease_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); if (_flag) goto End; _count++; End: Monitor.Exit(_gate);");

    [Fact]
    public Task LoopThatAcquiresMoreThanItReleases_Triggers() => InMethod("for (var i = 0; i < 3; i++) { [|Monitor.Enter(_gate)|]; } Monitor.Exit(_gate);");

    [Fact]
    public Task NextItemWhileHeld_Triggers() => InMethod("foreach (var node in _nodes) { [|Monitor.Enter(node)|]; if (node._flag) continue; Monitor.Exit(node); }");

    [Fact]
    public Task AllItemsThenAllItems_DoesNotTrigger() => InMethod("foreach (var node in _nodes) Monitor.Enter(node); try { Work(); } finally { foreach (var node in _nodes) Monitor.Exit(node); }");

    [Fact]
    public Task HandOverHand_DoesNotTrigger() => InMethod("""
        var node = _left;
        Monitor.Enter(node);
        while (node._left != null)
        {
            var next = node._left;
            Monitor.Enter(next);
            Monitor.Exit(node);
            node = next;
        }
        Monitor.Exit(node);
        """);

    // Flags, results and conditions.

    [Fact]
    public Task LockTakenInFinally_DoesNotTrigger() => InMethod("var taken = false; try { Monitor.Enter(_gate, ref taken); Work(); } finally { if (taken) Monitor.Exit(_gate); }");

    [Fact]
    public Task LockTakenOutsideOfFinally_Triggers() => InMethod("var taken = false; [|Monitor.Enter(_gate, ref taken)|]; Work(); if (taken) Monitor.Exit(_gate);");

    [Fact]
    public Task TryEnterTested_DoesNotTrigger() => InMethod("if (Monitor.TryEnter(_gate)) { try { Work(); } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task TryEnterTested_Triggers() => InMethod("if ([|Monitor.TryEnter(_gate)|]) { Work(); Monitor.Exit(_gate); }");

    [Fact]
    public Task TryEnterGuard_DoesNotTrigger() => InMethod("if (!Monitor.TryEnter(_gate, 10)) return; try { Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task TryEnterGuard_Triggers() => InMethod("if (![|Monitor.TryEnter(_gate, 10)|]) return; if (_flag) return; Monitor.Exit(_gate);");

    [Fact]
    public Task TryEnterStored_DoesNotTrigger() => InMethod("var taken = Monitor.TryEnter(_gate); try { Work(); } finally { if (taken) Monitor.Exit(_gate); }");

    [Fact]
    public Task TryEnterStoredAndCompared_DoesNotTrigger() => InMethod("var taken = Monitor.TryEnter(_gate); if (taken == false) return; _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task TryEnterCombined_DoesNotTrigger() => InMethod("if (_flag && Monitor.TryEnter(_gate)) { _count++; Monitor.Exit(_gate); }");

    [Fact]
    public Task TryEnterCombined_Triggers() => InMethod("if ([|Monitor.TryEnter(_gate)|] && _flag) { _count++; Monitor.Exit(_gate); }");

    [Fact]
    public Task TernaryOfTwoWaits_DoesNotTrigger() => InMethod("var taken = _flag ? await _semaphore.WaitAsync(10) : await _semaphore.WaitAsync(20); if (!taken) return; try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task CorrelatedCondition_DoesNotTrigger() => InMethod("if (_flag) Monitor.Enter(_gate); try { Work(); } finally { if (_flag) Monitor.Exit(_gate); }");

    [Fact]
    public Task CorrelatedComparison_DoesNotTrigger() => InMethod("if (_count > 3) Monitor.Enter(_gate); if (_text != null) _text = null; if (_count > 3) Monitor.Exit(_gate);");

    [Fact]
    public Task UncorrelatedCondition_Triggers() => InMethod("if (_flag) [|Monitor.Enter(_gate)|]; _count++; if (_count > 3) Monitor.Exit(_gate);");

    [Fact]
    public Task NullChecks_DoNotTrigger() => InMethod("_maybe?.Wait(); try { Work(); } finally { _maybe?.Release(); }");

    [Fact]
    public Task NullCheckedInOtherWords_DoesNotTrigger() => InMethod("if (_maybe != null) _maybe.Wait(); try { Work(); } finally { if (_maybe is not null) _maybe.Release(); }");

    [Fact]
    public Task ConditionalAccess_Triggers() => InMethod("[|_maybe?.Wait()|]; Work(); _maybe?.Release();");

    [Fact]
    public Task IsEnteredInFinally_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { Work(); } finally { if (Monitor.IsEntered(_gate)) Monitor.Exit(_gate); }");

    // Kinds of lock.

    [Fact]
    public Task Lock_Triggers() => InMethod("[|_lock.Enter()|]; Work(); _lock.Exit();");

    [Fact]
    public Task Lock_DoesNotTrigger() => InMethod("_lock.Enter(); try { Work(); } finally { _lock.Exit(); }");

    [Fact]
    public Task LockScope_Triggers() => InMethod("var scope = [|_lock.EnterScope()|]; Work(); scope.Dispose();");

    [Fact]
    public Task LockScopeDropped_Triggers() => InMethod("[|_lock.EnterScope()|]; _count++;");

    [Fact]
    public Task LockScopeUsed_DoesNotTrigger() => InMethod("using (_lock.EnterScope()) Work(); using var scope = _lock.EnterScope(); Work();");

    [Fact]
    public Task LockStatements_DoNotTrigger() => InMethod("lock (_lock) { Work(); } lock (_gate) { if (_flag) return; Work(); }");

    [Fact]
    public Task Semaphore_Triggers() => InMethod("[|_semaphore.Wait()|]; Work(); _semaphore.Release();");

    [Fact]
    public Task Semaphore_DoesNotTrigger() => InMethod("_semaphore.Wait(); try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task SemaphoreAsync_Triggers() => InMethod("await [|_semaphore.WaitAsync()|]; await Task.Delay(1); _semaphore.Release();");

    [Fact]
    public Task SemaphoreAsync_DoesNotTrigger() => InMethod("await _semaphore.WaitAsync().ConfigureAwait(false); try { await Task.Delay(1); } finally { _semaphore.Release(); }");

    [Fact]
    public Task CancelledWaitInsideTry_DoesNotTrigger() => InMethod("var taken = false; try { await _semaphore.WaitAsync(token); taken = true; Work(); } finally { if (taken) _semaphore.Release(); }");

    [Fact]
    public Task SeveralPermits_DoNotTrigger() => InMethod("for (var i = 0; i < 3; i++) _semaphore.Wait(); try { Work(); } finally { _semaphore.Release(3); }");

    [Fact]
    public Task NamedSemaphore_Triggers() => InMethod("var system = new Semaphore(1, 1); [|system.WaitOne()|]; Work(); system.Release();");

    [Fact]
    public Task Event_DoesNotTrigger() => InMethod("var signal = new AutoResetEvent(false); signal.WaitOne(); Work(); signal.Set();");

    [Fact]
    public Task ReadLock_Triggers() => InMethod("[|_rw.EnterReadLock()|]; Work(); _rw.ExitReadLock();");

    [Fact]
    public Task ReadLock_DoesNotTrigger() => InMethod("_rw.EnterReadLock(); try { Work(); } finally { _rw.ExitReadLock(); }");

    [Fact]
    public Task UpgradeableReadLock_Triggers() => InMethod("_rw.EnterUpgradeableReadLock(); try { [|_rw.EnterWriteLock()|]; Work(); _rw.ExitWriteLock(); } finally { _rw.ExitUpgradeableReadLock(); }");

    [Fact]
    public Task UpgradeableReadLock_DoesNotTrigger() => InMethod("_rw.EnterUpgradeableReadLock(); try { _rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); } } finally { _rw.ExitUpgradeableReadLock(); }");

    [Fact]
    public Task TryEnterWriteLock_Triggers() => InMethod("if ([|_rw.TryEnterWriteLock(10)|]) { Work(); _rw.ExitWriteLock(); }");

    [Fact]
    public Task OldReaderWriterLock_Triggers() => InMethod("[|_old.AcquireWriterLock(10)|]; Work(); _old.ReleaseWriterLock();");

    [Fact]
    public Task OldReaderWriterLockReleasedWhole_DoesNotTrigger() => InMethod("_old.AcquireReaderLock(10); try { Work(); } finally { _old.ReleaseLock(); }");

    [Fact]
    public Task Mutex_Triggers() => InMethod("[|_mutex.WaitOne()|]; Work(); _mutex.ReleaseMutex();");

    [Fact]
    public Task Mutex_DoesNotTrigger() => InMethod("if (!_mutex.WaitOne(10)) return; try { Work(); } finally { _mutex.ReleaseMutex(); }");

    [Fact]
    public Task OwnedMutex_Triggers() => InMethod("var mutex = [|new Mutex(initiallyOwned: true)|]; Work(); mutex.ReleaseMutex();");

    [Fact]
    public Task OwnedMutex_DoesNotTrigger() => InMethod("using var mutex = new Mutex(true, \"name\", out var created); if (!created) return; try { Work(); } finally { mutex.ReleaseMutex(); }");

    [Fact]
    public Task SingleInstanceGuard_DoesNotTrigger() => InMethod("var mutex = new Mutex(true, \"app\", out var first); if (!first) return; Work(); GC.KeepAlive(mutex);");

    [Fact]
    public Task SingleInstanceGuardByWaiting_DoesNotTrigger() => InMethod("using var mutex = new Mutex(false, \"app\"); if (!mutex.WaitOne(0)) return; Work();");

    [Fact]
    public Task SpinLock_Triggers() => InMethod("var taken = false; [|_spin.Enter(ref taken)|]; Work(); _spin.Exit();");

    [Fact]
    public Task SpinLock_DoesNotTrigger() => InMethod("var taken = false; try { _spin.Enter(ref taken); Work(); } finally { if (taken) _spin.Exit(false); }");

    [Fact]
    public Task ThreadLock_Triggers() => InMethod("[|_threadLock.Acquire()|]; Work(); _threadLock.Release();");

    [Fact]
    public Task ThreadLockScope_Triggers() => InMethod("var scope = await [|_threadLock.AcquireAsync()|]; Work(); scope.Dispose();");

    [Fact]
    public Task ThreadLock_DoesNotTrigger() => InMethod("using (await _threadLock.AcquireAsync()) Work(); if (_threadLock.TryAcquire(TimeSpan.Zero, out var scope)) using (scope) Work();");

    [Fact]
    public Task ProcessLock_Triggers() => InMethod("if ([|_processLock.TryAcquire(TimeSpan.Zero, out var scope)|]) { Work(); scope.Dispose(); }");

    [Fact]
    public Task ProcessLock_DoesNotTrigger() => InMethod("using (_processLock.Acquire()) Work(); _processLock.Acquire(); try { Work(); } finally { _processLock.Release(); }");

    // What names the lock.

    [Fact]
    public Task Locals_Trigger() => InMethod("var gate = new object(); [|Monitor.Enter(gate)|]; Work(); Monitor.Exit(gate);");

    [Fact]
    public Task Paths_Trigger() => InMethod("[|Monitor.Enter(_left._gate)|]; Work(); Monitor.Exit(_left._gate);");

    [Fact]
    public Task Elements_Trigger() => InMethod("[|Monitor.Enter(_stripes[_count])|]; Work(); Monitor.Exit(_stripes[_count]);");

    [Fact]
    public Task Elements_DoNotTrigger() => InMethod("Monitor.Enter(_stripes[0]); try { Work(); } finally { Monitor.Exit(_stripes[0]); }");

    [Fact]
    public Task This_Triggers() => InMethod("[|Monitor.Enter(this)|]; Work(); Monitor.Exit(this);");

    [Fact]
    public Task Type_Triggers() => InMethod("[|Monitor.Enter(typeof(C))|]; Work(); Monitor.Exit(typeof(C));");

    [Fact]
    public Task Alias_DoesNotTrigger() => InMethod("var gate = _gate; Monitor.Enter(gate); try { Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task OtherLockReleased_Triggers() => InMethod("[|Monitor.Enter(_left._gate)|]; try { Work(); } finally { Monitor.Exit(_gate); } if (_flag) Monitor.Exit(_left._gate);");

    [Fact]
    public Task WrongModeReleased_IsAnothersRule_DoesNotTrigger() => InMethod("_rw.EnterReadLock(); try { Work(); } finally { _rw.ExitWriteLock(); }");

    [Fact]
    public Task NestedLocks_Trigger() => InMethod("{|TDM2001:Monitor.Enter(_gate)|}; {|TDM2001:_lock.Enter()|}; Work(); _lock.Exit(); Monitor.Exit(_gate);");

    [Fact]
    public Task NestedLocks_DoNotTrigger() => InMethod("Monitor.Enter(_gate); _lock.Enter(); try { Work(); } finally { _lock.Exit(); Monitor.Exit(_gate); }");

    [Fact]
    public Task ReleaseAndTakeAgain_DoesNotTrigger() => InMethod("Monitor.Exit(_gate); try { Work(); } finally { Monitor.Enter(_gate); }");

    // Who else releases.

    [Fact]
    public Task NeverReleased_Triggers() => InMethod("[|Monitor.Enter(_nobodys)|]; _count++;");

    [Fact]
    public Task LocalFunctionThatReleases_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { Work(); } finally { Leave(); } void Leave() => Monitor.Exit(_gate);");

    [Fact]
    public Task LocalFunctionThatReleases_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; Work(); Leave(); void Leave() => Monitor.Exit(_gate);");

    [Fact]
    public Task HelperThatReleases_DoesNotTrigger() => InType("void M() { Monitor.Enter(_gate); try { Work(); } finally { Leave(); } } void Leave() { Work(); LeaveNow(); } void LeaveNow() => Monitor.Exit(_gate);");

    [Fact]
    public Task HelperThatReleasesItsArgument_DoesNotTrigger() => InType("void M() { _semaphore.Wait(); try { Work(); } finally { Leave(_semaphore); } } static void Leave(SemaphoreSlim semaphore) => semaphore.Release();");

    [Fact]
    public Task LambdaThatReleasesInFinally_DoesNotTrigger() => InMethod("Action leave = () => Monitor.Exit(_gate); Monitor.Enter(_gate); try { Work(); } finally { leave(); }");

    [Fact]
    public Task EnterAndExitMethods_DoNotTrigger() => InType("void Enter() => _rw.EnterWriteLock(); void Exit() => _rw.ExitWriteLock();");

    [Fact]
    public Task BeginAndEnd_DoNotTrigger() => InType("bool Begin() { Monitor.Enter(_gate); if (_flag) { Monitor.Exit(_gate); return false; } _count++; return true; } void End() => Monitor.Exit(_gate);");

    [Fact]
    public Task BeginThatThrowsBeforeTheHandOver_Triggers() => InType("void Begin() { [|Monitor.Enter(_gate)|]; Work(); } void End() => Monitor.Exit(_gate);");

    [Fact]
    public Task ScopeReturned_DoesNotTrigger() => InType("LockScope Enter() => _threadLock.Acquire(); async Task<LockScope> EnterAsync() => await _threadLock.AcquireAsync(); Task Wait() => _semaphore.WaitAsync();");

    [Fact]
    public Task ScopePassedOut_DoesNotTrigger() => InType("bool TryEnter(out LockScope scope) => _threadLock.TryAcquire(TimeSpan.Zero, out scope);");

    [Fact]
    public Task ReleaserReturned_DoesNotTrigger() => InType(Releaser + "Releaser Enter() { _semaphore.Wait(); return new Releaser(_semaphore); }");

    [Fact]
    public Task ReleaserOfThisReturned_DoesNotTrigger() => InType("IDisposable Enter() { Monitor.Enter(_gate); return new Holder(this); } sealed class Holder(C owner) : IDisposable { public void Dispose() => Monitor.Exit(owner._gate); }");

    [Fact]
    public Task ThrowBeforeTheReleaserIsMade_Triggers() => InType(Releaser + "Releaser Enter() { [|_semaphore.Wait()|]; Work(); return new Releaser(_semaphore); }");

    [Fact]
    public Task ConstructorAndDispose_DoNotTrigger() => InType("sealed class Section : IDisposable { readonly object _gate; public Section(object gate) { _gate = gate; Monitor.Enter(_gate); } public void Dispose() => Monitor.Exit(_gate); }");

    [Fact]
    public Task ScopeStored_DoesNotTrigger() => InType("LockScope _scope; void Begin() { _scope = _threadLock.Acquire(); } void End() => _scope.Dispose();");

    [Fact]
    public Task ReleaseInContinuation_DoesNotTrigger() => InMethod("_semaphore.Wait(); _ = Task.Run(Work).ContinueWith(_ => _semaphore.Release());");

    [Fact]
    public Task ReleaseInStartedWork_DoesNotTrigger() => InMethod("_semaphore.Wait(); _ = Task.Run(() => { try { Work(); } finally { _semaphore.Release(); } });");

    [Fact]
    public Task ReturnBeforeTheContinuation_Triggers() => InMethod("[|_semaphore.Wait()|]; if (_flag) return; _ = Task.Run(Work).ContinueWith(_ => _semaphore.Release());");

    [Fact]
    public Task Signal_DoesNotTrigger() => InType("readonly SemaphoreSlim _ready = new(0); void Consume() { _ready.Wait(); Work(); } void Produce() { Work(); _ready.Release(); }");

    [Fact]
    public Task SignalThatItsTakerGivesAgain_DoesNotTrigger() => InType("readonly SemaphoreSlim _ready = new(0, 1); void Consume() { while (_flag) { _ready.Wait(); Work(); if (_flag) _ready.Release(); } } void Produce() => _ready.Release();");

    [Fact]
    public Task PropertyPutBackBeforeTheRelease_DoesNotTrigger() => InType("string Level { get => _level; set { if (value is null) throw new Exception(); _level = value; } } string _level = \"\"; void M() { var old = Level; Monitor.Enter(_gate); try { Level = \"x\"; } finally { Level = old; Monitor.Exit(_gate); } }");

    [Fact]
    public Task CallBeforeTheReleaseInTheFinally_Triggers() => InType("void M() { [|Monitor.Enter(_gate)|]; try { Work(); } finally { Work(); Monitor.Exit(_gate); } }");

    [Fact]
    public Task SemaphoreReleasedElsewhere_DoesNotTrigger() => InType("async Task Take() { await _semaphore.WaitAsync(); Work(); } void Return() => _semaphore.Release();");

    [Fact]
    public Task LockOfTheCaller_DoesNotTrigger() => InType("void Take(SemaphoreSlim semaphore, object gate) { semaphore.Wait(); Monitor.Enter(gate); }");

    // Where code lives.

    [Fact]
    public Task Lambda_Triggers() => InMethod("Action work = () => { [|Monitor.Enter(_gate)|]; Work(); Monitor.Exit(_gate); };");

    [Fact]
    public Task LambdaInsideATry_Triggers() => InMethod("try { Action work = () => { [|Monitor.Enter(_gate)|]; Work(); Monitor.Exit(_gate); }; } catch (Exception) { } finally { Work(); }");

    [Fact]
    public Task Lambda_DoesNotTrigger() => InMethod("Action work = () => { Monitor.Enter(_gate); try { Work(); } finally { Monitor.Exit(_gate); } };");

    [Fact]
    public Task Accessor_Triggers() => InType("int P { get { [|_rw.EnterReadLock()|]; Work(); _rw.ExitReadLock(); return 1; } }");

    [Fact]
    public Task Constructor_Triggers() => InType("C(int n) { [|Monitor.Enter(_gate)|]; Work(); Monitor.Exit(_gate); }");

    [Fact]
    public Task FieldInitializer_Triggers() => InType("static readonly object s_gate = new(); readonly Action _work = () => { [|Monitor.Enter(s_gate)|]; Work(); Monitor.Exit(s_gate); };");

    [Fact]
    public Task Iterator_Triggers() => InType("IEnumerable<int> All() { [|Monitor.Enter(_gate)|]; yield return 1; Monitor.Exit(_gate); }");

    [Fact]
    public Task Iterator_DoesNotTrigger() => InType("IEnumerable<int> All() { Monitor.Enter(_gate); try { yield return 1; } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task TopLevelStatements_Trigger() => Verify.VerifyAnalyzerAsync("""
        using System;
        using System.Threading;

        var gate = new object();
        [|Monitor.Enter(gate)|];
        Console.WriteLine();
        Monitor.Exit(gate);
        """);

    [Fact]
    public Task EndOfTheProcess_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); if (_flag) Environment.Exit(1); _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task OlderLanguage_IsUnderstood() => new Verify.Test
    {
        LanguageVersion = LanguageVersion.CSharp7_3,
        TestCode = "using System.Threading; class C { readonly object _gate = new object(); void M() { [|Monitor.Enter(_gate)|]; System.Console.WriteLine(); Monitor.Exit(_gate); } }",
    }.RunAsync();

    [Fact]
    public Task BrokenCode_DoesNotCrash() => Verify.VerifyAnalyzerAsync("using System.Threading; class C { void M() { Monitor.Enter({|CS0103:_gate|}); Monitor.{|CS0117:Leave|}(this); {|CS0103:_x|}.Wait(); } }");

    // What else issue and design name.

    [Fact]
    public Task ResultKeptAsANumber_DoesNotTrigger() => InMethod("var state = Monitor.TryEnter(_gate) ? 1 : 0; try { Work(); } finally { if (state == 1) Monitor.Exit(_gate); }");

    [Fact]
    public Task ResultKeptAsANumber_Triggers() => InMethod("var state = [|Monitor.TryEnter(_gate)|] ? 1 : 0; Work(); if (state == 1) Monitor.Exit(_gate);");

    [Fact]
    public Task ModeKeptAsANumber_DoesNotTrigger() => InMethod("var mode = 0; if (_flag) { _rw.EnterReadLock(); mode = 1; } else { _rw.EnterWriteLock(); mode = 2; } try { Work(); } finally { if (mode == 1) _rw.ExitReadLock(); if (mode == 2) _rw.ExitWriteLock(); }");

    [Fact]
    public Task ModeKeptAsAnEnumeration_DoesNotTrigger() => InMethod("var day = DayOfWeek.Sunday; if (_count > 3) { Monitor.Enter(_gate); day = DayOfWeek.Monday; } try { Work(); } finally { if (day == DayOfWeek.Monday) Monitor.Exit(_gate); }");

    [Fact]
    public Task ThrowBeforeAnotherMemberReleasesTheSemaphore_Triggers() => InType("async Task Take() { await [|_semaphore.WaitAsync()|]; if (_flag) throw new InvalidOperationException(); } void Return() => _semaphore.Release();");

    [Fact]
    public Task ThrowOfADisposedOwnerOfTheSemaphore_DoesNotTrigger() => InType("async Task Take() { await _semaphore.WaitAsync(); if (_flag) throw new ObjectDisposedException(\"C\"); } void Return() => _semaphore.Release();");

    [Fact]
    public Task ThrowWithAPermitOfMany_DoesNotTrigger() => InType("readonly SemaphoreSlim _slots = new(8); async Task Take() { await _slots.WaitAsync(); if (_flag) throw new InvalidOperationException(); } void Return() => _slots.Release();");

    [Fact]
    public Task BreakOutOfASwitch_Triggers() => InMethod("while (_flag) { [|Monitor.Enter(_gate)|]; switch (_count) { case 1: continue; case 2: break; } Monitor.Exit(_gate); }");

    [Fact]
    public Task GotoBack_Triggers() => InMethod("Again: [|_lock.Enter()|]; if (_count > 3) goto Again; _lock.Exit();");

    [Fact]
    public Task GotoBackAfterRelease_DoesNotTrigger() => InMethod("Again: _lock.Enter(); _count++; _lock.Exit(); if (_count > 3) goto Again;");

    [Fact]
    public Task ThrowInAFilter_CountsAsNo_Triggers() => InMethod("[|Monitor.Enter(_gate)|]; try { Work(); } catch (Exception) when (IsOdd()) { } Monitor.Exit(_gate);");

    [Fact]
    public Task CatchAndFinallyInEachOther_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { try { Work(); } catch (FormatException) when (_flag) { Work(); } finally { _count++; } } catch (Exception) { throw; } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task PropertiesOfProperties_Trigger() => InMethod("[|Monitor.Enter(_left.Next.Gate)|]; Work(); Monitor.Exit(_left.Next.Gate);");

    [Fact]
    public Task PropertiesOfProperties_DoNotTrigger() => InMethod("Monitor.Enter(_left.Next.Gate); try { Work(); } finally { Monitor.Exit(_left.Next.Gate); }");

    [Fact]
    public Task Parameter_Triggers() => InType("void M(object gate) { [|Monitor.Enter(gate)|]; Work(); Monitor.Exit(gate); }");

    [Fact]
    public Task NegatedAndCombined_DoesNotTrigger() => InMethod("if (!(_flag && Monitor.TryEnter(_gate))) return; try { Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task NegatedAndCombined_Triggers() => InMethod("if (!([|_lock.TryEnter()|] && _flag)) return; _lock.Exit();");

    [Fact]
    public Task LambdaCalledInFinally_DoesNotTrigger() => InMethod("_rw.EnterWriteLock(); Action leave = () => { _rw.ExitWriteLock(); }; try { Work(); } finally { leave(); }");

    [Fact]
    public Task UpgradedAndDowngraded_DoesNotTrigger() => InMethod("_rw.EnterUpgradeableReadLock(); try { if (_flag) { _rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); } } Work(); } finally { _rw.ExitUpgradeableReadLock(); }");

    [Fact]
    public Task UpgradedAndLeft_Triggers() => InMethod("_rw.EnterUpgradeableReadLock(); try { [|_rw.EnterWriteLock()|]; if (_flag) return; _rw.ExitWriteLock(); } finally { _rw.ExitUpgradeableReadLock(); }");

    // What the message says.

    [Fact]
    public Task Message_NamesTheCallThatThrows() => Says("""
        Monitor.Enter(_gate);
        Work();
        Monitor.Exit(_gate);
        """, "'_gate' is acquired here but not released when 'Work' on line 2 throws; use a 'lock' statement, or release it in a finally block");

    [Fact]
    public Task Message_NamesTheReturn() => Says("""
        _semaphore.Wait();
        if (_flag) return;
        _semaphore.Release();
        """, "'_semaphore' is acquired here but not released by the return on line 2; release it in a finally block");

    [Fact]
    public Task Message_NamesTheEnd() => Says("""
        _rw.EnterReadLock();
        if (_flag) _rw.ExitReadLock();
        """, "'_rw' is acquired here but not released at the end on line 3; release it in a finally block");

    [Fact]
    public Task Message_NamesTheThrow() => Says("""
        _lock.Enter();
        if (_flag)
            throw new InvalidOperationException();
        _lock.Exit();
        """, "'_lock' is acquired here but not released by the throw on line 3; use a 'lock' statement, or release it in a finally block");

    [Fact]
    public Task ItemsReleasedByIndex_DoNotTrigger() => InMethod("var taken = 0; try { foreach (var stripe in _stripes) { Monitor.Enter(stripe); taken++; } Work(); } finally { for (var i = 0; i < taken; i++) Monitor.Exit(_stripes[i]); }");

    [Fact]
    public Task ItemsReleasedByIndexOfAnother_Trigger() => InMethod("try { foreach (var node in _nodes) { [|Monitor.Enter(node)|]; } Work(); } finally { for (var i = 0; i < 4; i++) Monitor.Exit(_stripes[i]); }");

    [Theory]
    [InlineData("if (await _semaphore.WaitAsync(0) is false) return;")]
    [InlineData("if (await _semaphore.WaitAsync(0) is not true) return;")]
    [InlineData("var taken = await _semaphore.WaitAsync(0); if (taken is false) return;")]
    [InlineData("var taken = await _semaphore.WaitAsync(0); if (taken is not true) return;")]
    public Task TryAcquireTestedByAPattern_DoesNotTrigger(string guard) => InMethod(guard + " try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task TryAcquireKeptAndTestedByAPattern_DoesNotTrigger() => InMethod("var taken = Monitor.TryEnter(_gate); if (taken is true) { try { Work(); } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task TryAcquireTestedByAPattern_Triggers() => InMethod("var taken = [|Monitor.TryEnter(_gate)|]; if (taken is true) { Work(); Monitor.Exit(_gate); }");

    [Fact]
    public Task AccessorOfAPropertyWithInitializer_TriggersOnce() => InType("string Name { get; set { [|_lock.Enter()|]; Work(); field = value; _lock.Exit(); } } = \"\";");

    [Fact]
    public Task LambdaInThePropertysInitializer_TriggersOnce() => InType("static readonly Lock s_lock = new(); Action Act { get; set { field = value; } } = () => { [|s_lock.Enter()|]; Work(); s_lock.Exit(); };");

    [Fact]
    public Task Message_NamesTheContinue() => Says("""
        foreach (var node in _nodes)
        {
            {|#0:_lock.Enter()|};
            if (node == null) continue;
            Work();
            _lock.Exit();
        }
        """, "'_lock' is acquired here but not released by the continue on line 4; use a 'lock' statement, or release it in a finally block");

    [Fact]
    public Task Message_NamesTheNextTurn() => Says("""
        while (true)
        {
            {|#0:_semaphore.Wait()|};
            if (IsFull()) { _semaphore.Release(); return; }
            _count++;
        }
        """, "'_semaphore' is acquired here but not released before the loop takes it again on line 3; release it in a finally block");

    [Fact]
    public Task Message_ProposesNoLockAroundAnAwait() => SaysInType("""
        async Task M() { {|#0:Monitor.Enter(_gate)|}; await Task.Yield(); Monitor.Exit(_gate); }
        """, "'_gate' is acquired here but not released when 'Yield' on line 1 throws; release it in a finally block");

    [Fact]
    public Task Message_NamesTheOwnedMutexByItsVariable() => Says("""
        var mutex = {|#0:new Mutex(true, "x")|}; Work(); mutex.ReleaseMutex();
        """, "'mutex' is acquired here but not released when 'Work' on line 1 throws; release it in a finally block");

    [Fact]
    public Task Message_SaysThatNothingReleases() => Says("""
        _threadLock.Acquire();
        """, "'_threadLock' is acquired here but not released anywhere; dispose its scope with 'using'");

    private const string Releaser = "readonly struct Releaser(SemaphoreSlim semaphore) : IDisposable { public void Dispose() => semaphore.Release(); } ";

    private const string Members = """
        readonly object _gate = new(), _nobodys = new();
        readonly Lock _lock = new();
        readonly SemaphoreSlim _semaphore = new(1);
        readonly ReaderWriterLockSlim _rw = new();
        readonly ReaderWriterLock _old = new();
        readonly Mutex _mutex = new();
        readonly ThreadLock _threadLock = new();
        readonly ProcessLock _processLock = new();
        SpinLock _spin;
        SemaphoreSlim? _maybe;
        readonly object[] _stripes = new object[4];
        readonly int[] _items = new int[4];
        readonly C[] _nodes = new C[4];
        readonly C _left = null!;
        bool _flag;
        int _count;
        string? _text;
        readonly object? _other = null;
        int Count { get => _count; set => _count = value; }
        bool IsFull() => _count == 4;
        bool IsOdd() => int.Parse(_text!) % 2 == 1;
        C Next => _left;
        object Gate => _gate;
        static void Work() => Console.WriteLine();
        """;

    [Theory]
    [InlineData("var taken = false; [|Monitor.Enter(_gate, ref taken)|]; try { Work(); } finally { if (!taken) Monitor.Exit(_gate); }")]
    public Task ReleaseThatNothingComesTo_Triggers(string body) => InMethod(body);

    [Theory]
    [InlineData("if (s_depth.Value == 0) await _semaphore.WaitAsync(); s_depth.Value++; try { Work(); } finally { if (--s_depth.Value == 0) _semaphore.Release(); } } static readonly AsyncLocal<int> s_depth = new(); void N() {")]
    [InlineData("var taken = 0; try { for (var i = 0; i < 3; i++) { await _semaphore.WaitAsync(); taken++; } Work(); } finally { _semaphore.Release(taken); }")]
    public Task CountedHolds_DoNotTrigger(string body) => InMethod(body);

    private static Task InMethod(string body) => InType($"async Task M(CancellationToken token) {{ await Task.Yield();\n{body}\n}}");

    private static Task InType(string members) => Verify.VerifyAnalyzerAsync(Source(members));

    /// <summary>Checks the message for the first statement of a method, or for what is marked; lines count from there.</summary>
    private static Task Says(string body, string message) =>
        SaysInType("void M() {\n#line 1\n" + (body.Contains("{|#0:") ? body : "{|#0:" + body.Insert(body.IndexOf(';'), "|}")) + "\n}", message);

    private static Task SaysInType(string members, string message) => Verify.VerifyAnalyzerAsync(
        "using System; using System.Threading; using System.Threading.Tasks; using Tandem;\n#pragma warning disable CS0649, CS0414, CS0169, CS1998\nclass C {\n#line 1\n" + members + "\n" + Members + "}",
        Verify.Diagnostic().WithLocation(0).WithMessage(message).WithOptions(Microsoft.CodeAnalysis.Testing.DiagnosticOptions.IgnoreAdditionalLocations));

    private static string Source(string members) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;
        #pragma warning disable CS0649, CS0414, CS0169, CS1998

        class C
        {
            C() { }
            {{members}}
            {{Members}}
        }
        """;
}
