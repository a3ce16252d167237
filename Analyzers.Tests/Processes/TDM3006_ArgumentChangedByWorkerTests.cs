using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.ArgumentChangedByWorkerAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

public class ArgumentChangedByWorkerTests
{
    [Fact]
    public Task ListFilledByTheWorker_Triggers() => InMethod("var list = new List<int>(); await pool.Submit(static l => l.Add(1), [|list|]); Console.WriteLine(list.Count);");

    [Fact]
    public Task ListNotReadLater_DoesNotTrigger() => InMethod("var list = new List<int>(); Console.WriteLine(list.Count); await pool.Submit(static l => l.Add(1), list);");

    [Fact]
    public Task ListReplacedBeforeItIsRead_DoesNotTrigger() => InMethod("var list = new List<int>(); await pool.Submit(static l => l.Add(1), list); list = new List<int>(); Console.WriteLine(list.Count);");

    [Fact]
    public Task ListReplacedOnOneWay_Triggers() => InMethod("var list = new List<int>(); await pool.Submit(static l => l.Add(1), [|list|]); if (number > 3) list = new List<int>(); Console.WriteLine(list.Count);");

    [Fact]
    public Task ListReadOnAnotherWay_DoesNotTrigger() => InMethod("var list = new List<int>(); if (number > 3) await pool.Submit(static l => l.Add(1), list); else Console.WriteLine(list.Count);");

    [Fact]
    public Task ListReadInTheNextRound_Triggers() => InMethod("var list = new List<int>(); while (number-- > 0) { Console.WriteLine(list.Count); await pool.Submit(static l => l.Add(1), [|list|]); }");

    [Fact]
    public Task ListOfEachRound_DoesNotTrigger() => InMethod("while (number-- > 0) { var list = new List<int>(); Console.WriteLine(list.Count); await pool.Submit(static l => l.Add(1), list); }");

    [Fact]
    public Task ListReadInFinally_Triggers() => InMethod("var list = new List<int>(); try { await pool.Submit(static l => l.Add(1), [|list|]); } finally { Console.WriteLine(list.Count); }");

    [Fact]
    public Task ListThatTheWorkReturns_DoesNotTrigger() => InMethod("""
        var list = new List<int>();
        var filled = await pool.Submit(static l => { l.Add(1); return l; }, list);
        var both = await pool.Submit(static l => { l.Add(1); return (l, 3); }, list);
        list = await pool.Submit(Filled, list);
        Console.WriteLine(list.Count);
        """);

    [Fact]
    public Task ResultAssignedToIt_DoesNotTrigger() => InMethod("var list = new List<int>(); list = await pool.Submit(static l => { l.Add(1); return l.ToList(); }, list); Console.WriteLine(list.Count);");

    [Fact]
    public Task ArrayWrittenByTheWorker_Triggers() => InMethod("var numbers = new int[9]; await pool.Submit(static n => { for (var i = 0; i < n.Length; i++) n[i] = i; }, [|numbers|]); Console.WriteLine(numbers[3]);");

    [Fact]
    public Task LengthOfTheArray_DoesNotTrigger() => InMethod("var numbers = new int[9]; await pool.Submit(static n => { n[0] = 3; }, numbers); Console.WriteLine(numbers.Length);");

    [Fact]
    public Task ArraySortedInPlace_Triggers() => InMethod("var numbers = new int[9]; await pool.Submit(static n => Array.Sort(n), [|numbers|]); Console.WriteLine(numbers[0]);");

    [Fact]
    public Task ArraySortedToFindAResult_DoesNotTrigger() => InMethod("var numbers = new int[9]; var median = await pool.Submit(static n => { Array.Sort(n); return n[n.Length / 2]; }, numbers); Console.WriteLine(numbers[0]);");

    [Fact]
    public Task ArraySpanWritten_Triggers() => InMethod("var numbers = new int[9]; await pool.Submit(static n => { n.AsSpan(2).Fill(3); }, [|numbers|]); Console.WriteLine(numbers[0]);");

    [Fact]
    public Task ObjectSetByTheWorker_Triggers() => InMethod("var order = new Order(); await pool.Submit(static o => { o.Status = 3; }, [|order|]); Console.WriteLine(order.Status);");

    [Fact]
    public Task OtherMemberOfTheObject_DoesNotTrigger() => InMethod("var order = new Order(); await pool.Submit(static o => { o.Status = 3; }, order); Console.WriteLine(order.Id); order.Status = 4;");

