using System.Buffers;

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
}
