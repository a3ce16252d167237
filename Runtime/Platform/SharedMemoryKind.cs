using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Tandem.Platform;

/// <summary>A number for what stands on a <see cref="SharedMemory"/>, the same in every process. (A string's own hash code differs by process.)</summary>
internal static class SharedMemoryKind
{
    public static ulong Of(string layout) => MemoryMarshal.Read<ulong>(SHA256.HashData(Encoding.UTF8.GetBytes(layout)));
}
