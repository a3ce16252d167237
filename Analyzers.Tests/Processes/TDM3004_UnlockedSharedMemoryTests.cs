using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.UnlockedSharedMemoryAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

public class UnlockedSharedMemoryTests
{
    private const string InLoop = "static async Task Run(ProcessExecutor pool) { using var total = new SharedValue<int>(); using var counts = new SharedArray<int>(10); var tasks = new List<Task>(); for (var i = 0; i < 4; i++) tasks.Add(pool.Submit(Work, total, counts)); await Task.WhenAll(tasks); }";

    [Theory]
    [InlineData("[|total.Value++|];")]
    [InlineData("[|--total.Value|];")]
    [InlineData("[|total.Value += counts.Length|];")]
    [InlineData("[|total.Value = total.Value + 1|];")]
    [InlineData("[|total.Value = Math.Max(total.Value, 3)|];")]
    [InlineData("var old = total.Value; [|total.Value = old + 1|];")]
    [InlineData("var old = total.Value; old++; var sum = old * 2; [|total.Value = sum|];")]
    [InlineData("[|counts[0]++|];")]
    [InlineData("var i = 3; [|counts[i] = counts[i] + 1|];")]
    [InlineData("[|counts[3 - 1] *= 2|];")]
    [InlineData("[|counts.Span[1]++|];")]
    [InlineData("var span = counts.Span; [|span[1] += 3|];")]
    [InlineData("ref var slot = ref counts.Span[1]; [|slot++|];")]
    [InlineData("for (var i = 0; i < counts.Length; i++) [|counts[i]++|];")]
    [InlineData("""foreach (var c in "hello") [|counts[c % 10]++|];""")]
    [InlineData("if (total.Value > 0) [|total.Value -= 1|];")]
    [InlineData("if (total.Value < counts.Length) [|total.Value = counts.Length|];")]
    [InlineData("if (counts[0] == 0) { [|counts[0] = 1|]; Console.WriteLine(); }")]
    [InlineData("if (counts.Length <= total.Value) return; [|total.Value = counts.Length|];")]
    [InlineData("foreach (var n in new[] { 1, 2 }) { if (n <= total.Value) continue; [|total.Value = n|]; }")]
    [InlineData("if (total.Value == 1) return; [|total.Value = 1|]; Console.WriteLine();")]
    [InlineData("if (total.Value > 0) { using (total.Lock.Acquire()) [|total.Value--|]; }")]
    public Task UpdateByWorkThatRunsSeveralTimes_Triggers(string statements) => Class($"static void Work(SharedValue<int> total, SharedArray<int> counts) {{ {statements} }} {InLoop}");

    [Theory]
    [InlineData("using (total.Lock.Acquire()) total.Value++;")]
    [InlineData("using var scope = total.Lock.Acquire(); total.Value++; counts[0]++;")]
    [InlineData("total.Lock.Acquire(); try { total.Value++; } finally { total.Lock.Release(); }")]
    [InlineData("using (total.Lock.Acquire()) { var old = total.Value; total.Value = old + 1; counts[1] += old; }")]
    [InlineData("if (total.Lock.TryAcquire(TimeSpan.FromSeconds(1), out var scope)) using (scope) total.Value++;")]
    [InlineData("using (total.Lock.Acquire()) { if (total.Value < counts.Length) total.Value = counts.Length; }")]
    [InlineData("if (total.Value == 0) total.Value = 1;")]
    [InlineData("if (total.Value == 1) return; total.Value = 1;")]
    [InlineData("if (total.Value == 0) return; using (total.Lock.Acquire()) { if (total.Value == 0) return; total.Value--; }")]
    [InlineData("using var scope = total.Lock.Acquire(); if (total.Value == 0) return; total.Value--;")]
    [InlineData("if (total.Value == 0) counts[0] = counts[1] + 1;")]
    [InlineData("total.Update(static value => value + 1);")]
    [InlineData("total.Update(value => { counts[0]++; return value + 1; });")]
    [InlineData("Interlocked.Increment(ref counts.Span[0]);")]
    [InlineData("total.Value = 3; counts[0] = counts[1]; Console.WriteLine(total.Value);")]
    [InlineData("var mine = new SharedValue<int>(); mine.Value++;")]
    [InlineData("var local = new int[3]; local[0]++; var span = local.AsSpan(); span[1]++;")]
    [InlineData("using (total.Lock.Acquire()) Helper(total); static void Helper(SharedValue<int> total) => total.Value++;")]
    public Task LockedUpdate_DoesNotTrigger(string statements) => Class($"static void Work(SharedValue<int> total, SharedArray<int> counts) {{ {statements} }} {InLoop}");

