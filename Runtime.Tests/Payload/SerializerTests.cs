using System.Buffers;
using System.Text;
using Tandem.Runtime.Tests.Executors;
using Tandem.Runtime.Tests.Workers;

namespace Tandem.Runtime.Tests.PayloadForms;

/// <summary>A serializer of the user's carries what would go as JSON, both ways and in every place, and nothing else.</summary>
[Collection(WorkerProcesses.Name)]
public sealed class SerializerTests
{
    private static ProcessExecutorOptions Options => new() { MaxWorkers = 1, Serializer = typeof(NoteSerializer) };

    [Fact]
    public async Task ArgumentsAndResults_GoByIt_EvenWhereJsonCouldNot()
    {
        await using var executor = new ProcessExecutor(Options);
        var note = await executor.Submit(static (note, more) => new Note($"{note} {more}"), new Note("a"), "b").Soon();

        // Written here, read and written there, read here.
        Assert.Equal("a>< b><", note.ToString());
        Assert.Equal("null", await executor.Submit(static (Note? note) => note?.ToString() ?? "null", null).Soon());
        Assert.Null(await executor.Submit(static () => (Note?)null).Soon());
    }

    [Fact]
    public async Task ItemsOfMap_AndOfTuples_GoByIt()
    {
        await using var executor = new ProcessExecutor(Options);
        var results = new List<string>();
        await foreach (var result in executor.Map(static note => new Note($"{note}!"), (Note[])[new("a"), new("b"), new("c")], new() { ChunkSize = 2 }))
            results.Add(result.ToString());
        Assert.Equal(["a><!><", "b><!><", "c><!><"], results);

        var (number, back) = await executor.Submit(static ((int Number, Note Note) pair) => (pair.Number + 1, pair.Note), (1, new Note("a"))).Soon();
        Assert.Equal((2, "a><><"), (number, back.ToString()));
    }

    [Fact]
    public async Task WhatItDoesNotCarry_GoesAsElsewhere_OrIsRefused()
    {
        using var queue = new ProcessQueue<List<int>>();
        await using var executor = new ProcessExecutor(Options);
        Assert.Equal([1, 2, 3], await executor.Submit(static list => list.Append(3).ToList(), new List<int> { 1, 2 }).Soon());
        await executor.Submit(static queue => queue.Put([4]), queue).Soon();
        Assert.Equal([4], queue.Take());
        Assert.Equal(3, await executor.Submit(static bytes => bytes.Length, new byte[3]).Soon());
        AtOnce.Throws<NotSupportedException>(() => executor.Submit(static stream => stream.Length, new MemoryStream()));
        AtOnce.Throws<NotSupportedException>(() => executor.Submit(static ((Note Note, MemoryStream Stream) pair) => pair.Stream.Length, (new Note("a"), new MemoryStream())));
    }

    [Fact]
    public async Task AnExecutorInsideAWorker_HasTheOneThatItChooses()
    {
        await using var executor = new ProcessExecutor(Options);
        Assert.Contains("cannot cross", await executor.Submit(static () =>
        {
            using var inner = new ProcessExecutor(1);
            return AtOnce.Throws<NotSupportedException>(() => inner.Submit(static note => note.ToString(), new Note("a"))).Message;
        }).Soon(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatItThrows_IsToldAsElsewhere()
    {
        await using var executor = new ProcessExecutor(Options);
        Assert.Contains("no ink", AtOnce.Throws<ArgumentException>(() => executor.Submit(static note => note.ToString(), new Note("unwritable"))).Message, StringComparison.Ordinal);
        Assert.Contains("no glasses", (await Assert.ThrowsAsync<InvalidDataException>(() => executor.Submit(static note => note.ToString(), new Note("unreadable")).Soon())).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => executor.Submit(static () => new Note("unwritable")).Soon());
        await Assert.ThrowsAsync<InvalidDataException>(() => executor.Submit(static () => new Note("unreadable")).Soon());
        Assert.Equal(1, await executor.Submit(static () => 1).Soon());
    }

    [Fact]
    public async Task AWorkerProcess_HasOneToo()
    {
        using var process = WorkerProcess.Start(static note => new Note($"{note}!"), new Note("a"), new() { Serializer = typeof(NoteSerializer) });
        Assert.Equal("a><!><", (await process.Completion.Soon()).ToString());
    }

    [Fact]
    public async Task OneThatCannotBeMadeInTheWorker_IsNamed()
    {
        await using var executor = new ProcessExecutor(new ProcessExecutorOptions { MaxWorkers = 1, Serializer = typeof(AtHomeOnly) });
        Assert.Contains("not so far from home", (await Assert.ThrowsAsync<WorkerStartException>(() => executor.Submit(static () => 1).Soon())).Message, StringComparison.Ordinal);
        using var process = WorkerProcess.Start(static () => 1, new() { Serializer = typeof(AtHomeOnly) });
        Assert.Contains("not so far from home", (await Assert.ThrowsAsync<WorkerStartException>(() => process.Completion.Soon())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(string))]
    [InlineData(typeof(ProcessSerializer))]
    [InlineData(typeof(WithAnArgument))]
    public void OneThatNobodyCouldMake_IsRefused(Type serializer) =>
        Assert.Contains("public constructor without parameters", Assert.Throws<ArgumentException>(() => new ProcessExecutor(new ProcessExecutorOptions { Serializer = serializer })).Message, StringComparison.Ordinal);

    /// <summary>JSON would refuse it: its state is private.</summary>
    public sealed class Note(string text)
    {
        private readonly string _text = text;

        public override string ToString() => _text;
    }

    /// <summary>Adds &gt; when it writes a note and &lt; when it reads one.</summary>
    public class NoteSerializer : ProcessSerializer
    {
        public override bool CanSerialize(Type type) => type == typeof(Note);

        public override void Serialize<T>(IBufferWriter<byte> output, T value)
        {
            var text = value?.ToString();
            if (text == "unwritable")
                throw new IOException("There is no ink.");
            output.Write(Encoding.UTF8.GetBytes(text is null ? "" : $"{text}>"));
        }

        public override T Deserialize<T>(ReadOnlySpan<byte> bytes)
        {
            var text = Encoding.UTF8.GetString(bytes);
            if (text == "unreadable>")
                throw new IOException("There are no glasses.");
            return text.Length == 0 ? default! : (T)(object)new Note($"{text}<");
        }
    }

    public sealed class AtHomeOnly : NoteSerializer
    {
        public AtHomeOnly()
        {
            if (Environment.GetCommandLineArgs().Contains("--tandem-worker"))
                throw new NotSupportedException("I go not so far from home.");
        }
    }

    public sealed class WithAnArgument(int number) : NoteSerializer
    {
        public int Number => number;
    }
}