    [Fact]
    public Task WholeObject_Triggers() => InMethod("var order = new Order(); await pool.Submit(static o => { o.Status = 3; }, [|order|]); Save(order);");

    [Fact]
    public Task PropertyThatReadsMore_Triggers() => InMethod("var order = new Order(); await pool.Submit(static o => { o.Lines.Add(\"a\"); }, [|order|]); Console.WriteLine(order.Total);");

    [Fact]
    public Task MemberOfAMember_Triggers() => InMethod("""
        var order = new Order();
        await pool.Submit(static o => { o.Lines.Add("a"); }, [|order|]);
        foreach (var line in order.Lines) Console.WriteLine(line);
        """);

    [Fact]
    public Task MemberHandedOver_Triggers() => InMethod("var order = new Order(); await pool.Submit(static lines => lines.Add(\"a\"), [|order.Lines|]); Console.WriteLine(order.Lines.Count);");

    [Fact]
    public Task OtherMemberThanTheOneHandedOver_DoesNotTrigger() => InMethod("var order = new Order(); await pool.Submit(static lines => lines.Add(\"a\"), order.Lines); Console.WriteLine(order.Status);");

    [Fact]
    public Task ChangeThroughACall_Triggers() => InMethod("var order = new Order(); await pool.Submit(static o => Ship(o, 3), [|order|]); Console.WriteLine(order.Status); var other = new Order(); await pool.Submit(static o => o.Close(), [|other|]); Console.WriteLine(other.Status);");

    [Fact]
    public Task CallThatOnlyReads_DoesNotTrigger() => InMethod("var order = new Order(); await pool.Submit(static o => Print(o), order); Console.WriteLine(order.Status); await pool.Submit(Print, order); Console.WriteLine(order.Status);");

    [Fact]
    public Task MethodGroup_Triggers() => InMethod("var order = new Order(); await pool.Submit(Ship, [|order|], 3); Console.WriteLine(order.Status);");

    [Fact]
    public Task ChangeThroughALocal_Triggers() => InMethod("""
        var order = new Order();
        await pool.Submit(static o => { var lines = o.Lines; lines.Clear(); }, [|order|]);
        Console.WriteLine(order.Lines.Count);
        """);

    [Fact]
    public Task ChangeOfACopy_DoesNotTrigger() => InMethod("""
        var list = new List<int>();
        await pool.Submit(static l => { var copy = l.ToList(); copy.Add(1); }, list);
        await pool.Submit(static l => { var copy = new List<int>(l); copy.Add(1); }, list);
        await pool.Submit(static l => { l = new List<int>(l); l.Add(1); }, list);
        await pool.Submit(static l => { foreach (var n in l.OrderBy(x => x)) { var m = n; m++; } }, list);
        Console.WriteLine(list.Count);
        """);

    [Fact]
    public Task ChangeOfAStruct_DoesNotTrigger() => InMethod("var size = new Size(); await pool.Submit(static s => { s.Width = 3; }, size); Console.WriteLine(size.Width);");

    [Fact]
    public Task SharedMemory_DoesNotTrigger() => InMethod("""
        using var array = new SharedArray<int>(3); using var queue = new ProcessQueue<int>(); using var value = new SharedValue<int>();
        await pool.Submit(static (a, q, v) => { a[0] = 3; q.Put(3); v.Value = 3; }, array, queue, value);
        Console.WriteLine(array[0] + queue.Take() + value.Value);
        var job = new Job { Results = array };
        await pool.Submit(static j => { j.Results!.Span[0] = 3; j.Results[1] = 4; }, job);
        Console.WriteLine(job.Results[0]);
        """);

    [Fact]
    public Task ThreadExecutor_DoesNotTrigger() => InMethod("using var threads = new ThreadExecutor(2); var list = new List<int>(); await threads.Submit(static l => l.Add(1), list); Console.WriteLine(list.Count);");

    [Fact]
    public Task ImmutableCollection_DoesNotTrigger() => InMethod("var list = ImmutableList<int>.Empty; await pool.Submit(static l => { l.Add(1); }, list); Console.WriteLine(list.Count);");

    [Fact]
    public Task NextWorker_DoesNotTrigger() => InMethod("var jobs = new Queue<int>(); await pool.Submit(static q => { while (q.Count > 0) q.Dequeue(); }, jobs); await pool.Submit(static q => { while (q.Count > 0) q.Dequeue(); }, jobs);");

