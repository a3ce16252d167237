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
        typeof(ProcessLock), typeof(LockHolder), typeof(Account), typeof(AccountStruct), typeof(Fields), typeof(WithBackingField), typeof(Generic<string>),
        typeof(Included), typeof(Tuple<int, string>), typeof((string, int, int, int, int, int, int, int)), typeof(Plain), typeof(List<int>[]),
        typeof(Unnamed), typeof(Own), typeof(Marked), typeof(List<byte[]>), typeof(IReadOnlyDictionary<string, int>), typeof(ISet<string>),
        typeof(LinkedList<string>), typeof(SortedDictionary<string, int>), typeof(System.Collections.Immutable.ImmutableDictionary<string, int>),
        new { Name = "" }.GetType(), typeof(Overriding), typeof(OverridingThrough), typeof(Checked), typeof(WithReference), typeof(Notifying),
        typeof(GetOnlyMarked), typeof(Lazily), typeof(WithGate), typeof(Exchanging), typeof(Stack<string>), typeof(System.Collections.Immutable.IImmutableStack<string>),
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
        { typeof(SemaphoreSlim), "Use a ProcessSemaphore" },
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
        { typeof(IReadOnlyDictionary<int?, string>), "IReadOnlyDictionary<int?, string>.Keys is an int?" },
        { typeof(ByReference), "ByReference.Number is a ref int" },
        { typeof(LinkedListNode<string>), "cannot cross" },
        { typeof(Undo), "JSON would turn it upside down. Pass a Stack." },
        { typeof(System.Text.RegularExpressions.Regex), "Pass its pattern and options" },
        { typeof(System.Net.IPEndPoint), "Pass its host and port" },
        { typeof(Progress<int>), "Use a ProcessQueue, or the Progress of MapOptions" },
        { typeof(Order), "Order.Customer.Connection is a Socket, which cannot cross a process boundary (argument 1 of Work.It)." },
        { typeof(Dictionary<string, List<Order>>), "Dictionary<string, List<Order>>[][].Customer.Connection is a Socket" },
        { typeof((string, Socket)), "ValueTuple<string, Socket>.Item2 is a Socket" },
        { typeof(Opaque), "Its _state would be lost" },
        { typeof(NoConstructor), "JSON cannot make it again" },
        { typeof(Derived), "Derived.Source is a Stream" },
        { typeof(GetOnly), "Its Items would be lost, since JSON cannot set it. Give it a public setter or init" },
        { typeof(PrivateSetter), "Its X would be lost" },
        { typeof(TwoConstructors), "Its X would be lost" },
        { typeof(ReadOnlyField), "Its X would be lost" },
        { typeof(ReadOnlyFieldStruct), "Its Name would be lost" },
        { typeof(GetOnlyStruct), "Its Name would be lost" },
        { typeof(PartlyPrivate), "Its _hidden would be lost, since JSON carries public members only" },
        { typeof(PartlyPrivateStruct), "Its _hidden would be lost" },
        { typeof(OtherParameterType), "the parameter value of its constructor has no public property of that name and type (long)" },
        { typeof(CapturedParameter), "of its constructor has no public property" },
        { typeof(List<PrivateSetter>), "List<PrivateSetter>[] is a PrivateSetter" },
        { typeof(Named), "its Name would be lost" },
        { typeof(System.Diagnostics.Stopwatch), "is a Stopwatch" },
        { typeof(System.Collections.Frozen.FrozenSet<int>), "JSON can write it but not read it" },
        { typeof(System.Collections.Frozen.FrozenDictionary<string, int>), "JSON can write it but not read it" },
        { typeof(System.Collections.ObjectModel.ReadOnlyCollection<int>), "JSON can write it but not read it" },
        { typeof(System.Collections.ObjectModel.ReadOnlyDictionary<string, int>), "JSON can write it but not read it" },
        { typeof(ConcurrentBag<int>), "JSON can write it but not read it" },
        { typeof(ArraySegment<string>), "else its ToArray()" },
        { typeof(ArraySegment<int>), "Pass it as Memory (AsMemory)" },
        { typeof(ILookup<int, int>), "cannot cross" },
        { typeof(IGrouping<int, int>), "JSON can write it but not read it" },
        { typeof(WithReadOnlySet), "WithReadOnlySet.Set is an IReadOnlySet<int>" },
        { typeof(Unmarked), "names no discriminator" },
        { typeof(WithIncluded), "WithIncluded._source is a Stream" },
        { typeof(Balance), "would be lost, since Sum reads other fields with it" },
        { typeof(Average), "would be lost, since Value reads other fields with it" },
        { typeof(Dirty), "Its _version would be lost" },
        { typeof(Frozen), "would be lost, since Tags reads other fields with it" },
        { typeof(Selection), "would be lost, since Current reads other fields with it" },
        { typeof(SetsAPart), "Its _place would be lost" },
        { typeof(IgnoredTotal), "Its _one would be lost" },
        { typeof(OverridingPartly), "Its Kind would be lost" },
        { typeof(Money), "Its Amount would be lost, since JSON makes Money by the constructor without parameters, which every struct has. Mark the one that takes it [JsonConstructor]." },
        { typeof(TwoConstructors), "Mark the one that takes it [JsonConstructor]." },
        { typeof(Listened), "Its event Changed would be lost, since who listens to it stays here. Mark it [field: JsonIgnore]" },
        { typeof(Hiding), "The Kind that it has from WithKind would be lost, since that of Hiding hides it from JSON" },
        { typeof(Populated), "Its Items would be lost" },
        { typeof(System.Data.DataTable), "Pass its rows as an array" },
        { typeof(System.Collections.BitArray), "is a BitArray, which cannot cross a process boundary" },
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
        Assert.InRange(thrown.Message.Length, 1, 500);
        Assert.DoesNotContain("ReferenceHandler", thrown.Message, StringComparison.Ordinal);
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

    private sealed class GetOnly
    {
        public List<int> Items { get; } = [];
    }

    private sealed class PrivateSetter
    {
        public int X { get; private set; }

        public void Set(int x) => X = x;
    }

    private sealed class TwoConstructors
    {
        public TwoConstructors()
        {
        }

        public TwoConstructors(int x) => X = x;

        public int X { get; }
    }

    private sealed class ReadOnlyField
    {
        public readonly int X = 1;
    }

    private readonly struct ReadOnlyFieldStruct(string n)
    {
        public readonly string Name = n;
    }

    private readonly struct GetOnlyStruct(string n)
    {
        public string Name { get; } = n;
    }

    private sealed class PartlyPrivate
    {
        private int _hidden;

        public int Shown { get; set; }

        public int Hide(int value) => _hidden += value;
    }

    private struct PartlyPrivateStruct
    {
        private int _hidden;

        public string? Shown { get; set; }

        public int Hide(int value) => _hidden += value;
    }

    private sealed class OtherParameterType
    {
        public OtherParameterType(long value) => Value = (int)value;

        public int Value { get; }
    }

    private sealed class CapturedParameter(int captured)
    {
        public int Twice => 2 * captured;
    }

    private sealed class Named : List<int>
    {
        public string? Name { get; set; }
    }

    private sealed class WithReadOnlySet
    {
        public IReadOnlySet<int>? Set { get; set; }
    }

    [JsonDerivedType(typeof(UnmarkedToo))]
    private class Unmarked;

    private sealed class UnmarkedToo : Unmarked;

    [JsonDerivedType(typeof(MarkedToo), "too")]
    private class Marked
    {
        public int A { get; set; }
    }

    private sealed class MarkedToo : Marked
    {
        public int B { get; set; }
    }

    private sealed record Account(string Name, int Number)
    {
        public required string Owner { get; init; }

        public string Title => $"{Owner}: {Name}";
    }

    private record struct AccountStruct(string Name, int Number);

    private sealed class Fields
    {
        public string? Name = "";

        [JsonIgnore]
        private readonly Lock _gate = new();

        public bool IsHeld => _gate.IsHeldByCurrentThread;
    }

    private sealed class WithBackingField
    {
        private string? _name;

        public string? Name
        {
            get => _name;
            set => _name = value?.Trim();
        }
    }

    private sealed class Generic<T>
    {
        private T? _value;

        public T? Value
        {
            get => _value;
            set => _value = value;
        }
    }

    private sealed class Included
    {
        [JsonInclude]
        public int X { get; private set; }

        [JsonInclude]
        private string? _name;

        public string? Rename(string name) => _name = name;
    }

    private class Plain
    {
        public List<Plain> Children { get; set; } = [];

        public string? Name { get; set; }

        public int Count => Children.Count;
    }

    private sealed class Unnamed : List<int>;

    private sealed class Own : System.Collections.ObjectModel.Collection<string>;

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

    private sealed class Balance
    {
        private decimal _sum;
        private int _count;

        public decimal Sum
        {
            get => _count == 0 ? 0 : _sum;
            set => _sum = value;
        }

        public void Add(decimal amount) => (_sum, _count) = (_sum + amount, _count + 1);
    }

    private sealed class Average
    {
        private double _sum;
        private int _count;

        public double Value
        {
            get => _sum / _count;
            set => (_sum, _count) = (value, 1);
        }
    }

    private sealed class Dirty
    {
        private int _n;
        private int _version;

        public int N
        {
            get => _n;
            set
            {
                _n = value;
                _version++;
            }
        }
    }

    private sealed class Frozen
    {
        private List<string> _tags = [];
        private bool _isFrozen;

        public List<string> Tags
        {
            get => _isFrozen ? [.. _tags] : _tags;
            set => _tags = value;
        }

        public void Freeze() => _isFrozen = true;
    }

    private sealed class Selection
    {
        private readonly string[] _names = ["a", "b"];
        private int _index;

        public string Current
        {
            get => _names[_index];
            set => _index = Array.IndexOf(_names, value);
        }
    }

    private record struct Place(string Street, string City);

    private sealed class SetsAPart
    {
        private Place _place;

        public string Street
        {
            get => _place.Street;
            set => _place.Street = value;
        }

        public void Move(Place place) => _place = place;
    }

    private sealed class IgnoredTotal
    {
        private int _one;
        private int _other;

        [JsonIgnore]
        public int Total => _one + _other;

        public void Set(int one, int other) => (_one, _other) = (one, other);
    }

    private class WithKind
    {
        public virtual string Kind { get; set; } = "";
    }

    private sealed class Overriding : WithKind
    {
        public override string Kind { get; set; } = "own";
    }

    private sealed class Hiding : WithKind
    {
        public new int Kind { get; set; }
    }

    private sealed class OverridingThrough : WithKind
    {
        public override string Kind
        {
            get => base.Kind;
            set => base.Kind = value.Trim();
        }
    }

    private class WithFixedKind(string kind)
    {
        public virtual string Kind { get; } = kind;
    }

    private sealed class OverridingPartly() : WithFixedKind("base")
    {
        public override string Kind => base.Kind + "!";
    }

    private readonly struct Money(decimal amount, string currency)
    {
        public decimal Amount { get; } = amount;

        public string Currency { get; } = currency;
    }

    [method: JsonConstructor]
    private readonly struct GetOnlyMarked(decimal amount, string currency)
    {
        public decimal Amount { get; } = amount;

        public string Currency => currency;
    }

    private sealed class Listened
    {
        public event Action? Changed;

        public void Change() => Changed?.Invoke();
    }

    private sealed class Populated
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Items { get; } = [];
    }

    private sealed class Checked
    {
        private Uri _address = new("about:blank");
        private long _cents;

        public string Address
        {
            get => _address.ToString();
            set => _address = new Uri(value);
        }

        public decimal Amount
        {
            get => _cents / 100m;
            set => _cents = value >= 0 ? (long)(value * 100) : throw new ArgumentOutOfRangeException(nameof(value));
        }
    }

    private sealed class WithReference
    {
        private string? _name;

        public string? Name
        {
            get => Volatile.Read(ref _name);
            set => Interlocked.Exchange(ref _name, value);
        }
    }

    private sealed class Exchanging
    {
        private string? _name;

        public string? Name
        {
            get => _name;
            set => Interlocked.Exchange(ref _name, value?.Trim());
        }
    }

    private sealed class ByReference
    {
        private int _number;

        public ref int Number => ref _number;
    }

    private sealed class Undo : Stack<string>;

    private sealed class Notifying
    {
        private string? _name;

        [field: JsonIgnore]
        public event Action? Changed;

        public string? Name
        {
            get => _name;
            set
            {
                _name = value;
                Changed?.Invoke();
            }
        }
    }

    private sealed class Lazily
    {
        private List<int>? _items;

        public List<int> Items
        {
            get => _items ??= [];
            set => _items = value;
        }
    }

    private sealed class WithGate
    {
        [JsonIgnore]
        private readonly Lock _gate = new();
        private int _n;

        public int N
        {
            get
            {
                lock (_gate)
                    return _n;
            }

            set
            {
                lock (_gate)
                    _n = value;
            }
        }
    }
}
