using Tandem.Waiting;

namespace Tandem.Runtime.Tests.Waiting;

public class AsyncLaneTests
{
    [Fact]
    public async Task AThreadThatCannotBeStarted_IsToldToWhoWaits_AndTriedAgainForTheNext()
    {
        var failures = 1;
        var lane = new AsyncLane<int>(body =>
        {
            if (failures-- > 0)
                throw new OutOfMemoryException("No more threads.");
            new Thread(body) { IsBackground = true }.Start();
        });
        await Assert.ThrowsAsync<OutOfMemoryException>(() => lane.Run(_ => 1, default).AsTask().Soon());
        Assert.False(lane.IsBusy);
        Assert.Equal(2, await lane.Run(_ => 2, default).AsTask().Soon());
    }
}
