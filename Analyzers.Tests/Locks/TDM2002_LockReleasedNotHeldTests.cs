using Microsoft.CodeAnalysis.CSharp;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.LockReleasedNotHeldAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class LockReleasedNotHeldTests
{
    // Released twice.

    [Fact]
    public Task ReleasedTwice_Triggers() => InMethod("Monitor.Enter(_gate); _count++; Monitor.Exit(_gate); [|Monitor.Exit(_gate)|];");

    [Fact]
    public Task TakenTwiceAndReleasedTwice_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); Monitor.Enter(_gate); Monitor.Exit(_gate); Monitor.Exit(_gate);");

    [Fact]
    public Task ReleasedInTryAndFinally_Triggers() => InMethod("_rw.EnterReadLock(); try { Work(); _rw.ExitReadLock(); } finally { [|_rw.ExitReadLock()|]; }");

    [Fact]
    public Task ReleasedInTryAndCatch_DoesNotTrigger() => InMethod("_rw.EnterReadLock(); try { Work(); _rw.ExitReadLock(); } catch { _rw.ExitReadLock(); throw; }");

    [Fact]
    public Task ReleasedInTryBeforeMoreAndCatch_Triggers() => InMethod("_rw.EnterReadLock(); try { Work(); _rw.ExitReadLock(); Work(); } catch { [|_rw.ExitReadLock()|]; throw; }");

    [Fact]
    public Task ReleasedInTryBeforeMoreAndCatchOfOneException_DoesNotTrigger() => InMethod("_rw.EnterReadLock(); try { Work(); _rw.ExitReadLock(); Work(); } catch (FormatException) { _rw.ExitReadLock(); throw; }");

    [Fact]
    public Task ReleasedInBranchAndBehind_Triggers() => InMethod("_lock.Enter(); if (_flag) { _count++; _lock.Exit(); } [|_lock.Exit()|];");

    [Fact]
    public Task ReleasedInBranchThatReturns_DoesNotTrigger() => InMethod("_lock.Enter(); if (_flag) { _count++; _lock.Exit(); return; } _lock.Exit();");

    [Fact]
    public Task ReleasedInBothBranches_DoesNotTrigger() => InMethod("_lock.Enter(); if (_flag) _lock.Exit(); else { _count++; _lock.Exit(); }");

    [Fact]
    public Task ReleasedInBranchAndBehindAFlag_DoesNotTrigger() => InMethod("_lock.Enter(); var released = false; if (_count > 3) { _lock.Exit(); released = true; } if (!released) _lock.Exit();");

    [Fact]
    public Task ReleasedInBranchAndBehindAnotherCondition_DoesNotTrigger() => InMethod("_lock.Enter(); if (_count > 3) { _lock.Exit(); } if (IsFull()) _lock.Exit();");

    [Fact]
    public Task ReleasedInBranchAndBehindAReturn_DoesNotTrigger() => InMethod("_lock.Enter(); if (_count > 3) { _lock.Exit(); } if (IsFull()) return; _lock.Exit();");

    [Fact]
    public Task ReleasedBeforeBreakAndBehindTheLoop_Triggers() => InMethod("_lock.Enter(); while (true) { if (IsFull()) { _lock.Exit(); break; } _count++; } [|_lock.Exit()|];");

    [Fact]
    public Task ReleasedBeforeBreakAndTakenAgain_DoesNotTrigger() => InMethod("_lock.Enter(); while (true) { if (IsFull()) { _lock.Exit(); Work(); _lock.Enter(); break; } _count++; } _lock.Exit();");

    [Fact]
    public Task ReleasedInEachTurn_Triggers() => InMethod("_lock.Enter(); while (IsFull()) { _count++; [|_lock.Exit()|]; }");

    [Fact]
    public Task TakenAndReleasedInEachTurn_DoesNotTrigger() => InMethod("while (IsFull()) { _lock.Enter(); _count++; _lock.Exit(); }");

    [Fact]
    public Task TakenInOneLoopAndReleasedInAnother_DoesNotTrigger() => InMethod("for (var i = 0; i < _count; i++) _semaphore.Wait(); for (var i = 0; i < _count; i++) _semaphore.Release();");

    [Fact]
    public Task ReleasedWhileEntered_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); Monitor.Exit(_gate); while (Monitor.IsEntered(_gate)) Monitor.Exit(_gate);");

    [Fact]
    public Task ReleasedIfEntered_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); try { Work(); Monitor.Exit(_gate); Work(); } finally { if (Monitor.IsEntered(_gate)) Monitor.Exit(_gate); }");

    [Fact]
    public Task ReleasedIfHeld_DoesNotTrigger() => InMethod("_rw.EnterWriteLock(); try { Work(); _rw.ExitWriteLock(); Work(); } finally { if (_rw.IsWriteLockHeld) _rw.ExitWriteLock(); }");

    [Fact]
    public Task SemaphoreReleasedIfTaken_DoesNotTrigger() => InMethod("_semaphore.Wait(); try { Work(); _semaphore.Release(); Work(); } finally { if (_semaphore.CurrentCount == 0) _semaphore.Release(); }");

    [Fact]
    public Task LockTakenReset_DoesNotTrigger() => InMethod("var taken = false; try { Monitor.Enter(_gate, ref taken); Work(); Monitor.Exit(_gate); taken = false; Work(); } finally { if (taken) Monitor.Exit(_gate); }");

    [Fact]
    public Task LockTakenNotReset_Triggers() => InMethod("var taken = false; try { Monitor.Enter(_gate, ref taken); Work(); Monitor.Exit(_gate); } finally { if (taken) [|Monitor.Exit(_gate)|]; }");

    [Fact]
    public Task ExitInsideALockStatement_Triggers() => InMethod("lock (_gate) { Work(); [|Monitor.Exit(_gate)|]; }");

    [Fact]
    public Task ExitAndEnterInsideALockStatement_DoesNotTrigger() => InMethod("lock (_gate) { Monitor.Exit(_gate); try { Work(); } finally { Monitor.Enter(_gate); } }");

    [Fact]
    public Task ExitInsideAScope_Triggers() => InMethod("using (_lock.EnterScope()) { Work(); [|_lock.Exit()|]; }");

    [Fact]
    public Task ReleaseInsideATandemScope_DoesNotTrigger() => InMethod("using (_threadLock.Acquire()) { Work(); _threadLock.Release(); }");

    [Fact]
    public Task ReleaseAfterTheScopeIsDisposed_Triggers() => InMethod("var scope = _threadLock.Acquire(); Work(); scope.Dispose(); [|_threadLock.Release()|];");

    [Fact]
    public Task ReleasedTwiceByAHelper_Triggers() => InMethod("Monitor.Enter(_gate); Leave(); [|Monitor.Exit(_gate)|]; void Leave() => Monitor.Exit(_gate);");

    [Fact]
    public Task SeveralPermits_DoNotTrigger() => InMethod("_semaphore.Wait(); _semaphore.Release(2); _semaphore.Release(_count);");

    [Fact]
    public Task SemaphoreReleasedTwice_Triggers() => InMethod("await _semaphore.WaitAsync(); try { Work(); _semaphore.Release(); } finally { [|_semaphore.Release()|]; }");

    [Fact]
    public Task SignalReleasedTwice_DoesNotTrigger() => InType("readonly SemaphoreSlim _ready = new(0); void Pump() { _ready.Wait(); _ready.Release(); _ready.Release(); }");

    [Fact]
    public Task PermitTakenElsewhere_DoesNotTrigger() => InType("void Take() => _semaphore.Wait(); void Return() { _semaphore.Wait(); _count++; _semaphore.Release(); _semaphore.Release(); }");

    [Fact]
    public Task CallersLock_DoesNotTrigger() => InType("void Begin() => Monitor.Enter(_gate); void End() { lock (_gate) _count++; Monitor.Exit(_gate); }");

    [Fact]
    public Task CallersLockOfACaller_DoesNotTrigger() => InType("void M() { Monitor.Enter(_gate); if (_flag) { End(); return; } Monitor.Exit(_gate); } void End() { lock (_gate) _count++; Monitor.Exit(_gate); }");

    [Fact]
    public Task HoldsAttribute_DoesNotTrigger() => InType("[Holds(nameof(_gate))] void End() { lock (_gate) _count++; Monitor.Exit(_gate); }");

    [Fact]
    public Task NamedForItsLock_DoesNotTrigger() => InType("void EndLocked() { lock (_gate) _count++; Monitor.Exit(_gate); }");

    [Fact]
    public Task LambdaOfAHolder_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); Action leave = () => { lock (_gate) _count++; Monitor.Exit(_gate); }; leave();");

    // The acquire can fail.

    [Fact]
    public Task CancelledWaitInsideTry_Triggers() => InMethod("try { await _semaphore.WaitAsync(token); Work(); } finally { [|_semaphore.Release()|]; }");

    [Fact]
    public Task CancelledWaitBeforeTry_DoesNotTrigger() => InMethod("await _semaphore.WaitAsync(token); try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task WaitWithoutToken_DoesNotTrigger() => InMethod("try { await _semaphore.WaitAsync(); Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task WaitWithNoneToken_DoesNotTrigger() => InMethod("try { await _semaphore.WaitAsync(CancellationToken.None); Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task CancelledWaitWithFlag_DoesNotTrigger() => InMethod("var taken = false; try { await _semaphore.WaitAsync(token); taken = true; Work(); } finally { if (taken) _semaphore.Release(); }");

    [Fact]
    public Task CancelledWaitCaught_Triggers() => InMethod("try { await _semaphore.WaitAsync(token); Work(); } catch (OperationCanceledException) { } finally { [|_semaphore.Release()|]; }");

    [Fact]
    public Task CancelledWaitReleasedInItsCatch_Triggers() => InMethod("try { await _semaphore.WaitAsync(token); } catch (OperationCanceledException) { [|_semaphore.Release()|]; throw; } try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task CancelledWaitCaughtAndReleasedBehind_Triggers() => InMethod("try { await _semaphore.WaitAsync(token); } catch (OperationCanceledException) { } _count++; [|_semaphore.Release()|];");

    [Fact]
    public Task CancelledWaitCaughtAndLeft_DoesNotTrigger() => InMethod("try { await _semaphore.WaitAsync(token); } catch (OperationCanceledException) { return; } _count++; _semaphore.Release();");

    [Fact]
    public Task CallBeforeTheAcquireInTry_Triggers() => InMethod("try { Work(); Monitor.Enter(_gate); _count++; } finally { [|Monitor.Exit(_gate)|]; }");

    [Fact]
    public Task StoreBeforeTheAcquireInTry_DoesNotTrigger() => InMethod("try { _count++; Monitor.Enter(_gate); _count++; } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task AcquireFirstInTry_DoesNotTrigger() => InMethod("try { Monitor.Enter(_gate); Work(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public Task TemporaryReleaseBehindACaughtException_DoesNotTrigger() => InMethod("try { Work(); } catch { } Monitor.Exit(_gate); try { Work(); } finally { Monitor.Enter(_gate); }");

    [Fact]
    public Task AbandonedMutex_DoesNotTrigger() => InMethod("try { _mutex.WaitOne(); Work(); } finally { _mutex.ReleaseMutex(); }");

    [Theory]
    [InlineData("if (!taken) throw new TimeoutException();")]
    [InlineData("if (taken == false) throw new TimeoutException();")]
    [InlineData("if (!taken) { Work(); return; }")]
    public Task NotTakenLeavesTheTry_PastTheHandlerOfTheAbandonedMutex_DoesNotTrigger(string test) =>
        InMethod($"var taken = false; try {{ try {{ taken = _mutex.WaitOne(10); {test} }} catch (AbandonedMutexException) {{ taken = true; }} Work(); }} finally {{ if (taken) _mutex.ReleaseMutex(); }}");

    [Fact]
    public Task NotTakenThrows_PastAHandlerOfAnotherType_DoesNotTrigger() =>
        InMethod("try { if (!_mutex.WaitOne(10)) throw new TimeoutException(); } catch (FormatException) { _mutex.ReleaseMutex(); throw; } _mutex.ReleaseMutex();");

    [Theory]
    [InlineData("_semaphore.Wait(); try { Work(); } finally { [|_write.Release()|]; }", "_write.Wait(); try { Work(); } finally { _write.Release(); }")]
    [InlineData("Monitor.Enter(_gate); try { Work(); } finally { [|Monitor.Exit(_other)|]; }", "Monitor.Enter(_other); try { Work(); } finally { Monitor.Exit(_other); }")]
    [InlineData("_rw.EnterReadLock(); try { Work(); } finally { [|_rw2.ExitReadLock()|]; }", "_rw2.EnterReadLock(); try { Work(); } finally { _rw2.ExitReadLock(); }")]
    [InlineData("_mutex.WaitOne(); try { Work(); } finally { [|_mutex2.ReleaseMutex()|]; }", "_mutex2.WaitOne(); try { Work(); } finally { _mutex2.ReleaseMutex(); }")]
    public Task WrongLockInFinally_ThatAnotherMethodUsesWell_Triggers(string wrong, string well) => InType($$"""
        readonly SemaphoreSlim _write = new(1);
        readonly ReaderWriterLockSlim _rw2 = new();
        readonly Mutex _mutex2 = new();
        void Wrong() { {{wrong}} }
        void Well() { {{well}} }
        """);

    [Theory]
    [InlineData("_write.Wait(); Wrong();")]
    [InlineData("_write.Wait(); try { Wrong(); } finally { _write.Release(); }")]
    public Task OtherLockInFinally_ThatItsCallerTakes_DoesNotTrigger(string caller) => InType($$"""
        readonly SemaphoreSlim _write = new(1);
        void Wrong() { _semaphore.Wait(); try { Work(); } finally { _write.Release(); } }
        void Caller() { {{caller}} }
        """);

    [Fact]
    public Task AbandonedMutexCaught_DoesNotTrigger() => InMethod("var taken = false; try { try { taken = _mutex.WaitOne(10); } catch (AbandonedMutexException) { taken = true; } if (!taken) return; Work(); } finally { if (taken) _mutex.ReleaseMutex(); }");

    [Fact]
    public Task OldReaderWriterLockInsideTry_Triggers() => InMethod("try { _old.AcquireReaderLock(10); Work(); } finally { [|_old.ReleaseReaderLock()|]; }");

    [Fact]
    public Task OldReaderWriterLockWithoutTimeoutInsideTry_DoesNotTrigger() => InMethod("try { _old.AcquireReaderLock(Timeout.Infinite); Work(); } finally { _old.ReleaseReaderLock(); }");

    [Fact]
    public Task OldReaderWriterLockReleasedWhole_DoesNotTrigger() => InMethod("try { _old.AcquireReaderLock(10); Work(); } finally { _old.ReleaseLock(); }");

    [Fact]
    public Task ThreadLockCancelled_Triggers() => InMethod("try { _threadLock.Acquire(token); Work(); } finally { [|_threadLock.Release()|]; }");

    [Fact]
    public Task ProcessLockCancelled_Triggers() => InMethod("try { await _processLock.AcquireAsync(token); Work(); } finally { [|_processLock.Release()|]; }");

    [Fact]
    public Task HandedOverBeforeTheException_DoesNotTrigger() => InMethod("_semaphore.Wait(); try { _ = Task.Run(() => { try { Work(); } finally { _semaphore.Release(); } }); } catch { _semaphore.Release(); throw; }");

    // The result of the acquire.

    [Fact]
    public Task TimeoutIgnored_Triggers() => InMethod("_mutex.WaitOne(10); try { Work(); } finally { [|_mutex.ReleaseMutex()|]; }");

    [Fact]
    public Task TimeoutTested_DoesNotTrigger() => InMethod("if (!_mutex.WaitOne(10)) return; try { Work(); } finally { _mutex.ReleaseMutex(); }");

    [Fact]
    public Task InfiniteTimeout_DoesNotTrigger() => InMethod("_mutex.WaitOne(Timeout.Infinite); try { Work(); } finally { _mutex.ReleaseMutex(); }");

    [Fact]
    public Task TryEnterIgnored_Triggers() => InMethod("Monitor.TryEnter(_gate); _count++; [|Monitor.Exit(_gate)|];");

    [Fact]
    public Task TryEnterWithFlagIgnored_Triggers() => InMethod("var taken = false; Monitor.TryEnter(_gate, 10, ref taken); _count++; [|Monitor.Exit(_gate)|];");

    [Fact]
    public Task TryEnterWithFlag_DoesNotTrigger() => InMethod("var taken = false; Monitor.TryEnter(_gate, 10, ref taken); _count++; if (taken) Monitor.Exit(_gate);");

    [Fact]
    public Task TryEnterStoredAndNotTested_Triggers() => InMethod("var taken = _lock.TryEnter(); _count++; [|_lock.Exit()|];");

    [Fact]
    public Task TryEnterStoredAndTested_DoesNotTrigger() => InMethod("var taken = _lock.TryEnter(); _count++; if (taken) _lock.Exit();");

    [Fact]
    public Task TryEnterTestedForTheSectionOnly_Triggers() => InMethod("if (_lock.TryEnter()) { _count++; } [|_lock.Exit()|];");

    [Fact]
    public Task TryEnterTestedTheWrongWay_Triggers() => InMethod("if (!_lock.TryEnter()) { [|_lock.Exit()|]; }");

    [Fact]
    public Task TryEnterOrForce_Triggers() => InMethod("if (_lock.TryEnter() || _flag) { _count++; [|_lock.Exit()|]; }");

    [Fact]
    public Task TryEnterAndMore_DoesNotTrigger() => InMethod("if (_lock.TryEnter() && _flag) { _count++; _lock.Exit(); }");

    [Fact]
    public Task TryEnterUnlessForced_DoesNotTrigger() => InMethod("if (!_flag && !_lock.TryEnter()) return; if (!_flag) _lock.Exit();");

    [Fact]
    public Task TryEnterAsserted_DoesNotTrigger() => InMethod("System.Diagnostics.Debug.Assert(_semaphore.Wait(10)); _count++; _semaphore.Release();");

    [Fact]
    public Task TryEnterStoredAndAsserted_DoesNotTrigger() => InMethod("var taken = _semaphore.Wait(10); System.Diagnostics.Debug.Assert(taken); _count++; _semaphore.Release();");

    [Fact]
    public Task SemaphoreTimeoutIgnored_Triggers() => InMethod("await _semaphore.WaitAsync(10); try { Work(); } finally { [|_semaphore.Release()|]; }");

    [Fact]
    public Task SemaphoreTimeoutReturnsInsideTry_Triggers() => InMethod("try { if (!await _semaphore.WaitAsync(10)) return; Work(); } finally { [|_semaphore.Release()|]; }");

    [Fact]
    public Task SemaphoreTimeoutReturnsBeforeTry_DoesNotTrigger() => InMethod("if (!await _semaphore.WaitAsync(10)) return; try { Work(); } finally { _semaphore.Release(); }");

    [Fact]
    public Task SignalWithTimeout_DoesNotTrigger() => InType("readonly SemaphoreSlim _ready = new(0); void Pump() { _ready.Wait(10); Work(); _ready.Release(); }");

    [Fact]
    public Task NamedSemaphoreTimeoutIgnored_Triggers() => InMethod("var system = new Semaphore(1, 1); system.WaitOne(10); _count++; [|system.Release()|];");

    [Fact]
    public Task ReadLockTimeoutIgnored_Triggers() => InMethod("_rw.TryEnterReadLock(10); try { Work(); } finally { [|_rw.ExitReadLock()|]; }");

    [Fact]
    public Task SpinLockIgnored_Triggers() => InMethod("var taken = false; _spin.TryEnter(ref taken); _count++; [|_spin.Exit()|];");

    [Fact]
    public Task SpinLockTested_DoesNotTrigger() => InMethod("var taken = false; try { _spin.TryEnter(ref taken); _count++; } finally { if (taken) _spin.Exit(); }");

    [Fact]
    public Task ThreadLockIgnored_Triggers() => InMethod("_threadLock.TryAcquire(TimeSpan.Zero, out _); _count++; [|_threadLock.Release()|];");

    // The wrong one.

    [Fact]
    public Task WrongModeInFinally_Triggers() => InMethod("_rw.EnterReadLock(); try { Work(); } finally { [|_rw.ExitWriteLock()|]; }");

    [Fact]
    public Task WrongMode_Triggers() => InMethod("_rw.EnterUpgradeableReadLock(); _count++; [|_rw.ExitReadLock()|];");

    [Fact]
    public Task Downgrade_DoesNotTrigger() => InMethod("_rw.EnterUpgradeableReadLock(); _rw.EnterReadLock(); _rw.ExitUpgradeableReadLock(); _count++; _rw.ExitReadLock();");

    [Fact]
    public Task DowngradeForTheCaller_DoesNotTrigger() => InType("void Begin() => _rw.EnterUpgradeableReadLock(); void Downgrade() { _rw.EnterReadLock(); _rw.ExitUpgradeableReadLock(); }");

    [Fact]
    public Task OldReaderWriterLockUpgraded_DoesNotTrigger() => InMethod("_old.AcquireReaderLock(10); try { _old.UpgradeToWriterLock(10); _count++; } finally { _old.ReleaseWriterLock(); }");

    [Fact]
    public Task OldReaderWriterLockReleasedAsReader_DoesNotTrigger() => InMethod("_old.AcquireWriterLock(10); try { Work(); } finally { _old.ReleaseReaderLock(); }");

    [Fact]
    public Task OldReaderWriterLockReleasedAsWriter_Triggers() => InMethod("_old.AcquireReaderLock(10); try { Work(); } finally { [|_old.ReleaseWriterLock()|]; }");

    [Fact]
    public Task WrongLockInFinally_Triggers() => InMethod("Monitor.Enter(_gate); try { Work(); } finally { [|Monitor.Exit(_other)|]; }");

    [Fact]
    public Task NextLockOfAChain_DoesNotTrigger() => InType("void First() => Monitor.Enter(_other); void Step() { Monitor.Enter(_gate); Work(); Monitor.Exit(_other); }");

    [Fact]
    public Task ChainOfTwoMethods_DoesNotTrigger() => InType("void First() => Monitor.Enter(_other); void Second() { Monitor.Enter(_gate); try { Work(); } finally { Monitor.Exit(_other); } } void Third() => Monitor.Exit(_gate);");

    [Fact]
    public Task ProducerAndConsumer_DoesNotTrigger() => InType("readonly SemaphoreSlim _free = new(8), _used = new(0); void Put() { _free.Wait(); try { Work(); } finally { _used.Release(); } } void Take() { _used.Wait(); try { Work(); } finally { _free.Release(); } }");

    [Fact]
    public Task LockThatMayBeTheSame_DoesNotTrigger() => InType("readonly object _sameAsGate; C(object gate) { _sameAsGate = _gate; } void M() { Monitor.Enter(_gate); try { Work(); } finally { Monitor.Exit(_sameAsGate); } }");

    // Acquired on some paths only, or nowhere.

    [Fact]
    public Task AcquiredInBranch_Triggers() => InMethod("if (_flag) Monitor.Enter(_gate); _count++; [|Monitor.Exit(_gate)|];");

    [Fact]
    public Task AcquiredInBranchAndReleasedInTheSame_DoesNotTrigger() => InMethod("if (_flag) Monitor.Enter(_gate); try { Work(); } finally { if (_flag) Monitor.Exit(_gate); }");

    [Fact]
    public Task AcquiredInBranchAndReleasedInAnother_DoesNotTrigger() => InMethod("if (_flag) Monitor.Enter(_gate); _count++; if (IsFull()) Monitor.Exit(_gate);");

    [Fact]
    public Task AcquiredUnlessHeld_DoesNotTrigger() => InMethod("if (!Monitor.IsEntered(_gate)) Monitor.Enter(_gate); _count++; Monitor.Exit(_gate);");

    [Fact]
    public Task AcquiredInBranchOfACallersLock_DoesNotTrigger() => InType("void M(object gate, bool own) { if (own) Monitor.Enter(gate); _count++; Monitor.Exit(gate); }");

    [Fact]
    public Task NullCheckedLock_DoesNotTrigger() => InMethod("_maybe?.Wait(); try { Work(); } finally { _maybe?.Release(); }");

    [Fact]
    public Task NeverAcquired_Triggers() => InType("readonly object _nobodys = new(); void M() { _count++; [|Monitor.Exit(_nobodys)|]; }");

    [Fact]
    public Task AcquiredByALockStatementElsewhere_DoesNotTrigger() => InType("readonly object _nobodys = new(); void M() { _count++; Monitor.Exit(_nobodys); } void N() { lock (_nobodys) M(); }");

    [Fact]
    public Task LockOfTheCaller_DoesNotTrigger() => InType("readonly object _nobodys = new(); object Gate => _nobodys; void M() { _count++; Monitor.Exit(_nobodys); }");

    [Fact]
    public Task LocalNeverAcquired_Triggers() => InMethod("var mine = new ReaderWriterLockSlim(); _count++; [|mine.ExitReadLock()|];");

    [Fact]
    public Task SemaphoreNeverAcquired_DoesNotTrigger() => InType("readonly SemaphoreSlim _nobodys = new(1); void M() => _nobodys.Release();");

    [Fact]
    public Task EnterAndExitMethods_DoNotTrigger() => InType("void Enter() => _rw.EnterWriteLock(); void Exit() => _rw.ExitWriteLock();");

    [Fact]
    public Task ReleaserOfAnotherType_DoesNotTrigger() => InType("IDisposable Enter() { Monitor.Enter(_gate); return new Releaser(this); } sealed class Releaser(C owner) : IDisposable { public void Dispose() => Monitor.Exit(owner._gate); }");

    [Fact]
    public Task ReleaseInContinuation_DoesNotTrigger() => InMethod("_semaphore.Wait(); _ = Task.Run(Work).ContinueWith(_ => _semaphore.Release());");

    [Fact]
    public Task UnnamedLock_DoesNotTrigger() => InType("object Get() => _gate; void M() { Monitor.Enter(Get()); Monitor.Exit(Get()); Monitor.Exit(Get()); }");

    [Fact]
    public Task HandOverHand_DoesNotTrigger() => InMethod("var node = _left; Monitor.Enter(node); while (node._left != null) { var next = node._left; Monitor.Enter(next); Monitor.Exit(node); node = next; } Monitor.Exit(node);");

    [Fact]
    public Task VariableThatNamesAnother_DoesNotTrigger() => InMethod("foreach (var node in _nodes) { Monitor.Enter(node); _count++; Monitor.Exit(node); }");

    [Fact]
    public Task Iterator_DoesNotTrigger() => InType("IEnumerable<int> All() { Monitor.Enter(_gate); try { yield return 1; } finally { Monitor.Exit(_gate); } }");

    [Fact]
    public Task Lambda_Triggers() => InMethod("Action work = () => { _lock.Enter(); _count++; _lock.Exit(); [|_lock.Exit()|]; };");

    [Fact]
    public Task OlderLanguage_IsUnderstood() => new Verify.Test
    {
        LanguageVersion = LanguageVersion.CSharp7_3,
        TestCode = "using System.Threading; class C { readonly object _gate = new object(); void M() { Monitor.TryEnter(_gate); System.Console.WriteLine(); [|Monitor.Exit(_gate)|]; } }",
    }.RunAsync();

    [Fact]
    public Task BrokenCode_DoesNotCrash() => Verify.VerifyAnalyzerAsync("using System.Threading; class C { void M() { Monitor.Exit({|CS0103:_gate|}); Monitor.{|CS0117:Leave|}(this); {|CS0103:_x|}.Release(); } }");

    // What could be mistaken.

    [Theory]
    [InlineData("Monitor.Enter(_gate); var done = false; try { Work(); Monitor.Exit(_gate); done = true; Work(); } finally { if (!done) Monitor.Exit(_gate); }")]
    [InlineData("Monitor.Enter(_gate); try { while (!IsFull()) Monitor.Wait(_gate, 10); } finally { Monitor.Exit(_gate); }")]
    [InlineData("lock (_gate) { while (!IsFull()) Monitor.Wait(_gate); Monitor.PulseAll(_gate); }")]
    [InlineData("do { _lock.Enter(); if (IsFull()) { _lock.Exit(); continue; } _lock.Exit(); } while (_count < 9);")]
    [InlineData("_lock.Enter(); try { if (IsFull()) return; Work(); } finally { _lock.Exit(); }")]
    [InlineData("for (;;) { _lock.Enter(); try { if (IsFull()) break; } finally { _lock.Exit(); } }")]
    [InlineData("if (_lock.TryEnter()) { try { Work(); } finally { _lock.Exit(); } } else { _lock.Enter(); try { Work(); } finally { _lock.Exit(); } }")]
    [InlineData("if (!_lock.TryEnter()) { Work(); _lock.Enter(); } try { Work(); } finally { _lock.Exit(); }")]
    [InlineData("if (!_semaphore.Wait(0)) { Work(); await _semaphore.WaitAsync(token); } try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("var held = _flag ? _semaphore.Wait(10) : await _semaphore.WaitAsync(20); if (!held) throw new TimeoutException(); try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("while (!_semaphore.Wait(10)) Work(); try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("var held = false; while (!held) held = _semaphore.Wait(10); try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("switch (_count) { case 1: _lock.Enter(); break; default: return; } _count++; _lock.Exit();")]
    [InlineData("switch (_count) { case 1: _rw.EnterReadLock(); break; case 2: _rw.EnterWriteLock(); break; } _flag = true; switch (_count) { case 1: _rw.ExitReadLock(); break; case 2: _rw.ExitWriteLock(); break; }")]
    [InlineData("var write = _count > 3; if (write) _rw.EnterWriteLock(); else _rw.EnterReadLock(); try { Work(); } finally { if (write) _rw.ExitWriteLock(); else _rw.ExitReadLock(); }")]
    [InlineData("_rw.EnterUpgradeableReadLock(); try { if (IsFull()) { _rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); } } } finally { _rw.ExitUpgradeableReadLock(); }")]
    [InlineData("_rw.EnterReadLock(); var full = IsFull(); _rw.ExitReadLock(); if (full) { _rw.EnterWriteLock(); try { Work(); } finally { _rw.ExitWriteLock(); } }")]
    [InlineData("var state = 0; try { _semaphore.Wait(token); state = 1; Work(); } finally { if (state == 1) _semaphore.Release(); }")]
    [InlineData("SemaphoreSlim? mine = null; try { await _semaphore.WaitAsync(token); mine = _semaphore; Work(); } finally { mine?.Release(); }")]
    [InlineData("try { await _semaphore.WaitAsync(token); } catch (OperationCanceledException) { throw; } catch { return; } try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("try { await _semaphore.WaitAsync(token); try { Work(); } finally { _semaphore.Release(); } } catch (OperationCanceledException) { Work(); }")]
    [InlineData("var waits = _semaphore.WaitAsync(token); await waits; try { Work(); } finally { _semaphore.Release(); }")]
    [InlineData("_semaphore.Wait(); _ = Task.Run(async () => { try { await Task.Yield(); } finally { _semaphore.Release(); } });")]
    [InlineData("foreach (var node in _nodes) { await _semaphore.WaitAsync(); _ = node.RunAsync().ContinueWith(_ => _semaphore.Release()); }")]
    [InlineData("var all = new List<object>(); try { foreach (var node in _nodes) { Monitor.Enter(node); all.Add(node); } } finally { foreach (var node in all) Monitor.Exit(node); }")]
    [InlineData("for (var i = 0; i < 4; i++) Monitor.Enter(_nodes[i]); for (var i = 3; i >= 0; i--) Monitor.Exit(_nodes[i]);")]
    [InlineData("Monitor.Enter(_left); Monitor.Enter(_left._left); Monitor.Exit(_left); Monitor.Exit(_left._left);")]
    [InlineData("var taken = false; try { Monitor.TryEnter(_gate, ref taken); if (!taken) return; Work(); } finally { if (taken) { Monitor.Exit(_gate); taken = false; } }")]
    [InlineData("using var scope = _threadLock.TryAcquire(TimeSpan.Zero, out var held) ? held : default; Work();")]
    [InlineData("if (_threadLock.TryAcquire(TimeSpan.Zero, out var scope)) { try { Work(); } finally { _threadLock.Release(); } }")]
    [InlineData("using var mutex = new Mutex(true, \"name\", out var created); if (!created) mutex.WaitOne(); try { Work(); } finally { mutex.ReleaseMutex(); }")]
    [InlineData("bool owned; try { owned = _mutex.WaitOne(0); } catch (AbandonedMutexException) { owned = true; } if (owned) _mutex.ReleaseMutex();")]
    [InlineData("Monitor.Enter(_gate); Unlocked(() => Work()); Monitor.Exit(_gate); void Unlocked(Action work) { Monitor.Exit(_gate); try { work(); } finally { Monitor.Enter(_gate); } }")]
    [InlineData("Monitor.Enter(_gate); _count++; Monitor.Exit(_gate); Again(); Monitor.Exit(_gate); void Again() => Monitor.Enter(_gate);")]
    [InlineData("_semaphore.Wait(); try { Work(); } catch { _semaphore.Release(); throw; } _count++; _semaphore.Release();")]
    [InlineData("_semaphore.Wait(); try { Work(); } catch (Exception e) when (Free(e)) { return; } _semaphore.Release(); bool Free(Exception e) { _semaphore.Release(); return e is FormatException; }")]
    [InlineData("_lock.Enter(); if (_flag) { _lock.Exit(); Environment.Exit(1); } _lock.Exit();")]
    [InlineData("_lock.Enter(); var next = IsFull(); _lock.Exit(); while (next) { _lock.Enter(); next = IsFull(); _lock.Exit(); }")]
    [InlineData("var gate = _flag ? _gate : _other; Monitor.Enter(gate); try { Work(); } finally { Monitor.Exit(gate); }")]
    [InlineData("(_flag ? _gate : _other).ToString(); Monitor.Enter(_flag ? _gate : _other); Monitor.Exit(_flag ? _gate : _other);")]
    public Task CodeInOrder_DoesNotTrigger(string body) => InMethod(body);

    [Theory]
    [InlineData("Monitor.Enter(_gate); try { Work(); } catch { Monitor.Exit(_gate); } [|Monitor.Exit(_gate)|];")]
    [InlineData("Monitor.Enter(_gate); try { Work(); } catch (Exception e) { Monitor.Exit(_gate); Console.WriteLine(e); } finally { [|Monitor.Exit(_gate)|]; }")]
    [InlineData("await _semaphore.WaitAsync(); try { if (_flag) { _semaphore.Release(); return; } Work(); } finally { [|_semaphore.Release()|]; }")]
    [InlineData("for (var i = 0; i < 3; i++) { _lock.Enter(); if (i == 2) _lock.Exit(); [|_lock.Exit()|]; }")]
    [InlineData("try { if (_flag) return; _lock.Enter(); Work(); } finally { [|_lock.Exit()|]; }")]
    [InlineData("try { Work(); _rw.EnterWriteLock(); } catch { [|_rw.ExitWriteLock()|]; throw; } _rw.ExitWriteLock();")]
    [InlineData("if (!await _semaphore.WaitAsync(10)) Work(); try { Work(); } finally { [|_semaphore.Release()|]; }")]
    [InlineData("if (_rw.TryEnterReadLock(10)) Work(); [|_rw.ExitReadLock()|];")]
    [InlineData("var gate = _gate; Monitor.Enter(gate); Monitor.Exit(_gate); [|Monitor.Exit(gate)|];")]
    [InlineData("var mine = new object(); Monitor.Enter(mine); Monitor.Exit(mine); [|Monitor.Exit(mine)|];")]
    [InlineData("Monitor.Enter(_left._gate); Monitor.Exit(_left._gate); [|Monitor.Exit(_left._gate)|];")]
    [InlineData("var taken = false; _spin.Enter(ref taken); _spin.Exit(); if (taken) [|_spin.Exit()|];")]
    [InlineData("_maybe?.Wait(10); Work(); [|_maybe?.Release()|];")]
    [InlineData("_processLock.Acquire(); try { Work(); _processLock.Release(); } finally { [|_processLock.Release()|]; }")]
    public Task CodeOutOfOrder_Triggers(string body) => InMethod(body);

    // What the message says.

    [Theory]
    [InlineData("Monitor.Enter(_gate); Monitor.Exit(_gate);\n{|#0:Monitor.Exit(_gate)|};", "'_gate' is released here, but it was released on line 1 already; remove this release")]
    [InlineData("_semaphore.Wait(10);\n{|#0:_semaphore.Release()|};", "'_semaphore' is released here, but 'Wait' on line 1 may not have taken it; test its result before releasing")]
    [InlineData("try { _semaphore.Wait(token); } finally { {|#0:_semaphore.Release()|}; }", "'_semaphore' is released here, but 'Wait' on line 1 may fail before it takes it; acquire it before the try block")]
    [InlineData("try { Work();\n_rw.EnterReadLock(); } finally { {|#0:_rw.ExitReadLock()|}; }", "'_rw' is released here, but line 1 may throw before line 2 acquires it; release it only if it was acquired")]
    [InlineData("_rw.EnterReadLock(); try { Work(); } finally { {|#0:_rw.ExitWriteLock()|}; }", "'_rw' is released here, but it is held by 'EnterReadLock' on line 1; call '_rw.ExitReadLock()'")]
    [InlineData("Monitor.Enter(_gate); try { Work(); } finally { {|#0:Monitor.Exit(_other)|}; }", "'_other' is released here, but line 1 acquired '_gate'; call 'Monitor.Exit(_gate)'")]
    [InlineData("lock (_gate) { {|#0:Monitor.Exit(_gate)|}; }", "'_gate' is released here, but the 'lock' statement on line 1 releases it too; remove this release")]
    public Task Message_StatesFactAndRemedy(string body, string message) => Verify.VerifyAnalyzerAsync(
        Source($"async Task M(CancellationToken token) {{ await Task.Yield();\n#line 1\n{body}\n}}"),
        Verify.Diagnostic().WithLocation(0).WithMessage(message).WithOptions(Microsoft.CodeAnalysis.Testing.DiagnosticOptions.IgnoreAdditionalLocations));

    private const string Members = """
        readonly object _gate = new(), _other = new();
        readonly Lock _lock = new();
        readonly SemaphoreSlim _semaphore = new(1);
        readonly ReaderWriterLockSlim _rw = new();
        readonly ReaderWriterLock _old = new();
        readonly Mutex _mutex = new();
        readonly ThreadLock _threadLock = new();
        readonly ProcessLock _processLock = new();
        SpinLock _spin;
        SemaphoreSlim? _maybe;
        readonly C[] _nodes = new C[4];
        readonly C _left = null!;
        bool _flag;
        int _count;
        bool IsFull() => _count == 4;
        Task RunAsync() => Task.Run(Work);
        static void Work() => Console.WriteLine();
        """;

    private static Task InMethod(string body) => InType($"async Task M(CancellationToken token) {{ await Task.Yield();\n{body}\n}}");

    private static Task InType(string members) => Verify.VerifyAnalyzerAsync(Source(members));

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