    [Theory]
    [InlineData("lock (s_gate) [|total.Value++|];")]
    [InlineData("using (s_thread.Acquire()) [|total.Value++|];")]
    [InlineData("s_slim.Wait(); try { [|total.Value++|]; } finally { s_slim.Release(); }")]
    [InlineData("using (total.Lock.Acquire()) if (total.Value == 0) return; using (total.Lock.Acquire()) [|total.Value--|];")]
    [InlineData("int old; using (total.Lock.Acquire()) old = total.Value; using (total.Lock.Acquire()) [|total.Value = old + 1|];")]
    public Task LockOfThreads_OrOfTwoSteps_Triggers(string statements) => Class($"static readonly object s_gate = new(); static readonly ThreadLock s_thread = new(); static readonly SemaphoreSlim s_slim = new(1); static void Work(SharedValue<int> total, SharedArray<int> counts) {{ {statements} }} {InLoop}");

    [Theory]
    [InlineData("using (gate.Acquire()) counts[0]++;")]
    [InlineData("using (permits.Acquire()) counts[0]++;")]
    [InlineData("""using var mutex = new Mutex(false, "counts"); mutex.WaitOne(); try { counts[0]++; } finally { mutex.ReleaseMutex(); }""")]
    public Task LockThatIsPassedAlong_DoesNotTrigger(string statements) => Class($$"""
        static void Work(SharedArray<int> counts, ProcessLock gate, ProcessSemaphore permits) { {{statements}} }
        static void Run() { using var counts = new SharedArray<int>(10); using var gate = new ProcessLock(); using var permits = new ProcessSemaphore(1); for (var i = 0; i < 4; i++) WorkerProcess.Start(Work, counts, gate, permits); }
        """);

    [Theory]
    [InlineData("counts[index]++;")]
    [InlineData("counts[index * 2 + 1] += 3;")]
    [InlineData("for (var i = index; i < index + 3; i++) counts[i]++;")]
    [InlineData("var at = index + 1; counts[at] = counts[at] + 1;")]
    [InlineData("counts[Environment.ProcessId] += 1;")]
    public Task IndexThatTheWorkerOwns_DoesNotTrigger(string statements) => Class($$"""
        static void Work(SharedArray<int> counts, int index) { {{statements}} }
        static void Run() { using var counts = new SharedArray<int>(10); for (var i = 0; i < 4; i++) WorkerProcess.Start(Work, counts, i); }
        """);

    [Theory]
    [InlineData("[|counts[index % 3]++|];")]
    [InlineData("[|counts[words[index].Length]++|];")]
    [InlineData("foreach (var word in words) [|counts[word.Length]++|];")]
    [InlineData("foreach (var word in words) [|counts[Bucket(word)]++|];")]
    public Task IndexThatIsFoundInData_Triggers(string statements) => Class($$"""
        static int Bucket(string word) => word[0] % 10;
        static void Work(SharedArray<int> counts, string[] words, int index) { {{statements}} }
        static void Run(string[] words) { using var counts = new SharedArray<int>(10); for (var i = 0; i < 4; i++) WorkerProcess.Start(Work, counts, words, i); }
        """);

    [Fact]
    public Task IndexThatIsTheSameForEach_Triggers() => Class("""
        static void Work(SharedArray<int> counts, int index) => [|counts[index]++|];
        static void Run(int at) { using var counts = new SharedArray<int>(10); for (var i = 0; i < 4; i++) WorkerProcess.Start(Work, counts, at); }
        """);

    [Fact]
    public Task TwoWorkersWithIndicesOfTheirOwn_DoNotTrigger() => Class("""
        static void Work(SharedArray<int> counts, int index) => counts[index]++;
        static void First(SharedArray<int> counts) => counts[2]++;
        static void Second(SharedArray<int> counts) => counts[3]++;
        static void Run() { using var counts = new SharedArray<int>(10); WorkerProcess.Start(Work, counts, 0); WorkerProcess.Start(Work, counts, 1); WorkerProcess.Start(First, counts); WorkerProcess.Start(Second, counts); }
        """);

    [Fact]
    public Task OneWorkerThatIsJoined_DoesNotTrigger() => Class("""
        static void Work(SharedArray<int> items) { for (var i = 0; i < items.Length; i++) items[i] = -items[i]; }
        static void Run()
        {
            using var items = new SharedArray<int>(10);
            items[0]++;
            using var worker = WorkerProcess.Start(Work, items);
            worker.Join();
            items[1]++;
        }
        """);

