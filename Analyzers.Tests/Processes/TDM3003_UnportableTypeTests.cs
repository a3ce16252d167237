using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.UnportableTypeAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

public class UnportableTypeTests
{
    [Fact]
    public Task Stream_Triggers() => InMethod("await pool.Submit(static s => 1, [|File.OpenRead(path)|]);");

    [Fact]
    public Task PathOfTheStream_DoesNotTrigger() => InMethod("await pool.Submit(static p => File.ReadAllBytes(p).Length, path);");

    [Fact]
    public Task ThreadLock_Triggers() => InMethod("var gate = new ThreadLock(); await pool.Submit(static g => { }, [|gate|]); await pool.Submit(static (x, g) => { }, 1, [|gate|]);");

    [Fact]
    public Task ProcessPrimitives_DoNotTrigger() => InMethod("""
        using var gate = new ProcessLock(); using var queue = new ProcessQueue<string>(); using var array = new SharedArray<int>(3); var (left, right) = ProcessPipe.Create<int>();
        await pool.Submit(static (g, q, a, e) => { }, gate, queue, array, left);
        await pool.Submit(static holder => { }, new Holder { Gate = gate });
        """);

    [Fact]
    public Task OwnToken_DoesNotTrigger() => InMethod("await pool.Submit(static (n, token) => { token.ThrowIfCancellationRequested(); return n; }, 1, cancel, cancel);");

    [Fact]
    public Task TokenInsideAnObject_Triggers() => InMethod("await pool.Submit(static j => { }, [|new Job { Cancel = cancel }|]); await pool.Submit(static j => { }, [|(1, cancel)|]);");

    [Fact]
    public Task TokenAsItem_Triggers() => InMethod("await foreach (var n in pool.Map(static t => 1, [|new[] { cancel }|])) { }");

    [Fact]
    public Task ItemsOfMap_Trigger() => InMethod("await foreach (var n in pool.Map(static s => 1, [|new List<Stream>()|])) { } await foreach (var n in pool.Map([|static p => File.OpenRead(p)|], new[] { path })) { }");

    [Fact]
    public Task LazyItemsOfMap_DoNotTrigger() => InMethod("await foreach (var n in pool.Map(static n => n + 1, Enumerable.Range(0, 9).Where(n => n > 3))) { }");

    [Fact]
    public Task Results_Trigger() => InMethod("""
        await pool.Submit([|static p => File.OpenRead(p)|], path);
        await pool.Submit([|static async p =>|] { await Task.Yield(); return new StreamReader(p); }, path);
        await pool.Submit([|Open|], path);
        await pool.Submit([|static () => new Action(() => { })|]);
        """);

    [Fact]
    public Task TaskOfWorkThatIsAsynchronous_DoesNotTrigger() => InMethod("await pool.Submit(static async p => { await Task.Yield(); return p.Length; }, path); await pool.Submit(static p => Task.CompletedTask, path);");

    [Fact]
    public Task LazySequences_Trigger() => InMethod("""
        await pool.Submit([|static n => Enumerable.Range(0, n)|], 3);
        await pool.Submit([|Count|], 3);
        await pool.Submit([|CountAsync|], 3);
        """);

    [Fact]
    public Task CollectedSequences_DoNotTrigger() => InMethod("""
        await pool.Submit(static n => Enumerable.Range(0, n).ToArray(), 3);
        await pool.Submit(static n => Enumerable.Range(0, n).ToList(), 3);
        await pool.Submit(static (IEnumerable<int> numbers) => numbers.Sum(), Enumerable.Range(0, 3));
        await pool.Submit(static IReadOnlyList<int> (int n) => new List<int> { n }, 3);
        """);

    [Fact]
    public Task WorkerProcess_Triggers() => InMethod("""
        using var one = WorkerProcess.Start(static s => { }, [|File.OpenRead(path)|]);
        using var other = WorkerProcess.Start([|static p => File.OpenRead(p)|], path);
        using var third = WorkerProcess.Start(static (p, token) => { }, path, cancel);
        """);

    [Fact]
    public Task ItemsOfQueuesAndPipes_Trigger() => InMethod("""
        using var queue = new ProcessQueue<[|Stream|]>();
        ProcessQueue<Job> jobs = [|new(8)|];
        var ends = ProcessPipe.Create<[|Action|]>();
        """);

    [Fact]
    public Task ItemsThatCanCross_DoNotTrigger() => InMethod("using var queue = new ProcessQueue<(string, int[])>(); ProcessQueue<Holder> holders = new(8); var ends = ProcessPipe.Create<Dictionary<string, Guid>>(); var threads = new ThreadQueue<Stream>();");

    [Fact]
    public Task ThreadExecutor_DoesNotTrigger() => InMethod("using var threads = new ThreadExecutor(2); await threads.Submit(static s => s.Length, File.OpenRead(path)); Executor any = pool; any = threads; await any.Submit(static s => s.Length, File.OpenRead(path));");

