using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.LockNotReleasedAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

/// <summary>What stands between an acquire and its release and does not throw, or has no lock to lose.</summary>
public class LockNotReleasedHarmlessTests
{
    [Fact]
    public Task HelperThatCatchesAll_DoesNotTrigger() => InType("""
        void M()
        {
            Monitor.Enter(_gate);
            try { Work(); }
            finally { Tidy(); Quiet(); Monitor.Exit(_gate); }
        }
        void Tidy() { try { if (_count > 0) Work(); } catch { } }
        void Quiet() { _count = 0; try { Work(); } catch (InvalidOperationException) { _count = 1; } catch (Exception) { _count = 2; } finally { _count++; } }
        """);

    [Theory]
    [InlineData("try { Work(); } catch (InvalidOperationException) { }")]
    [InlineData("try { Work(); } catch (Exception) when (_count > 0) { }")]
    [InlineData("try { Work(); } catch { Work(); }")]
    [InlineData("try { Work(); } catch { } finally { Work(); }")]
    [InlineData("try { Work(); } catch { throw; }")]
    [InlineData("Work(); try { Work(); } catch { }")]
    public Task HelperThatLetsSomeThrough_Triggers(string body) => InType(
        "void M() { [|Monitor.Enter(_gate)|]; try { Work(); } finally { Tidy(); Monitor.Exit(_gate); } } void Tidy() { " + body + " }");

    [Fact]
    public Task VirtualHelper_Triggers() => InType(
        "void M() { [|Monitor.Enter(_gate)|]; Tidy(); Monitor.Exit(_gate); } public virtual void Tidy() { try { Work(); } catch { } }");

    [Theory]
    [InlineData("var id = Guid.NewGuid();")]
    [InlineData("_pin.Free();")]
    [InlineData("_queue.TryDequeue(out var item);")]
    [InlineData("_queue.Enqueue(_count);")]
    [InlineData("GetTickCount();")]
    [InlineData("_span = _later - _sooner; _isFull = _later > _sooner;")]
    public Task HarmlessCall_DoesNotTrigger(string body) => InType(
        "void M() { Monitor.Enter(_gate); " + body + " Monitor.Exit(_gate); }");

    [Theory]
    [InlineData("var id = new Guid(_text);")]
    [InlineData("var pin = GCHandle.Alloc(_text);")]
    [InlineData("_queue.CopyTo(_items, _count);")]
    [InlineData("_later = _sooner + _span;")]
    public Task CallOfTheSameTypesThatMayThrow_Triggers(string body) => InType(
        "void M() { [|Monitor.Enter(_gate)|]; " + body + " Monitor.Exit(_gate); }");

    [Fact]
    public Task ParameterThatIsKeptForTheDisposal_DoesNotTrigger() => InType("""
        sealed class Hold : IDisposable
        {
            private readonly object? _monitor;
            public Hold(object? monitor, bool isFull)
            {
                _monitor = monitor;
                if (monitor != null) Monitor.Enter(monitor);
                if (isFull)
                {
                    if (monitor != null) Monitor.Exit(monitor);
                    throw new InvalidOperationException();
                }
            }
            public void Dispose() { if (_monitor != null) Monitor.Exit(_monitor); }
        }
        """);

    [Fact]
    public Task ParameterThatNobodyKeeps_Triggers() => InType("""
        sealed class Hold
        {
            public Hold(object monitor, bool isFull)
            {
                [|Monitor.Enter(monitor)|];
                if (isFull) Monitor.Exit(monitor);
            }
        }
        """);

    [Fact]
    public Task SemaphoreThatBeginsEmpty_DoesNotTrigger() => InType("""
        sealed class Handles
        {
            private readonly Semaphore _pool;
            public Handles() => _pool = new Semaphore(0, 9);
            public Semaphore Pool { get { return _pool; } }
        }
        readonly Handles _handles = new();
        void M(bool flag) { if (_handles.Pool.WaitOne(0)) { Work(); if (flag) _handles.Pool.Release(); } }
        """);

    [Fact]
    public Task SemaphoreThatBeginsFull_Triggers() => InType("""
        sealed class Handles
        {
            private readonly Semaphore _pool;
            public Handles() => _pool = new Semaphore(9, 9);
            public Semaphore Pool { get { return _pool; } }
        }
        readonly Handles _handles = new();
        void M(bool flag) { if ([|_handles.Pool.WaitOne(0)|]) { Work(); if (flag) _handles.Pool.Release(); } }
        """);

    [Fact]
    public Task SemaphoreThatBoundsWorkGivenBackElsewhere_DoesNotTrigger() => InType("""
        readonly SemaphoreSlim _limit = new(8);
        async Task Consume(Func<Func<Task>, Task> push)
        {
            try
            {
                while (_count > 0)
                {
                    await _limit.WaitAsync();
                    await Task.Yield();
                    await push(() => Handle());
                }
            }
            catch (Exception) { _count = 0; }
        }
        async Task Handle() { try { await Task.Yield(); } finally { _limit.Release(); } }
        """);

    [Fact]
    public Task SemaphoreThatALambdaSignals_DoesNotTrigger() => InType("""
        bool Room(SemaphoreSlim goesOn, Func<Action, bool> take)
        {
            while (_count > 0 && !take(() => goesOn.Release())) goesOn.Wait();
            return _count > 0;
        }
        """);

    [Fact]
    public Task SemaphoreOfOneThatAContinuationGivesBack_TriggersBeforeIt() => InType("""
        readonly SemaphoreSlim _one = new(1);
        async Task M()
        {
            await [|_one.WaitAsync()|];
            Work();
            _ = Task.Run(() => { try { Work(); } finally { _one.Release(); } });
        }
        """);

    private static Task InType(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Concurrent;
        using System.Runtime.InteropServices;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0649, CS0169, CS0414

        class C
        {
            readonly object _gate = new();
            readonly ConcurrentQueue<int> _queue = new();
            readonly int[] _items = new int[4];
            GCHandle _pin;
            string _text = "";
            DateTimeOffset _later, _sooner;
            TimeSpan _span;
            bool _isFull;
            int _count;
            static void Work() => Console.WriteLine();
            [DllImport("kernel32")] static extern int GetTickCount();
            {{members}}
        }
        """);
}
