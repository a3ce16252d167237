using System.Buffers;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Tandem.Runtime.Tests.PayloadForms;

public sealed class PayloadTests
{
    [Fact]
    public void Values_ComeOutAsTheyWentIn()
    {
        RoundTrips(42);
        RoundTrips(3.1415927);
        RoundTrips(double.NaN);
        RoundTrips<int?>(null);
        RoundTrips((1, 2.5, 'x'));
        RoundTrips("hello");
        RoundTrips("");
        RoundTrips<string?>(null);
        RoundTrips("lone \ud800 surrogate");
        RoundTrips<int[]>([1, 2, 3]);
        RoundTrips<int[]>([]);
        RoundTrips<int[]?>(null);
        RoundTrips<Point[]>([new(1, 2), new(3, 4)]);
    }

    [Fact]
    public void Memory_GoesAsItsElements()
    {
        RoundTrips<Memory<int>>(new[] { 1, 2, 3 }.AsMemory(1), (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips<ReadOnlyMemory<char>>("hello".AsMemory(), (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips<ReadOnlyMemory<Point>>(new Point[] { new(1, 2) }, (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips<Memory<byte>>(default, (a, b) => Assert.True(b.IsEmpty));
        RoundTrips<Memory<string>>(new[] { "a", "b" }, (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        var output = new ArrayBufferWriter<byte>();
        Payload.Write<ReadOnlyMemory<long>>(output, new long[10]);
        Assert.Equal(1 + (10 * sizeof(long)), output.WrittenCount);
    }

    [Fact]
    public void Tuples_GoAsTheirItems()
    {
        RoundTrips(("lone \ud800", 7));
        RoundTrips(("a", (string?)null, 2.5));
        RoundTrips(("a", ("b", ("c", 1)), 'd', DateTime.UnixEpoch));
        RoundTrips<(string?, int[]?)>((null, null));
        RoundTrips((new byte[] { 1, 2 }, new Person("Ada", [36])), (a, b) => Assert.Equivalent(a, b, strict: true));
        var output = new ArrayBufferWriter<byte>();
        Payload.Write(output, (new byte[100], 1));
        Assert.Equal(sizeof(int) + 1 + 100 + sizeof(int) + sizeof(int), output.WrittenCount);
        Assert.Throws<InvalidDataException>(() => Payload.Read<(byte[], int)>(output.WrittenSpan[..^1]));
        Assert.Throws<InvalidDataException>(() => Payload.Read<(byte[], int)>([.. output.WrittenSpan, 0]));
        Assert.True(Payload.MayReferToMemory<(int, ProcessLock)>());
        Assert.False(Payload.MayReferToMemory<(int, string)>());
    }

    [Fact]
    public void Stacks_KeepTheirTop()
    {
        RoundTrips(new Stack<string>(["bottom", "top"]), (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips(new ConcurrentStack<int>([1, 2, 3]), (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips(ImmutableStack.Create(1, 2, 3), (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips<IImmutableStack<int>>(ImmutableStack.Create(1, 2), (a, b) => Assert.Equal(a.ToArray(), b.ToArray()));
        RoundTrips<Dictionary<string, Stack<int>?>>(new() { ["a"] = new([1, 2]), ["b"] = null }, (a, b) => Assert.Equal(a["a"]!.ToArray(), b["a"]!.ToArray()));
        Assert.Throws<NotSupportedException>(() => Payload.Write<Stack<string>>(new ArrayBufferWriter<byte>(), new Undo()));
    }

    private sealed class Undo : Stack<string>;

    [Fact]
    public void WhatHoldsReferences_ComesOutAsItWentIn()
    {
        RoundTrips<int?[]>([42, null]);
        RoundTrips<string?[]>(["a", null, "ü"]);
        RoundTrips(("tuple", 7, double.PositiveInfinity));
        RoundTrips(new Person("Ada", [36, 37]) { City = null }, (a, b) => Assert.Equivalent(a, b, strict: true));
        RoundTrips(new Dictionary<string, List<int>> { ["a"] = [1], ["b"] = [] });
        RoundTrips<Person?>(null);
    }

    [Fact]
    public void WhatJsonWouldAddTo_IsReplaced()
    {
        RoundTrips(new Populated { Items = [5, 6] }, (a, b) => Assert.Equal(a.Items, b.Items));
        RoundTrips(new PopulatedAll { Items = [5, 6] }, (a, b) => Assert.Equal(a.Items, b.Items));
    }

    private sealed class Populated
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Items { get; set; } = [1];
    }

    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    private sealed class PopulatedAll
    {
        public List<int> Items { get; set; } = [1];
    }

    [Fact]
    public void BytesOfAnotherType_Throw()
    {
        Assert.Throws<InvalidDataException>(() => Payload.Read<int>([1, 2, 3]));
        Assert.Throws<InvalidDataException>(() => Payload.Read<string>([1, 2]));
        Assert.Throws<InvalidDataException>(() => Payload.Read<string>([]));
        Assert.Throws<InvalidDataException>(() => Payload.Read<int[]>([9, 0, 0, 0, 0]));
        Assert.Throws<InvalidDataException>(() => Payload.Read<Person>("[]"u8));
    }

    [Fact]
    public void WhatCannotCross_IsNamedWithTheRemedy()
    {
        var error = Assert.Throws<NotSupportedException>(() => Payload.Write(new ArrayBufferWriter<byte>(), new Action(() => { })));
        Assert.Contains("System.Action can't cross to another process", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LoneSurrogates_SurviveInsideJson()
    {
        RoundTrips<string[]>(["a\ud800b", "\udc00", "\ud83d\ude00", "\u0001", "\u0001not base64", ""]);
        RoundTrips(new List<char> { 'a', '\ud800' });
        RoundTrips(new List<char?> { 'a', null });
        RoundTrips(new Dictionary<string, int> { ["\ud800"] = 1, ["\udc00"] = 2, ["plain"] = 3 });
        RoundTrips(new Dictionary<char, int> { ['\ud800'] = 1, ['7'] = 2 });
        RoundTrips(("x\udfff", '\ud800'));
        Assert.Throws<InvalidDataException>(() => Payload.Read<string[]>("[\"\\u0001!\"]"u8));
    }

    [Fact]
    public void ADerivedValueWhereItsBaseIsDeclared_IsRefused()
    {
        AssertSliced<Animal>(new Dog());
        AssertSliced(new List<Animal> { new(), new Dog() });
        AssertSliced((1, (Animal)new Dog()));
        AssertSliced<List<int>>(new Litter());
        RoundTrips(new List<Animal> { new() }, (a, b) => Assert.Equivalent(a, b, strict: true));
        RoundTrips<IEnumerable<string>>(new HashSet<string> { "a" });

        static void AssertSliced<T>(T value)
        {
            var message = Assert.Throws<NotSupportedException>(() => Payload.Write(new ArrayBufferWriter<byte>(), value)).Message;
            Assert.Contains("is declared, and would arrive as no more than that", message, StringComparison.Ordinal);
            Assert.Contains("JsonDerivedType", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AComparerOfItsOwn_IsRefused()
    {
        Refuses(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase));
        Refuses(new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        Refuses(new SortedSet<string>(StringComparer.Ordinal));
        Refuses(new SortedDictionary<string, int>(StringComparer.OrdinalIgnoreCase));
        Refuses(new List<IDictionary<string, int>> { new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) });
        RoundTrips(new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1 });
        RoundTrips(new Dictionary<int, string> { [1] = "" });
        RoundTrips(new HashSet<Guid> { Guid.Empty });
        RoundTrips(new SortedSet<string> { "b", "a" });
        RoundTrips(new SortedList<string, int> { ["a"] = 1 });
        RoundTrips(new System.Collections.Concurrent.ConcurrentDictionary<string, int> { ["a"] = 1 });
        RoundTrips(System.Collections.Immutable.ImmutableDictionary<string, int>.Empty.Add("a", 1));
        RoundTrips(System.Collections.Immutable.ImmutableSortedSet.Create("a"));

        static void Refuses<T>(T value) =>
            Assert.Contains("comparer of its own", Assert.Throws<NotSupportedException>(() => Payload.Write(new ArrayBufferWriter<byte>(), value)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADefaultThatJsonWouldLeaveOut_Arrives() =>
        RoundTrips(new LeavesOut { Number = 0, Text = null }, (a, b) => Assert.Equivalent(a, b, strict: true));

    private static void RoundTrips<T>(T value) => RoundTrips(value, (a, b) => Assert.Equal(a, b));

    private static void RoundTrips<T>(T value, Action<T, T> areEqual)
    {
        var bytes = new ArrayBufferWriter<byte>();
        Payload.Write(bytes, value);
        areEqual(value, Payload.Read<T>(bytes.WrittenSpan));
    }

    private readonly record struct Point(int X, int Y);

    private sealed record Person(string Name, int[] Scores)
    {
        public string? City { get; init; }
    }

    private class Animal
    {
        public string? Name { get; set; }
    }

    private sealed class Dog : Animal
    {
        public int Legs { get; set; }
    }

    private sealed class Litter : List<int>;

    private sealed class LeavesOut
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int Number { get; set; } = 5;

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Text { get; set; } = "";
    }
}
