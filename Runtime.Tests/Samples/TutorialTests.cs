using System.Diagnostics;
using Tandem.Runtime.Tests.Children;

namespace Tandem.Runtime.Tests.Samples;

/// <summary>Each lesson of Samples/Tutorial, run as a reader runs it, prints what the lesson says.</summary>
public sealed class TutorialTests
{
    [Theory]
    [InlineData("threads", """
        square: 9
        fourth power: 81
        """)]
    [InlineData("processes", """
        square here: unset
        fourth power here: unset
        square from the worker: 9
        fourth power from the worker: 81
        """)]
    [InlineData("memory", """
        3.1415927
        [0, -1, -2, -3, -4, -5, -6, -7, -8, -9]
        """)]
    [InlineData("messages", """
        queue: [42, null, "hello"]
        pipe: [42, null, "hello"]
        """)]
    [InlineData("reader", """
        read 0
        read 1
        read 2
        read 3
        read 4
        writer ended with 0
        reader ended by SIGTERM
        """)]
    [InlineData("pool", """
        one: 100
        map: [0, 1, 4, 9, 16, 25, 36, 49, 64, 81]
        last: 121
        terminated
        """)]
    [InlineData("account", "balance: 200")]
    [InlineData("scope", "balance: 200")]
    [InlineData("reentrant", """
        taken once
        taken twice
        free again
        """)]
    [InlineData("parts", """
        sums of the parts: 5208364583375000, 36458427083375000, 98958489583375000, 192708552083375000
        sum: 333333833333500000
        first and last: 1, 1000000000000
        """)]
    public async Task Lesson_PrintsWhatItSays(string lesson, string expected) =>
        Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", await RunAsync(lesson));

    [Fact]
    public async Task Hello_ComesFromEachOfTenProcesses_InWholeLines_InWhateverOrder() =>
        Assert.Equal(
            Enumerable.Range(0, 10).Select(number => $"hello from process {number}"),
            (await RunAsync("hello")).TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal));

    private static async Task<string> RunAsync(string lesson)
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "Tutorial.dll");
        var start = new ProcessStartInfo(ChildProcess.DotnetPath, ["exec", sample, lesson]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0, $"{lesson} ended with {process.ExitCode}. {await errors}");
        return output.ReplaceLineEndings("\n");
    }
}
