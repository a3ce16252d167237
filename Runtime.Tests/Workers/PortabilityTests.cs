using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Tandem.Runtime.Tests.Executors;
using Tandem.Workers;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What can cross a process boundary, and what Submit refuses, with the path to it and what to do.</summary>
public sealed class PortabilityTests
{
    public static TheoryData<Type> Portable => [.. new[]
    {
        typeof(int), typeof(bool), typeof(decimal), typeof(DayOfWeek), typeof(Guid), typeof(DateTimeOffset), typeof(int?), typeof((int, long)),
        typeof(string), typeof(byte[]), typeof(int[][]), typeof((string, int)), typeof(KeyValuePair<string, int>), typeof(Uri), typeof(Version),
        typeof(List<string>), typeof(Dictionary<string, List<int>>), typeof(Dictionary<(int, int), string>), typeof(HashSet<Guid>),
        typeof(IReadOnlyList<string>), typeof(IEnumerable<string>), typeof(IDictionary<int, string>), typeof(ConcurrentDictionary<string, int>),
        typeof(System.Collections.Immutable.ImmutableArray<string>), typeof(System.Numerics.BigInteger), typeof(System.Numerics.Complex),
        typeof(Customer), typeof(Tree), typeof(Shape), typeof(Vouched), typeof(Converted), typeof(WithIgnored), typeof(JsonNode), typeof(Memory<int>),
        typeof(ProcessLock), typeof(LockHolder),
    }];

    public static TheoryData<Type, string> Refused => new()
    {
        { typeof(Stream), "is a Stream, which cannot cross a process boundary" },
        { typeof(FileStream), "is a FileStream" },
        { typeof(Action), "is an Action" },
        { typeof(Func<int, int>), "is a Func<int, int>" },
        { typeof(Task), "Await it and pass its result" },
        { typeof(Task<int>), "is a Task<int>" },
        { typeof(ValueTask<int>), "is a ValueTask<int>" },
        { typeof(nint), "is a nint" },
        { typeof(nint[]), "nint[][] is a nint" },
        { typeof(GCHandle), "is a GCHandle" },
        { typeof(Pointing), "Pointing.Address is an int*" },
        { typeof(SafeHandle), "is a SafeHandle" },
        { typeof(Lock), "Use a ProcessLock" },
        { typeof(ThreadLock), "Use a ProcessLock" },
        { typeof(SpinLock), "Use a ProcessLock" },
        { typeof(SemaphoreSlim), "Use a ProcessLock" },
        { typeof(Mutex), "is a Mutex" },
        { typeof(ThreadQueue<int>), "Use a ProcessQueue" },
        { typeof(Channel<int>), "Use a ProcessQueue" },
        { typeof(BlockingCollection<int>), "Use a ProcessQueue" },
        { typeof(Thread), "is a Thread" },
        { typeof(Timer), "is a Timer" },
        { typeof(CancellationTokenSource), "Pass its token" },
        { typeof(WithToken), "WithToken.Token is a CancellationToken" },
        { typeof(Type), "is a Type" },
        { typeof(InvalidOperationException), "is an InvalidOperationException" },
        { typeof(StringBuilder), "Pass its ToString()" },
        { typeof(Lazy<int>), "is a Lazy<int>" },
        { typeof(ThreadExecutor), "is a ThreadExecutor" },
        { typeof(int[,]), "Pass a jagged array" },
        { typeof(object), "Declare the type that it really has" },
        { typeof(List<object>), "List<object>[] is an object" },
        { typeof(System.Collections.ArrayList), "ArrayList[] is an object" },
        { typeof(IComparable), "It is an interface" },
        { typeof(Unlisted), "It is abstract" },
        { typeof(IAsyncEnumerable<int>), "pass them as an array" },
        { typeof(Dictionary<Customer, int>), "Dictionary<Customer, int>.Keys is a Customer" },
        { typeof(Order), "Order.Customer.Connection is a Socket, which cannot cross a process boundary (argument 1 of Work.It)." },
        { typeof(Dictionary<string, List<Order>>), "Dictionary<string, List<Order>>[][].Customer.Connection is a Socket" },
        { typeof((string, Socket)), "ValueTuple<string, Socket>.Item2 is a Socket" },
        { typeof(Opaque), "All it holds is private" },
        { typeof(NoConstructor), "JSON cannot make it again" },
        { typeof(Derived), "Derived.Source is a Stream" },
        { typeof(WithIncluded), "WithIncluded._source is a Stream" },
    };