    [Fact]
    public Task GenericType_DoesNotTrigger() => Program("static Task<T> Run<T>(ProcessExecutor pool, Func<T, T> work, T value) => pool.Submit(work, value); static ProcessQueue<T> Make<T>() => new();");

    [Fact]
    public Task DelegatesThatComeFromElsewhere_TriggerByTheirType() => Program("static Task Run(ProcessExecutor pool, Action<Stream> work, Stream stream) => pool.Submit(work, [|stream|]);");

    [Fact]
    public Task Nested_Trigger() => InMethod("""
        await pool.Submit(static o => { }, [|new Order()|]);
        await pool.Submit(static o => { }, [|new List<Order>()|]);
        await pool.Submit(static o => { }, [|new Dictionary<string, Order[]>()|]);
        await pool.Submit(static o => { }, [|("a", new Order())|]);
        await pool.Submit(static o => { }, [|(Order?)null|]);
        """);

    [Fact]
    public Task Message_NamesThePath() => Program("""
        static async Task Run(ProcessExecutor pool)
        {
            await pool.Submit(static o => { }, {|#0:new Parcel()|});
            await pool.Submit(static o => { }, {|#1:new Lock()|});
            await pool.Submit({|#2:static () => Enumerable.Range(0, 3)|});
            using var queue = new ProcessQueue<{|#3:object|}>();
            await pool.Submit(static o => { }, {|#4:new Opaque()|});
        }
        class Parcel { public Sender[]? Senders { get; set; } }
        class Sender { public Socket? {|#5:Connection|} { get; set; } }
        class Opaque { private int _state; public int Next() => ++_state; }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(5).WithArguments("'Parcel.Senders[].Connection' in this argument is", "a Socket", "pass the data, or the path or address that it is opened by, and open it in the worker"),
        Verify.Diagnostic().WithLocation(1).WithArguments("This argument is", "a Lock", "use a ProcessLock"),
        Verify.Diagnostic().WithLocation(2).WithArguments("The result of this work is", "an IEnumerable<int>", "it is a lazy sequence, which would run in the wrong process; return an array or a list"),
        Verify.Diagnostic().WithLocation(3).WithArguments("An item of this queue is", "an object", "declare the type that it really has"),
        Verify.Diagnostic().WithLocation(4).WithArguments("This argument is", "an Opaque", "its _state would be lost, since JSON carries public members only; give it a public property that reads and sets it alone, or mark it [JsonInclude], or [JsonIgnore] if it need not cross"));

    [Fact]
    public Task JsonAttributes_AreTheUsersWord() => Types("""
        class Ignored { [JsonIgnore] public Stream? Stream { get; set; } public int Kept { get; set; } }
        class Included { [JsonInclude] private int _n; [JsonInclude] public string? Name { get; private set; } public void Set() => (_n, Name) = (_n + 1, ""); }
        class Made { [JsonConstructor] private Made(int size) => Size = size; public Made() => Size = 3; public int Size { get; } }
        [JsonConverter(typeof(Converter))] class Converted { public Stream? Stream { get; set; } }
        [JsonDerivedType(typeof(Circle), "circle")] abstract class Shape { }
        class Circle : Shape { public double Radius { get; set; } }
        [ProcessPortable] class Vouched { public object? Anything { get; set; } }
        class Heir : Vouched { }
        class Converter : JsonConverter<Converted> { public override Converted Read(ref Utf8JsonReader r, Type t, JsonSerializerOptions o) => new(); public override void Write(Utf8JsonWriter w, Converted v, JsonSerializerOptions o) { } }
        """, "Ignored", "Included", "Made", "Converted", "Shape", "Vouched", "Heir");

    [Fact]
    public Task WithoutThem_Trigger() => Types("""
        class Holding { public Stream? Stream { get; set; } }
        class Hiding { private int _n; public string? Name { get; private set; } public void Set() => (_n, Name) = (_n + 1, ""); }
        class Made { public Made(int size) => Size = size; public Made() => Size = 3; public int Size { get; } }
        abstract class Shape { }
        [JsonDerivedType(typeof(Circle))] class Marked { }
        class Circle : Marked { public double Radius { get; set; } }
        class Untyped { public object? Anything { get; set; } }
        class Notifying { public event Action? Changed; public void Change() => Changed?.Invoke(); }
        class Kept(int size) { public int Twice => 2 * size; }
        class Named : List<int> { public string? Name { get; set; } }
        """, "[|Holding|]", "[|Hiding|]", "[|Made|]", "[|Shape|]", "[|Marked|]", "[|Untyped|]", "[|Notifying|]", "[|Kept|]", "[|Named|]");

    [Fact]
    public Task PlainData_DoesNotTrigger() => Types("""
        record Point(int X, int Y);
        record struct Size(double Width, double Height);
        readonly struct Money(decimal amount) { private readonly decimal _amount = amount; public decimal Rounded => Math.Round(_amount); }
        class Person { public required string Name { get; init; } public DateOnly Born { get; set; } public Person? Parent { get; set; } public int Age => DateTime.Today.Year - Born.Year; }
        class Box<T> { private T? _value; public T? Value { get => _value; set => _value = value; } }
        class Pair(string first, string second) { public string First { get; } = first; public string Second => second; }
        enum Color { Red }
        """, "Point", "Size", "Money", "Person", "Box<Point>", "Pair", "Color?", "Uri", "Version", "(string Name, Point[] Points)", "ImmutableArray<Point>", "Stack<int>", "Memory<byte>", "KeyValuePair<string, int>", "JsonElement", "Tuple<int, string>");

    [Fact]
    public Task FrameworksOwnKind_Triggers() => Types("", "[|int[,]|]", "[|Regex|]", "[|System.Net.IPAddress|]", "[|Exception|]", "[|Type|]", "[|StringBuilder|]", "[|Random|]", "[|nint|]", "[|ArraySegment<int>|]", "[|ConcurrentBag<int>|]",
        "[|ReadOnlyCollection<int>|]", "[|IDisposable|]", "[|IEnumerator<int>|]", "[|Task<int>|]", "[|Dictionary<Uri, int>|]", "[|IReadOnlySet<int>|]", "[|SemaphoreSlim|]", "[|Channel<int>|]", "[|dynamic[]|]");

    [Fact]
    public Task SerializerOfTheUsers_DoesNotTrigger() => Program("""
        class Own : ProcessSerializer
        {
            public override void Serialize<T>(System.Buffers.IBufferWriter<byte> output, T value) { }
            public override T Deserialize<T>(ReadOnlySpan<byte> bytes) => default!;
        }

        static async Task Run(Order order, ProcessExecutor given)
        {
            using var pool = new ProcessExecutor(new ProcessExecutorOptions { Serializer = typeof(Own) });
            await pool.Submit(static o => { }, order);
            await given.Submit(static o => { }, order);
            using var worker = WorkerProcess.Start(static o => { }, order, new WorkerProcessOptions { Serializer = typeof(Own) });
        }
        """);

    [Fact]
    public Task WhatNoSerializerIsAskedFor_Triggers() => Program("""
        class Own : ProcessSerializer
        {
            public override void Serialize<T>(System.Buffers.IBufferWriter<byte> output, T value) { }
            public override T Deserialize<T>(ReadOnlySpan<byte> bytes) => default!;
        }

        static async Task Run(Order order, nint handle)
        {
            using var pool = new ProcessExecutor(new ProcessExecutorOptions { Serializer = typeof(Own) });
            await pool.Submit(static h => { }, [|handle|]);
            await pool.Submit([|static () => Enumerable.Range(0, 3)|]);
            using var plain = new ProcessExecutor(2);
            await plain.Submit(static o => { }, [|order|]);
            using var optioned = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 2 });
            await optioned.Submit(static o => { }, [|order|]);
            using var queue = new ProcessQueue<[|Order|]>();
        }
        """);

    private static Task Types(string declarations, params string[] types) =>
        Program($"{declarations}\nstatic class Makes {{ static void All() {{ {string.Concat(types.Select(static type => $"_ = new ProcessQueue<{type}>(); "))} }} }}");

    private static Task InMethod(string statements) => Program($$"""
        static async Task Run(ProcessExecutor pool, string path, CancellationToken cancel)
        {
            {{statements}}
        }
        """);

    private static Task Program(string members, params Microsoft.CodeAnalysis.Testing.DiagnosticResult[] expected) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Concurrent;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using System.Collections.ObjectModel;
        using System.IO;
        using System.Linq;
        using System.Net.Sockets;
        using System.Text;
        using System.Text.Json;
        using System.Text.Json.Serialization;
        using System.Text.RegularExpressions;
        using System.Threading;
        using System.Threading.Channels;
        using System.Threading.Tasks;
        using Tandem;

        class Holder
        {
            public ProcessLock? Gate { get; set; }
        }

        class Job
        {
            public CancellationToken Cancel { get; set; }
        }

        class Order
        {
            public Customer? Customer { get; set; }
        }

        class Customer
        {
            public Socket? Connection { get; set; }
        }

        class Program
        {
            static Stream Open(string path) => File.OpenRead(path);

            static IEnumerable<int> Count(int to) { for (var i = 0; i < to; i++) yield return i; }

            static async IAsyncEnumerable<int> CountAsync(int to) { for (var i = 0; i < to; i++) { await Task.Yield(); yield return i; } }

            {{members}}
        }
        """, expected);
}
