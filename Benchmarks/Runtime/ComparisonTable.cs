using Spectre.Console;

namespace Tandem.Benchmarks.Runtime;

/// <summary>What was measured, ours beside the peers', with their ratio and the figure that the design aims for.</summary>
internal sealed class ComparisonTable(IReadOnlyDictionary<string, double> peer)
{
    private readonly Table _table = new Table().AddColumns("what", "CPython", "ours", "CPython / ours", "aim", ".NET's own", ".NET / ours");

    /// <param name="what">The row, named as in the peer's script.</param>
    /// <param name="description">What a reader sees.</param>
    /// <param name="microseconds">Ours.</param>
    /// <param name="aim">The design's figure.</param>
    /// <param name="dotnetPeer">What .NET itself has for the same, if anything.</param>
    /// <param name="dotnetMicroseconds">That one's.</param>
    public void Add(string what, string description, double microseconds, string aim, string? dotnetPeer = null, double dotnetMicroseconds = 0) =>
        _table.AddRow(
            description,
            peer.TryGetValue(what, out var theirs) ? Time(theirs) : "–",
            Time(microseconds),
            peer.ContainsKey(what) ? $"{theirs / microseconds:N1}" : "–",
            aim,
            dotnetPeer is null ? "–" : $"{Time(dotnetMicroseconds)} ({dotnetPeer})",
            dotnetPeer is null ? "–" : $"{dotnetMicroseconds / microseconds:N1}");

    public void AddPlain(string description, string ours, string aim) => _table.AddRow(description, "–", ours, "–", aim, "–", "–");

    public void Print() => AnsiConsole.Write(_table);

    private static string Time(double microseconds) => microseconds switch
    {
        >= 10_000 => $"{microseconds / 1000:N0} ms",
        >= 1_000 => $"{microseconds / 1000:N1} ms",
        >= 10 => $"{microseconds:N0} µs",
        >= 0.1 => $"{microseconds:N2} µs",
        _ => $"{microseconds * 1000:N1} ns",
    };
}