    [Theory]
    [MemberData(nameof(Portable))]
    public void WhatJsonCanCarry_MayCross(Type type)
    {
        Portability.CheckArgument(type, 1, "Work.It");
        if (type != typeof(IEnumerable<string>))
            Portability.CheckResult(type, "Work.It");
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void WhatMeansSomethingInOneProcessOnly_IsRefused_WithPathAndRemedy(Type type, string said)
    {
        var thrown = Assert.Throws<NotSupportedException>(() => Portability.CheckArgument(type, 1, "Work.It"));
        Assert.Contains(said, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("rgument 1 of Work.It", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", thrown.Message, StringComparison.Ordinal);

        // Asked again, it says the same.
        Assert.Equal(thrown.Message, Assert.Throws<NotSupportedException>(() => Portability.CheckArgument(type, 1, "Work.It")).Message);
        Assert.Contains("result of Work.It", Assert.Throws<NotSupportedException>(() => Portability.CheckResult(type, "Work.It")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(IEnumerable<int>))]
    [InlineData(typeof(System.Collections.IEnumerable))]
    public void ALazySequenceAsResult_IsRefused(Type type)
    {
        var thrown = Assert.Throws<NotSupportedException>(() => Portability.CheckResult(type, "Work.It"));
        Assert.Contains("lazy sequence", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Return an array", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Submit_RefusesAtOnce()
    {
        using var executor = new ProcessExecutor(1);
        using var stream = new MemoryStream();
        Assert.Contains("Argument 1 of", Refuses(() => executor.Submit(static (MemoryStream s) => 1, stream)), StringComparison.Ordinal);
        Assert.Contains("Argument 2 of", Refuses(() => executor.Submit(static (i, s) => 1, 1, stream)), StringComparison.Ordinal);
        Assert.Contains("The result of", Refuses(() => executor.Submit(static () => new MemoryStream())), StringComparison.Ordinal);
        Assert.Contains("The result of", Refuses(() => executor.Submit(static async () => { await Task.Yield(); return new MemoryStream(); })), StringComparison.Ordinal);
        Assert.Contains("ValueTask", Refuses(() => executor.Submit(static () => ValueTask.FromResult(1))), StringComparison.Ordinal);
        Assert.Contains("Argument 1 of", Refuses(() => executor.Map(static (MemoryStream s) => 1, [stream])), StringComparison.Ordinal);
        Assert.Contains("lazy sequence", Refuses(() => executor.Submit(static () => Enumerable.Range(0, 3))), StringComparison.Ordinal);

        static string Refuses(Action submit) => AtOnce.Throws<NotSupportedException>(submit).Message;
    }

    [Fact]
    public void AValueThatCannotBeWritten_IsRefusedAtOnce()
    {
        using var executor = new ProcessExecutor(1);
        var ring = new Tree();
        ring.Children.Add(ring);
        var thrown = AtOnce.Throws<ArgumentException>(() => executor.Submit(static (Tree t) => t.Children.Count, ring));
        Assert.Contains("Argument 1 of", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("cycle", thrown.Message, StringComparison.Ordinal);
    }

    private sealed record Customer(string Name);

    private sealed class Tree
    {
        public List<Tree> Children { get; set; } = [];
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    private abstract class Shape;

    private sealed class Circle : Shape
    {
        public double Radius { get; set; }
    }

    private abstract class Unlisted;

    [ProcessPortable]
    private sealed class Vouched
    {
        public object? Anything { get; set; }
    }

    [JsonConverter(typeof(Converter))]
    private sealed class Converted(Stream stream)
    {
        public Stream Stream { get; } = stream;
    }

    private sealed class Converter : JsonConverter<Converted>
    {
        public override Converted Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) => new(Stream.Null);

        public override void Write(System.Text.Json.Utf8JsonWriter writer, Converted value, System.Text.Json.JsonSerializerOptions options) => writer.WriteNullValue();
    }

    private sealed class WithIgnored
    {
        [JsonIgnore]
        public Stream? Stream { get; set; }

        public int Kept { get; set; }
    }

    private sealed class LockHolder
    {
        public ProcessLock? Gate { get; set; }
    }

    private sealed class WithToken
    {
        public CancellationToken Token { get; set; }
    }

    private sealed class Order
    {
        public Connected? Customer { get; set; }
    }

    private sealed class Connected
    {
        public Socket? Connection { get; set; }
    }

    private sealed class Opaque
    {
        private readonly int _state = 1;

        public override string ToString() => $"{_state}";
    }

    private sealed class NoConstructor
    {
        public NoConstructor(int other) => Value = other;

        public int Value { get; }
    }

    private class Base
    {
        public Stream? Source { get; set; }
    }

    private sealed class Derived : Base;

    private sealed class WithIncluded
    {
        [JsonInclude]
        private readonly Stream? _source = null;

        public bool HasSource => _source is not null;
    }

    private unsafe struct Pointing(int* address)
    {
        public int* Address = address;
    }
}