    [Fact]
    public Task ParentThatWritesWhileTheWorkerRuns_TriggersOnBothSides() => Class("""
        static void Work(SharedValue<int> total) { [|total.Value++|]; }
        static void Run()
        {
            using var total = new SharedValue<int>();
            using var worker = WorkerProcess.Start(Work, total);
            [|total.Value++|];
            worker.Join();
        }
        """);

    [Fact]
    public Task ParentThatOnlyReads_DoesNotTrigger() => Class("""
        static void Work(SharedValue<int> total) { total.Value++; }
        static void Run()
        {
            using var total = new SharedValue<int>();
            using var worker = WorkerProcess.Start(Work, total);
            while (worker.IsAlive) Console.WriteLine(total.Value);
        }
        """);

    [Fact]
    public Task WorkerThatOnlyReads_DoesNotTrigger() => Class("""
        static void Work(SharedValue<int> total) { while (total.Value < 10) Thread.Yield(); }
        static void Run() { using var total = new SharedValue<int>(); using var worker = WorkerProcess.Start(Work, total); for (var i = 0; i < 10; i++) total.Value++; worker.Join(); }
        """);

    [Fact]
    public Task TwoWorkersAtOnce_Trigger() => Class("""
        static async Task Run(ProcessExecutor pool)
        {
            using var total = new SharedValue<int>();
            var first = pool.Submit(static total => { [|total.Value++|]; }, total);
            var second = pool.Submit(static total => { [|total.Value--|]; }, total);
            await first;
            await second;
        }
        """);

    [Fact]
    public Task OneWorkerAfterTheOther_DoesNotTrigger() => Class("""
        static async Task Run(ProcessExecutor pool)
        {
            using var total = new SharedValue<int>();
            await pool.Submit(static total => { total.Value++; }, total);
            var second = pool.Submit(static total => { total.Value--; }, total);
            await second;
            for (var i = 0; i < 3; i++) await pool.Submit(static total => { total.Value--; }, total);
            foreach (var n in new[] { 1, 2 }) { var task = pool.Submit(static (total, n) => { total.Value += n; }, total, n); await task; }
        }
        """);

    [Theory]
    [InlineData("new ProcessExecutor(1)")]
    [InlineData("new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1 })")]
    public Task ExecutorWithOneWorker_DoesNotTrigger(string pool) => Class($$"""
        static void Work(SharedValue<int> total) => total.Value++;
        static async Task Run(int[] numbers)
        {
            using var pool = {{pool}};
            using var total = new SharedValue<int>();
            await Task.WhenAll(pool.Submit(Work, total), pool.Submit(Work, total));
            await Task.WhenAll(numbers.Select(n => pool.Submit(Work, total)));
        }
        """);

    [Fact]
    public Task TwoItemsByTwoNumbers_Trigger() => Class("""
        static void Transfer(SharedArray<long> accounts, int from, int to, long amount) { [|accounts[from] -= amount|]; [|accounts[to] += amount|]; }
        static async Task Run(ProcessExecutor pool, (int From, int To)[] orders)
        {
            using var accounts = new SharedArray<long>(10);
            await Task.WhenAll(orders.Select(order => pool.Submit(Transfer, accounts, order.From, order.To, 3L)));
        }
        """);

    [Fact]
    public Task WorkerThatWasKilled_DoesNotTrigger() => Class("""
        static void Work(SharedValue<int> total) => total.Value++;
        static void Run() { using var total = new SharedValue<int>(); using var worker = WorkerProcess.Start(Work, total); worker.Kill(); total.Value++; }
        """);

    [Fact]
    public Task MemoryOfItsOwnForEachRound_DoesNotTrigger() => Class("""
        static async Task Run(ProcessExecutor pool)
        {
            var tasks = new List<Task>();
            for (var i = 0; i < 3; i++) { var total = new SharedValue<int>(); tasks.Add(pool.Submit(static total => { total.Value--; }, total)); }
            var totals = new[] { new SharedValue<int>(), new SharedValue<int>() };
            for (var i = 0; i < 2; i++) tasks.Add(pool.Submit(static total => { total.Value--; }, totals[i]));
            await Task.WhenAll(tasks);
        }
        """);

    [Fact]
    public Task Select_Triggers() => Class("""
        static async Task Run(ProcessExecutor pool)
        {
            using var total = new SharedValue<long>();
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async n => await pool.Submit(static (total, n) => { [|total.Value += n|]; }, total, n)));
        }
        """);

