using Tandem.Executors;

namespace Tandem.Runtime.Tests.Executors;

public sealed class ChunkSizingTests
{
    private static readonly TimeSpan s_millisecond = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void QuickItems_GrowByFour_UpToTheMost()
    {
        var sizing = new ChunkSizing(most: 100);
        var sizes = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            sizes.Add(sizing.Next);
            sizing.Learn(sizing.Next, TimeSpan.Zero);
        }

        Assert.Equal([1, 4, 16, 64, 100], sizes);
    }

    [Fact]
    public void Items_FillFiveMilliseconds()
    {
        var sizing = new ChunkSizing(most: 1000);
        for (var i = 0; i < 10; i++)
            sizing.Learn(sizing.Next, sizing.Next * s_millisecond / 10);
        Assert.Equal(50, sizing.Next);
    }

    [Fact]
    public void SlowItems_GoOneByOne()
    {
        var sizing = new ChunkSizing(most: 1000);
        for (var i = 0; i < 5; i++)
            sizing.Learn(sizing.Next, TimeSpan.Zero);
        sizing.Learn(4, TimeSpan.FromSeconds(1));
        Assert.Equal(1, sizing.Next);
    }

    [Fact]
    public void ASmallerChunkThatWasQuick_ChangesNothing()
    {
        var sizing = new ChunkSizing(most: 1000);
        for (var i = 0; i < 3; i++)
            sizing.Learn(sizing.Next, TimeSpan.Zero);
        sizing.Learn(1, TimeSpan.Zero);
        sizing.Learn(0, TimeSpan.Zero);
        Assert.Equal(64, sizing.Next);
    }

    [Theory]
    [InlineData(0, 0, null, 12, null)]
    [InlineData(0, 8, null, 2, 8)]
    [InlineData(5, 0, 5, 12, null)]
    [InlineData(50, 10, 10, 2, 10)]
    public void AllItemsCounted_LeaveEachWorkerFourChunks(int chunkSize, int maxInFlight, int? expectedSize, int expectedMost, int? expectedInFlight)
    {
        var plan = MapPlan.For(new int[100], new() { ChunkSize = chunkSize, MaxInFlight = maxInFlight }, workers: 2);
        Assert.Equal((expectedSize, expectedMost, expectedInFlight), (plan.ChunkSize, plan.MostPerChunk, plan.MaxInFlight));
    }

    [Fact]
    public void ItemsThatNobodyHasCounted_AreACallEach()
    {
        var plan = MapPlan.For(Items(), new(), workers: 2);
        Assert.Equal(1, plan.MostPerChunk);
        Assert.True(plan.HasRoom(inFlight: 3, chunkSize: 1));
        Assert.False(plan.HasRoom(inFlight: 4, chunkSize: 1));

        static IEnumerable<int> Items()
        {
            yield return 1;
        }
    }
}
