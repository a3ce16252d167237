using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>What a diagnostic is compared in, or not.</summary>
[Flags]
public enum DiagnosticOptions
{
    None = 0,
    IgnoreAdditionalLocations = 1,
    IgnoreSeverity = 2,
}

/// <summary>A diagnostic that a test expects.</summary>
public readonly record struct DiagnosticResult
{
    private readonly ImmutableArray<DiagnosticLocation> _locations;

    public DiagnosticResult(string id, DiagnosticSeverity severity)
    {
        Id = id;
        Severity = severity;
        _locations = [];
    }

    public DiagnosticResult(DiagnosticDescriptor descriptor)
        : this(descriptor.Id, descriptor.DefaultSeverity) => MessageFormat = descriptor.MessageFormat;

    public string Id { get; private init; }

    public DiagnosticSeverity Severity { get; private init; }

    public DiagnosticOptions Options { get; private init; }

    public LocalizableString? MessageFormat { get; private init; }

    public object[]? MessageArguments { get; private init; }

    /// <summary>The message that the diagnostic must have, or null where the test leaves it open.</summary>
    public string? Message
    {
        get => field ?? (MessageArguments is { Length: > 0 } arguments && MessageFormat is { } format
            ? string.Format(CultureInfo.InvariantCulture, format.ToString(CultureInfo.InvariantCulture), arguments)
            : null);
        private init;
    }

    /// <summary>Where the diagnostic is, then its additional locations.</summary>
    public ImmutableArray<DiagnosticLocation> Spans { get => _locations.IsDefault ? [] : _locations; private init => _locations = value; }

    public bool HasLocation => !Spans.IsEmpty;

    public static DiagnosticResult CompilerError(string id) => new(id, DiagnosticSeverity.Error);

    public static DiagnosticResult CompilerWarning(string id) => new(id, DiagnosticSeverity.Warning);

    public DiagnosticResult WithSeverity(DiagnosticSeverity severity) => this with { Severity = severity };

    public DiagnosticResult WithArguments(params object[] arguments) => this with { MessageArguments = arguments };

    public DiagnosticResult WithMessage(string? message) => this with { Message = message };

    public DiagnosticResult WithMessageFormat(LocalizableString format) => this with { MessageFormat = format };

    public DiagnosticResult WithOptions(DiagnosticOptions options) => this with { Options = options };

    public DiagnosticResult WithNoLocation() => this with { Spans = [] };

    /// <summary>At the markup <c>{|#n:…|}</c>. The first location is the diagnostic's own, each further one an additional location.</summary>
    public DiagnosticResult WithLocation(int markupKey) => With(new DiagnosticLocation(markupKey));

    /// <summary>At a place, counted from one, whatever its end.</summary>
    public DiagnosticResult WithLocation(int line, int column) => WithLocation("", line, column);

    public DiagnosticResult WithLocation(string path, int line, int column) => With(new DiagnosticLocation(path, Position(line, column), End: null));

    public DiagnosticResult WithSpan(int startLine, int startColumn, int endLine, int endColumn) => WithSpan("", startLine, startColumn, endLine, endColumn);

    public DiagnosticResult WithSpan(string path, int startLine, int startColumn, int endLine, int endColumn) =>
        With(new DiagnosticLocation(path, Position(startLine, startColumn), Position(endLine, endColumn)));

    internal DiagnosticResult WithSpan(FileLinePositionSpan span) => With(new DiagnosticLocation(span.Path, span.StartLinePosition, span.EndLinePosition));

    internal DiagnosticResult Resolved(Func<DiagnosticLocation, DiagnosticLocation> resolve) => this with { Spans = [.. Spans.Select(resolve)] };

    /// <inheritdoc/>
    public override string ToString() =>
        string.Concat(string.Join(" + ", Spans.DefaultIfEmpty(new("no location", default, null))), ": ", Severity.ToString().ToLowerInvariant(), " ", Id,
            Message is { } message ? ": " + message : MessageArguments is { Length: > 0 } arguments ? $" with {string.Join(", ", arguments)}" : "");

    private static LinePosition Position(int line, int column) => new(line - 1, column - 1);

    private DiagnosticResult With(DiagnosticLocation location) => this with { Spans = Spans.Add(location) };
}

/// <summary>A place in a test's sources: a span, a start whose end is left open, or a markup key that stands for a span.</summary>
public readonly record struct DiagnosticLocation(string Path, LinePosition Start, LinePosition? End)
{
    internal DiagnosticLocation(int markupKey) : this("", default, null) => MarkupKey = markupKey;

    internal int? MarkupKey { get; }

    internal bool Matches(Location actual)
    {
        var span = actual.GetLineSpan();
        return span.IsValid && span.Path == Path && span.StartLinePosition == Start && (End is null || span.EndLinePosition == End);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        MarkupKey is { } key ? $"#{key}" : Path is "no location" ? Path : $"{Path}({Start.Line + 1},{Start.Character + 1}{(End is { } end ? $")-({end.Line + 1},{end.Character + 1}" : "")})";
}
