namespace Tandem.Platform;

/// <summary>The descriptors that a worker finds open when it starts, besides the three standard ones.</summary>
internal static class WorkerDescriptors
{
    /// <summary>A socket to the parent: frames both ways.</summary>
    public const int Channel = 3;

    /// <summary>The reading end of a pipe from the parent: the ids of canceled calls; its end of file is the parent's death.</summary>
    public const int Lifeline = 4;
}
