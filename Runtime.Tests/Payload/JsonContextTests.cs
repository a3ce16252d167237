using System.Text.Json.Serialization;
using Tandem.Runtime.Tests.Executors;
using Tandem.Runtime.Tests.PayloadForms;
using Tandem.Runtime.Tests.Workers;

[assembly: Tandem.ProcessJsonContext(typeof(PayloadJsonContext))]

namespace Tandem.Runtime.Tests.PayloadForms;

public sealed record Parcel(string Name, List<ParcelItem> Items)
{
    public double Weight;

    public char Mark { get; init; }
}

public sealed class ParcelItem
{
    public int Number { get; set; }

    public ParcelItem? Next { get; set; }
}

public sealed class Leaking
{
    private int _lost;

    public int Grow() => ++_lost;
}

[JsonSerializable(typeof(Parcel))]
[JsonSerializable(typeof(Leaking))]
internal sealed partial class PayloadJsonContext : JsonSerializerContext;

/// <summary>Types that a source-generated context lists go by it, on both sides, and as exactly as others.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class JsonContextTests
{
    [Fact]
    public void TypesThatAContextLists_GoByIt()
    {
        Assert.IsType<PayloadJsonContext>(JsonPayload.Options.GetTypeInfo(typeof(Parcel)).OriginatingResolver);
        Assert.IsType<PayloadJsonContext>(JsonPayload.Options.GetTypeInfo(typeof(ParcelItem)).OriginatingResolver);
        Assert.IsNotType<PayloadJsonContext>(JsonPayload.Options.GetTypeInfo(typeof(Work)).OriginatingResolver);
    }

    [Fact]
    public async Task TheirValues_ComeOutAsTheyWentIn()
    {
        var parcel = new Parcel("lone \ud800", [new() { Number = 1, Next = new() { Number = 2 } }, new()]) { Weight = double.NaN, Mark = '\udfff' };
        await using var executor = new ProcessExecutor(1);
        var back = await executor.Submit(static p => p with { Name = p.Name + "!" }, parcel).Soon();
        Assert.Equal("lone \ud800!", back.Name);
        Assert.Equal((double.NaN, '\udfff', 2, 2), (back.Weight, back.Mark, back.Items.Count, back.Items[0].Next!.Number));
    }

    [Fact]
    public void WhatWouldBeLost_IsRefusedAsElsewhere()
    {
        using var executor = new ProcessExecutor(1);
        Assert.Contains("_lost", Assert.Throws<NotSupportedException>(Submit).Message, StringComparison.Ordinal);

        void Submit() => executor.Submit(static l => l.Grow(), new Leaking());
    }
}
