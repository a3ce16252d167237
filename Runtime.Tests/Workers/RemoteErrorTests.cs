using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>What work throws in a process comes back as itself, or as a RemoteException that tells all that is known; and nothing hangs.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class RemoteErrorTests : IDisposable
{
    private readonly ProcessExecutor _executor = new(1);

    public void Dispose() => _executor.Dispose();

    [Fact]
    public async Task TheStackTrace_LeadsFromTheWorkToTheCaller()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => _executor.Submit(Work.Throw, "x").Soon());
        Assert.Contains("Work.Throw(String message)", thrown.StackTrace, StringComparison.Ordinal);
        Assert.Contains("in worker 'ProcessExecutor-worker-1' (pid ", thrown.StackTrace, StringComparison.Ordinal);
        Assert.Contains("--- End of stack trace from previous location ---", thrown.StackTrace, StringComparison.Ordinal);
        Assert.DoesNotContain("System.Reflection", thrown.StackTrace, StringComparison.Ordinal);
        Assert.DoesNotContain("Tandem.Workers", thrown.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ArgumentExceptions_KeepTheirMessages()
    {
        Assert.Equal(new ArgumentNullException("p").Message, (await Throws<ArgumentNullException>(static () => throw new ArgumentNullException("p"))).Message);
        Assert.Equal(new ArgumentException("m", "p").Message, (await Throws<ArgumentException>(static () => throw new ArgumentException("m", "p"))).Message);
        Assert.Equal(new ObjectDisposedException("o").Message, (await Throws<ObjectDisposedException>(static () => throw new ObjectDisposedException("o"))).Message);
    }

    [Fact]
    public async Task Messages_ComeBackExactly_AlsoWhereTheyAreNoText()
    {
        Assert.Equal("half a pair: \ud83d.", (await Throws<InvalidOperationException>(static () => throw new InvalidOperationException("half a pair: \ud83d."))).Message);
        Assert.Equal("größer \ud83d\ude00", (await Throws<InvalidOperationException>(static () => throw new InvalidOperationException("größer \ud83d\ude00"))).Message);
    }

    [Fact]
    public async Task AnArgumentWhoseSetterThrows_IsNamed_AndNotTakenForTheWork()
    {
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => _executor.Submit(Read, 1, new Limited { Limit = 100, Value = 50 }).Soon());
        Assert.StartsWith("Argument 2 of ", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith("Limited, came to the worker, but could not be read: too big", thrown.Message, StringComparison.Ordinal);
        Assert.IsType<ArgumentException>(thrown.InnerException);

        thrown = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in _executor.Map(static (Limited limited) => limited.Value, [new Limited { Limit = 100, Value = 50 }]))
                Assert.Fail("Nothing was read.");
        });
        Assert.Contains("The items of", thrown.Message, StringComparison.Ordinal);

        static int Read(int number, Limited limited) => number + limited.Value;
    }

    [Fact]
    public async Task TypesOfTheUser_ComeBackAsThemselves()
    {
        Assert.Equal("a", (await Throws<WithMessage>(static () => throw new WithMessage("a"))).Message);
        var inner = (await Throws<WithInner>(static () => throw new WithInner("b", new WithMessage("c")))).InnerException;
        Assert.Equal("c", Assert.IsType<WithMessage>(inner).Message);
        Assert.Equal(new WithNothing().Message, (await Throws<WithNothing>(static () => throw new WithNothing())).Message);
    }

    [Fact]
    public async Task AnAggregate_KeepsAllThatItHolds()
    {
        var thrown = await Throws<AggregateException>(static () => throw new AggregateException("two", new WithMessage("a"), new AggregateException(new TimeoutException("b"))));
        Assert.Equal(2, thrown.InnerExceptions.Count);
        Assert.Equal("two (a) (One or more errors occurred. (b))", thrown.Message);
        Assert.Equal(["a", "b"], thrown.Flatten().InnerExceptions.Select(e => e.Message));
    }

    [Fact]
    public async Task WhatCannotBeMadeAgain_IsARemoteException_WithAllThatIsKnown()
    {
        var thrown = await Throws<RemoteException>(static () => throw new WithACode(7));
        Assert.Equal(typeof(WithACode).FullName, thrown.RemoteTypeName);
        Assert.Equal("code 7", thrown.RemoteMessage);
        Assert.Contains(typeof(WithACode).FullName!, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("code 7", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(RemoteErrorTests), thrown.RemoteStackTrace, StringComparison.Ordinal);

        // Its constructor refuses what it is given.
        Assert.Equal("fussy", (await Throws<RemoteException>(static () => throw new Fussy("fussy"))).RemoteMessage);
    }

    [Fact]
    public async Task WhatHasBeenThrownWhenItIsMade_IsARemoteException()
    {
        Assert.Equal("own", (await Throws<RemoteException>(static () => throw new ThrowsItself("own"))).RemoteMessage);
        var aggregate = await Throws<AggregateException>(static () => throw new AggregateException(new SilentHere("quiet")));
        Assert.Equal("quiet", Assert.IsType<RemoteException>(Assert.Single(aggregate.InnerExceptions)).RemoteMessage);
        Assert.Equal(1, await _executor.Submit(static () => 1).Soon());
    }

    [Fact]
    public async Task AnInitializerOfATypeThatThrows_IsTold()
    {
        var thrown = await Throws<TypeInitializationException>(static () => { _ = Broken.Value; });
        Assert.Equal(nameof(Broken), thrown.TypeName);
        Assert.Equal("broken", Assert.IsType<WithMessage>(thrown.InnerException).Message);
    }

    [Fact]
    public async Task ExceptionsThatThrowWhenAsked_AreToldAllTheSame()
    {
        var thrown = await Throws<RemoteException>(static () => throw new Unspeakable());
        Assert.Contains("InvalidTimeZoneException", thrown.RemoteMessage, StringComparison.Ordinal);
        Assert.Equal(1, await _executor.Submit(static () => 1).Soon());
    }

    [Fact]
    public async Task AHugeMessage_IsShortened()
    {
        var thrown = await Throws<WithMessage>(static () => throw new WithMessage(new string('x', 50_000_000)));
        Assert.InRange(thrown.Message.Length, 1000, 100_000);
    }

    [Fact]
    public async Task ADeepNestOfExceptions_IsCutOff()
    {
        await Throws<WithInner>(static () =>
        {
            Exception exception = new WithMessage("innermost");
            for (var i = 0; i < 10_000; i++)
                exception = new WithInner("outer", exception);
            throw exception;
        });
    }

    [Fact]
    public async Task CanceledByATokenOfItsOwn_IsAFailureNotACancellation()
    {
        var task = _executor.Submit(static () => new CancellationToken(canceled: true).ThrowIfCancellationRequested());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.Soon());
        Assert.True(task.IsFaulted);
    }

    [Fact]
    public async Task AResultThatCannotBeWritten_FailsItsTask()
    {
        var thrown = await Assert.ThrowsAsync<NotSupportedException>(() => _executor.Submit(static () =>
        {
            var ring = new Node();
            ring.Next = ring;
            return ring;
        }).Soon());
        Assert.Contains("cycle", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(1, await _executor.Submit(static () => 1).Soon());
    }

    private Task<T> Throws<T>(Action work)
        where T : Exception => Assert.ThrowsAsync<T>(() => _executor.Submit(work).Soon());

    private sealed class Node
    {
        public Node? Next { get; set; }
    }

    private static class Broken
    {
        public static readonly int Value = Fail();

        private static int Fail() => throw new WithMessage("broken");
    }

    private sealed class WithMessage(string message) : Exception(message);

    private sealed class WithInner(string message, Exception inner) : Exception(message, inner);

    private sealed class WithNothing : Exception;

    private sealed class WithACode(int code) : Exception($"code {code}");

    private sealed class Unspeakable : Exception
    {
        public override string Message => throw new InvalidTimeZoneException();

        public override string? StackTrace => throw new InvalidTimeZoneException();

        public override string ToString() => throw new InvalidTimeZoneException();
    }

    private sealed class ThrowsItself : Exception
    {
        public ThrowsItself(string message)
            : base(message)
        {
            try
            {
                throw this;
            }
            catch (ThrowsItself)
            {
            }
        }
    }

    private sealed class SilentHere(string message) : Exception(message)
    {
        public override string Message =>
            Environment.GetCommandLineArgs().Contains("--tandem-worker") ? base.Message : throw new InvalidTimeZoneException();
    }

    private sealed class Fussy : Exception
    {
        private static int s_made;

        public Fussy(string message)
            : base(message)
        {
            // Content in the worker, where it is made first; not in the parent.
            if (!Environment.GetCommandLineArgs().Contains("--tandem-worker") || s_made++ > 0)
                throw new InvalidOperationException("not here");
        }
    }

    /// <summary>Read in the order of its properties, which checks the value before it knows the limit.</summary>
    public sealed class Limited
    {
        private int _value;

        public int Value
        {
            get => _value;
            set => _value = value <= Limit ? value : throw new ArgumentException("too big");
        }

        public int Limit { get; set; } = 10;
    }
}
