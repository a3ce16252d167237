using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>A doorbell of this process alone, for what changes here and not in shared memory. There is one, and it stays.</summary>
internal static unsafe class LocalBell
{
    private static readonly Doorbell.State* s_state = (Doorbell.State*)NativeMemory.AllocZeroed((nuint)sizeof(Doorbell.State));

    public static Doorbell Instance => new(s_state);
}