    [Fact]
    public Task WorkerProcess_Triggers() => InMethod("var list = new List<int>(); using (var worker = WorkerProcess.Start(static l => l.Add(1), [|list|])) worker.Join(); Console.WriteLine(list.Count);");

    [Fact]
    public Task ItemsOfMap_Trigger() => InMethod("var orders = new List<Order>(); await foreach (var done in pool.Map(static o => { o.Status = 3; return true; }, [|orders|])) { } foreach (var order in orders) Console.WriteLine(order.Status);");

    [Fact]
    public Task OtherMemberOfTheItems_DoesNotTrigger() => InMethod("var orders = new List<Order>(); await foreach (var done in pool.Map(static o => { o.Status = 3; return true; }, orders)) { } foreach (var order in orders) Console.WriteLine(order.Id); Console.WriteLine(orders.Capacity);");

    [Fact]
    public Task EachOfALoop_Triggers() => InMethod("var orders = new List<Order>(); foreach (var order in orders) await pool.Submit(static o => { o.Status = 3; }, [|order|]); Console.WriteLine(orders[0].Status);");

    [Fact]
    public Task EachOfAQuery_Triggers() => InMethod("var orders = new List<Order>(); await Task.WhenAll(orders.Select(order => pool.Submit(static o => { o.Status = 3; }, [|order|]))); foreach (var order in orders) Console.WriteLine(order.Status);");

    [Fact]
    public Task Field_Triggers() => Program("private readonly List<int> _list = new(); async Task Run(ProcessExecutor pool) { await pool.Submit(static l => l.Add(1), [|_list|]); Console.WriteLine(_list.Count); }");

    [Fact]
    public Task Tests_DoNotTrigger() => InMethod("List<int>? list = new(); await pool.Submit(static l => l.Add(1), list); if (list is null || list == null) throw new Exception(nameof(list)); list.Clear();");

    [Fact]
    public Task CallersOwnChanges_DoNotTrigger() => InMethod("""
        var list = new List<int>();
        for (var i = 0; i < number; i++)
        {
            list.Add(i);
            await pool.Submit(static l => { l.Add(1); }, list);
        }

        list.Clear();
        Console.WriteLine(list.Count);
        """);

    [Fact]
    public Task BufferFilledAnew_DoesNotTrigger() => InMethod("var buffer = new byte[9]; using var stream = new MemoryStream(); while (await stream.ReadAsync(buffer) > 0) await pool.Submit(static b => { b[0] ^= 1; }, buffer);");

    [Fact]
    public Task ItemTaken_Triggers() => InMethod("var jobs = new Queue<int>(); await pool.Submit(static q => { q.Dequeue(); }, [|jobs|]); Console.WriteLine(jobs.Dequeue());");

    [Fact]
    public Task ElementsSwappedToFindAResult_DoNotTrigger() => InMethod("var numbers = new int[9]; var best = await pool.Submit(static n => { (n[0], n[1]) = (n[1], n[0]); return n[0]; }, numbers); Console.WriteLine(numbers[0]);");

    [Fact]
    public Task Message_NamesChangeAndRead() => Program("""
        static async Task Run(ProcessExecutor pool)
        {
            var order = new Order();
            await pool.Submit(static o =>
            {
                {|#1:o.Status = 3|};
            }, {|#0:order|});
            Console.WriteLine({|#2:order|}.Status);
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("order", "on line 40", "on line 42"));

    private static Task InMethod(string statements) => Program($$"""
        static async Task Run(ProcessExecutor pool, int number)
        {
            {{statements}}
        }
        """);

    private static Task Program(string members, params Microsoft.CodeAnalysis.Testing.DiagnosticResult[] expected) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using System.IO;
        using System.Linq;
        using System.Threading.Tasks;
        using Tandem;

        class Order
        {
            public int Id { get; set; }
            public int Status { get; set; }
            public List<string> Lines { get; set; } = new();
            public int Total => Lines.Count;
            public void Close() => Status = 9;
        }

        class Job
        {
            public SharedArray<int>? Results { get; set; }
        }

        struct Size
        {
            public int Width;
        }

        class Program
        {
            static void Ship(Order order, int status) => order.Status = status;
            static void Print(Order order) => Console.WriteLine(order.Status);
            static void Save(Order order) { }
            static List<int> Filled(List<int> list) { list.Add(1); return list; }

            {{members}}
        }
        """, expected);
}
