using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Tandem;

public class Locks
{
    private readonly object _monitor = new();
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _semaphore = new(1, 1);
    private readonly ReaderWriterLockSlim _readerWriter = new();
    private readonly Mutex _mutex = new();
    private readonly ThreadLock _threadLock = new();
    private readonly ProcessLock _processLock = new();
    private SpinLock _spin;
    private int _value;

    public void MonitorLeaks(string path)
    {
        Monitor.Enter(_monitor); // held
        File.WriteAllText(path, _value.ToString());
        Monitor.Exit(_monitor);
    }

    public int MonitorEarlyReturn(bool early)
    {
        bool taken = false;
        Monitor.Enter(_monitor, ref taken);
        if (early) return Compute();
        _value = Compute();
        if (taken) Monitor.Exit(_monitor);
        return _value;
    }

    public void MonitorSafe()
    {
        bool taken = false;
        try { Monitor.Enter(_monitor, ref taken); Compute(); }
        finally { if (taken) Monitor.Exit(_monitor); }
    }

    public bool TryLeaks()
    {
        if (!_lock.TryEnter(TimeSpan.FromSeconds(1))) return false;
        Compute();
        _lock.Exit();
        return true;
    }

    public void LockLeaks() { _lock.Enter(); Compute(); _lock.Exit(); }

    public void ScopeSafe() { using (_lock.EnterScope()) Compute(); using var scope = _threadLock.Acquire(); }

    public async Task SemaphoreLeaksAsync(CancellationToken token)
    {
        await _semaphore.WaitAsync(token);
        await Task.Delay(1, token);
        _semaphore.Release();
    }

    public async Task<int> SemaphoreInLoopAsync()
    {
        foreach (var item in new[] { 1, 2 })
        {
            if (await _semaphore.WaitAsync(10))
            {
                if (item == 2) continue;
                await Task.Yield();
                _semaphore.Release();
            }
        }
        return _value;
    }

    public int ReaderWriterLeaks()
    {
        _readerWriter.EnterUpgradeableReadLock();
        if (_value == 0) { _readerWriter.EnterWriteLock(); _value = Compute(); _readerWriter.ExitWriteLock(); }
        var result = Compute();
        _readerWriter.ExitUpgradeableReadLock();
        return result;
    }

    public void MutexLeaks() { _mutex.WaitOne(); try { Compute(); } catch (IOException) { return; } _mutex.ReleaseMutex(); }

    public void SpinLeaks() { var taken = false; _spin.Enter(ref taken); Compute(); _spin.Exit(); }

    public void TandemLeaks()
    {
        _threadLock.Acquire();
        Compute();
        _threadLock.Release();
        if (_processLock.TryAcquire(TimeSpan.Zero, out var scope)) { Compute(); scope.Dispose(); }
        switch (_value)
        {
            case 1: _processLock.Acquire(); goto case 2;
            case 2: Compute(); _processLock.Release(); break;
        }
    }

    public void ReleasedTwice() { Monitor.Enter(_monitor); try { Compute(); Monitor.Exit(_monitor); } finally { Monitor.Exit(_monitor); } }

    public async Task ReleasedUnheldAsync(CancellationToken token)
    {
        try { await _semaphore.WaitAsync(token); Compute(); }
        finally { _semaphore.Release(); }
        _mutex.WaitOne(10);
        _mutex.ReleaseMutex();
        _readerWriter.EnterReadLock();
        try { Compute(); } finally { _readerWriter.ExitWriteLock(); }
        lock (_monitor) { Monitor.Exit(_monitor); }
    }

    public async Task AwaitsWhileHeldAsync()
    {
        Monitor.Enter(_monitor);
        try { await Task.Delay(1); _value++; } finally { Monitor.Exit(_monitor); }
        await foreach (var value in YieldsWhileHeldAsync()) _value += value;
    }

    public async System.Collections.Generic.IAsyncEnumerable<int> YieldsWhileHeldAsync()
    {
        await Task.Yield();
        _readerWriter.EnterReadLock();
        try { yield return _value; } finally { _readerWriter.ExitReadLock(); }
    }

    public void SlowWhileHeld(string path, Task<int> task)
    {
        lock (_monitor)
        {
            var text = File.ReadAllText(path);
            _value += text.Length + task.Result;
            Pause();
        }

        static void Pause() => Thread.Sleep(1);
    }

    public object Shared = new();
    private System.Collections.Generic.Queue<int> _queue = new();
    private readonly object[] _forks = [new(), new(), new()];
    private readonly SpinLock _fixedSpin = new(false);

    public void UnsafeObjects(Type type)
    {
        lock (this) lock (typeof(Locks)) lock ("text") lock (Shared) _value++;
        lock (_queue ??= new()) { _queue = new(); }
        lock ((object)_value) lock (new object()) { Monitor.Enter(type); Monitor.Exit(type); }
    }

    public void OneOrder(Locks other) { lock (_monitor) lock (_forks[0]) Compute(); lock (_monitor) lock (other._monitor) Compute(); }

    public void OtherOrder(int i)
    {
        lock (_forks[0]) { lock (_monitor) _value--; Task.Run(() => { lock (_monitor) _value++; }).Wait(); }
        lock (_forks[i]) lock (_forks[(i + 1) % _forks.Length]) Compute();
    }

    public async Task TakenAgainAsync()
    {
        await _semaphore.WaitAsync();
        try { await SemaphoreLeaksAsync(default); _semaphore.Wait(); _semaphore.Release(); } finally { _semaphore.Release(); }
        _readerWriter.EnterReadLock();
        try { _readerWriter.EnterWriteLock(); _readerWriter.ExitWriteLock(); } finally { _readerWriter.ExitReadLock(); }
        using (_threadLock.Acquire()) using (_threadLock.Acquire()) _value++;
    }

    public int TestedOnce()
    {
        lock (_monitor)
        {
            if (_queue.Count == 0) Monitor.Wait(_monitor);
            _value = _queue.Dequeue();
            if (_value > 0) return _value;
            Monitor.Wait(_monitor);
            var empty = _queue.Count == 0;
            if (empty) Monitor.Wait(_monitor, 10);
            return _value;
        }
    }

    public void PulsedUnheld() { _value = 1; Monitor.PulseAll(_monitor); lock (_lock) Monitor.Pulse(_lock); }

    public SpinLock Copied(SpinLock given, in SpinLock fixedOne)
    {
        var copy = _spin;
        var taken = false;
        fixedOne.Enter(ref taken);
        _fixedSpin.Exit();
        foreach (var each in new[] { given, copy }) _spin = each;
        return _spin;
    }

    private void Take() => Monitor.Enter(_monitor);
    private bool TryTake() => Monitor.TryEnter(_monitor, 10);
    private void Give() => Monitor.Exit(_monitor);
    private IDisposable Writing() { _readerWriter.EnterWriteLock(); return new Hold(_readerWriter); }

    public async Task HelpersAsync()
    {
        Take();
        Compute();
        Give();
        if (TryTake()) { await Task.Yield(); Give(); }
        using (Writing()) { await Task.Delay(1); Thread.Sleep(1); }
        var hold = Writing();
        Compute();
        hold.Dispose();
    }

    private sealed class Hold(ReaderWriterLockSlim taken) : IDisposable { public void Dispose() => taken.ExitWriteLock(); }

    private static int Compute() => int.Parse(Console.ReadLine() ?? "0");
}
