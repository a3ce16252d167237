using System.Globalization;

namespace Tandem.Platform;

/// <summary>
/// How one process tells another where a <see cref="SharedMemory"/> is: the descriptor of a process that has it open, and the cookie that
/// only those know who have been told. Only processes of the same user can open it (proc_pid_fd(5)).
/// </summary>
/// <param name="ProcessId">The process that has the memory open.</param>
/// <param name="Descriptor">The descriptor there.</param>
/// <param name="Cookie">The memory's own.</param>
/// <param name="IsAwaited">Whoever opens the memory is to count that in it: until then it is kept open for him.</param>
/// <param name="Part">Which of the primitives on the memory is meant, where there are several.</param>
internal readonly record struct SharedMemoryReference(int ProcessId, int Descriptor, UInt128 Cookie, bool IsAwaited, int Part = 0)
{
    private const string Prefix = "tandem-memory";
    private const string Awaited = "awaited", Held = "held";

    /// <summary>The form on the wire, such as <c>tandem-memory:4711:23:0123456789abcdef0123456789abcdef:held:0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}:{ProcessId}:{Descriptor}:{Cookie:x32}:{(IsAwaited ? Awaited : Held)}:{Part}");

    public static bool TryParse(string? text, out SharedMemoryReference reference)
    {
        reference = default;
        if (text?.Split(':') is not [Prefix, var processId, var descriptor, var cookie, (Awaited or Held) and var keeping, var part]
            || !int.TryParse(processId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || !int.TryParse(descriptor, NumberStyles.None, CultureInfo.InvariantCulture, out var fd)
            || !int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var which)
            || cookie.Length != 32
            || !UInt128.TryParse(cookie, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;
        reference = new(id, fd, value, keeping == Awaited, which);
        return true;
    }
}
