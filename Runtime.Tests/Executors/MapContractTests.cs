namespace Tandem.Runtime.Tests.Executors;

/// <summary>What Map promises on every executor.</summary>
public abstract class MapContractTests
{
    protected abstract Executor Create(int maxWorkers);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(7, 0)]
    [InlineData(7, 3)]
    [InlineData(1000, 0)]
    public async Task Ordered_GivesTheResultsInTheOrderOfTheirItems(int chunkSize, int maxInFlight)
    {
        await using var executor = Create(2);
        var results = await Collect(executor.Map(static x => x * x, Enumerable.Range(0, 100), new() { ChunkSize = chunkSize, MaxInFlight = maxInFlight }));
        Assert.Equal(Enumerable.Range(0, 100).Select(x => x * x), results);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ManyQuickItems_InChunksThatGrow_AllComeOnce(bool ordered)
    {
        await using var executor = Create(2);
        var results = await Collect(executor.Map(static x => 2 * x, Enumerable.Range(0, 20_000).ToList(), new() { Ordered = ordered }));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(static x => 2 * x), ordered ? results : results.Order());
    }

    [Fact]
    public async Task AnItemThatComesOfTheResultBeforeIt_IsNotWaitedFor()
    {
        await using var executor = Create(2);
        var results = new List<int>();
        await foreach (var result in executor.Map(static x => x + 1, Answers(), new() { MaxInFlight = 1 }))
            results.Add(result);
        Assert.Equal(Enumerable.Range(1, 50), results);

        IEnumerable<int> Answers()
        {
            yield return 0;
            while (results.Count < 50)
                yield return results[^1];
        }
    }

    [Fact]
    public async Task Unordered_GivesAResultAsSoonAsItIsThere()
    {
        using var slow = new Rendezvous();
        await using var executor = Create(2);
        var results = executor.Map(static path => path.Length == 0 ? 0 : Rendezvous.Meet(path), [slow.Path, ""], new() { Ordered = false }).GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync().AsTask().Soon());
        Assert.Equal(0, results.Current);
        (await slow.NextAsync()).Release();
        Assert.True(await results.MoveNextAsync().AsTask().Soon());
        Assert.NotEqual(0, results.Current);
        Assert.False(await results.MoveNextAsync().AsTask().Soon());
    }

    [Fact]
    public async Task AsynchronousWork_IsUnwrapped()
    {
        await using var executor = Create(2);
        Assert.Equal([2, 3, 4], await Collect(executor.Map(static async x => { await Task.Yield(); return x + 1; }, [1, 2, 3])));
    }

    [Fact]
    public async Task Nothing_MapsToNothing()
    {
        await using var executor = Create(1);
        Assert.Empty(await Collect(executor.Map(static (int x) => x, [])));
    }

    [Fact]
    public async Task AnEndlessSequence_IsTakenOnlySoFarAhead()
    {
        await using var executor = Create(2);
        var taken = 0;
        var seen = 0;
        await foreach (var result in executor.Map(static x => x, Endless(), new() { ChunkSize = 2, MaxInFlight = 8 }))
        {
            Assert.Equal(seen, result);
            seen++;
            Assert.InRange(taken, seen, seen + 8);
            if (seen == 50)
                break;
        }

        IEnumerable<int> Endless()
        {
            while (true)
                yield return taken++;
        }
    }

    [Fact]
    public async Task AFailure_ComesAfterTheResultsBeforeIt_AndEndsTheEnumeration()
    {
        await using var executor = Create(2);
        var results = new List<int>();
        var thrown = await Assert.ThrowsAsync<DivideByZeroException>(async () =>
        {
            await foreach (var result in executor.Map(static x => 12 / x, [4, 3, 0, 1], new() { ChunkSize = 4 }))
                results.Add(result);
        });
        Assert.Equal([3, 4], results);
        Assert.NotNull(thrown.StackTrace);
        Assert.Equal(1, await executor.Submit(static () => 1).Soon());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(10, true)]
    [InlineData(2, false)]
    public async Task ASequenceThatThrows_DoesSoAfterTheResultsOfWhatItGave(int chunkSize, bool ordered)
    {
        await using var executor = Create(2);
        var results = new List<int>();
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var result in executor.Map(static x => 2 * x, Three(), new() { ChunkSize = chunkSize, MaxInFlight = 20, Ordered = ordered }))
                results.Add(result);
        });
        Assert.Equal("no fourth", thrown.Message);
        Assert.Equal([2, 4, 6], results.Order());

        static IEnumerable<int> Three()
        {
            yield return 1;
            yield return 2;
            yield return 3;
            throw new InvalidOperationException("no fourth");
        }
    }

    [Fact]
    public async Task Cancellation_EndsTheEnumeration_InTheNameOfItsToken()
    {
        using var meeting = new Rendezvous();
        using var cancellation = new CancellationTokenSource();
        await using var executor = Create(1);
        var results = executor.Map(Rendezvous.Meet, [meeting.Path, meeting.Path], cancellationToken: cancellation.Token).GetAsyncEnumerator();
        var next = results.MoveNextAsync().AsTask();
        var arrival = await meeting.NextAsync();
        cancellation.Cancel();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.Soon());
        Assert.Equal(cancellation.Token, thrown.CancellationToken);

        // A thread cannot be killed, so its work goes on to its end; on a process it is gone by now.
        if (executor is ThreadExecutor)
            arrival.Release();
    }

    [Fact]
    public async Task LeavingEarly_CancelsWhatWaits()
    {
        using var meeting = new Rendezvous();
        await using var executor = Create(1);
        await foreach (var _ in executor.Map(static path => path.Length == 0 ? 0 : Rendezvous.Meet(path), ["", meeting.Path, meeting.Path, meeting.Path], new() { MaxInFlight = 4 }))
            break;

        // At most one of them can have begun before the others were taken back.
        if (executor is ThreadExecutor)
            _ = meeting.NextAsync().ContinueWith(a => a.Result.Release(), TaskContinuationOptions.OnlyOnRanToCompletion);
        Assert.Equal(5, await executor.Submit(static () => 5).Soon());
    }

    [Fact]
    public async Task Progress_CountsTheResults()
    {
        await using var executor = Create(2);
        var progress = new Collector();
        await Collect(executor.Map(static x => x, Enumerable.Range(0, 10), new() { ChunkSize = 3, Progress = progress }));
        Assert.Equal([3, 6, 9, 10], progress.Reports);
    }

    [Fact]
    public void NegativeOptions_AreRefused()
    {
        using var executor = Create(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => { executor.Map(static x => x, [1], new() { ChunkSize = -1 }); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { executor.Map(static x => x, [1], new() { MaxInFlight = -1 }); });
    }

    protected static async Task<List<T>> Collect<T>(IAsyncEnumerable<T> results)
    {
        var list = new List<T>();
        await foreach (var result in results)
            list.Add(result);
        return list;
    }

    private sealed class Collector : IProgress<int>
    {
        public List<int> Reports { get; } = [];

        public void Report(int value) => Reports.Add(value);
    }
}