    [Fact]
    public Task ItemsOfAMap_Trigger() => Class("""
        static int Work((SharedValue<int> Total, int Number) item) => [|item.Total.Value += item.Number|];
        static async Task Run(ProcessExecutor pool)
        {
            using var total = new SharedValue<int>();
            await foreach (var x in pool.Map(Work, Enumerable.Range(0, 9).Select(n => (total, n)))) Console.WriteLine(x);
        }
        """);

    [Fact]
    public Task ThroughACall_Triggers() => Class("""
        static void Bump(SharedValue<int> counter, int n) { for (var i = 0; i < n; i++) [|counter.Value++|]; }
        static void Work(SharedValue<int> total) => Bump(total, 3);
        static async Task Run(ProcessExecutor pool) { using var total = new SharedValue<int>(); await Task.WhenAll(pool.Submit(Work, total), pool.Submit(Work, total)); }
        """);

    [Fact]
    public Task WorkOfThreads_DoesNotTrigger() => Class("""
        static void Work(SharedValue<int> total) => total.Value++;
        static async Task Run(ThreadExecutor pool) { using var total = new SharedValue<int>(); await Task.WhenAll(pool.Submit(Work, total), pool.Submit(Work, total)); }
        """);

    [Fact]
    public Task MemoryThatIsNeverPassed_DoesNotTrigger() => Class("static void Run() { using var total = new SharedValue<int>(); total.Value++; total.Value = total.Value * 2; }");

    [Fact]
    public Task MemoryWithAName_Triggers() => Class("""
        private readonly SharedValue<int> _starts = new("app.starts");
        private readonly SharedArray<int> _slots = new("app.slots", 10);
        void Begin(int slot) { [|_starts.Value++|]; _slots[slot]++; [|_slots[0]++|]; }
        """);

    [Fact]
    public Task HoldsOfTheCaller_DoNotTrigger() => Class("""
        [Holds(nameof(_starts))] void Bump() => _starts.Value++;
        private readonly SharedValue<int> _starts = new("app.starts");
        """);

    [Fact]
    public Task AlternativesOfOneChoice_DoNotTrigger() => Class("""
        static void Up(SharedValue<int> total) { total.Value++; }
        static void Down(SharedValue<int> total) { total.Value--; }
        static void Run(bool up) { using var total = new SharedValue<int>(); if (up) WorkerProcess.Start(Up, total); else WorkerProcess.Start(Down, total); }
        """);

    [Fact]
    public Task ViewOfANamedMap_Triggers() => Class("""
        static void Run()
        {
            using var file = MemoryMappedFile.CreateOrOpen("counters", 4096);
            using var view = file.CreateViewAccessor();
            [|view.Write(0, view.ReadInt32(0) + 1)|];
            var n = view.ReadInt64(8);
            [|view.Write(8, n + 1)|];
            view.Write(16, 3);
            view.Write(24, view.ReadInt32(28));
            using var mutex = new Mutex(false, "counters.lock");
            mutex.WaitOne();
            try { view.Write(0, view.ReadInt32(0) + 1); } finally { mutex.ReleaseMutex(); }
        }
        """);

    [Fact]
    public Task ViewOfAStructure_Triggers() => Class("""
        struct Header { public int Count; }
        private readonly MemoryMappedViewAccessor _view = MemoryMappedFile.OpenExisting("counters").CreateViewAccessor();
        void Add()
        {
            _view.Read(0, out Header header);
            header.Count++;
            [|_view.Write(0, ref header)|];
        }
        """);

    [Fact]
    public Task ViewOfAFile_DoesNotTrigger() => Class("""
        static void Run()
        {
            using var file = MemoryMappedFile.CreateFromFile("index.db");
            using var view = file.CreateViewAccessor();
            view.Write(0, view.ReadInt32(0) + 1);
        }
        """);

    [Fact]
    public Task Message_TellsWhoElseWrites() => Verify.VerifyAnalyzerAsync("""
        using Tandem;

        class Program
        {
            static readonly object s_gate = new();

            static void Work(SharedValue<int> total)
            {
                lock (s_gate)
                    {|#0:total.Value++|};
            }

            static void Run(SharedValue<int> total)
            {
                for (var i = 0; i < 3; i++)
                    {|#1:WorkerProcess.Start(Work, total)|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1)
            .WithArguments("total.Value", "'Work' runs in several processes at once (handed over on line 16)", "'s_gate' keeps out the threads of this process only", "use Update, or hold 'total.Lock' around it"));

    private static Task Class(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.IO.MemoryMappedFiles;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            {{members}}
        }
        """);
}
