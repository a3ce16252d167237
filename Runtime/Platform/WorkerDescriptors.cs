namespace Tandem.Platform;

/// <summary>The descriptors (on Windows: handles) that a worker inherits besides the three standard ones, as its command line names them.</summary>
/// <param name="Requests">Where it reads the parent's frames.</param>
/// <param name="Responses">Where it writes its own; the same as the first where one socket goes both ways.</param>
/// <param name="Lifeline">Where it reads the ids of canceled calls; its end of file is the parent's death.</param>
/// <param name="Memory">The memory in which the frames are; then the first two only tell that there are some. Null: they are streams of frames.</param>
internal readonly record struct WorkerDescriptors(string Requests, string Responses, string Lifeline, string? Memory = null)
{
    /// <summary>What a worker gets where the parent can choose the numbers.</summary>
    public const int ChannelNumber = 3;

    /// <inheritdoc cref="ChannelNumber"/>
    public const int LifelineNumber = 4;

    /// <inheritdoc cref="ChannelNumber"/>
    public const int MemoryNumber = 5;

    public static WorkerDescriptors Chosen => new($"{ChannelNumber}", $"{ChannelNumber}", $"{LifelineNumber}", $"{MemoryNumber}");

    public override string ToString() => string.Join(',', new[] { Requests, Responses, Lifeline, Memory }.Where(d => d is not null));

    public static bool TryParse(string text, out WorkerDescriptors parsed)
    {
        parsed = default;
        var numbers = text.Split(',');
        if (numbers.Length is not (3 or 4) || !Array.TrueForAll(numbers, static d => nint.TryParse(d, out _)))
            return false;
        parsed = new(numbers[0], numbers[1], numbers[2], numbers.Length == 4 ? numbers[3] : null);
        return true;
    }
}
