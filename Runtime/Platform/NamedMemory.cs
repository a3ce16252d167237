using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tandem.Platform;

/// <summary>
/// Finds shared memory by a name that processes agree on, without one in any file system: an anonymous file shows what it is called to those
/// who may look at its owner's open files in /proc, which are processes of the same user. So the name is gone with the last process that has the memory.
/// </summary>
/// <remarks>Processes find each other where they see each other: in one container, that is one PID namespace and one network namespace.</remarks>
internal static class NamedMemory
{
    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    /// <summary>The numbers in a process's status file are its real, effective, saved and file-system user.</summary>
    private const string UserLine = "Uid:";

    /// <summary>Opens the memory of this name, or makes it. Others who come with the name meanwhile wait, so they never see it half made.</summary>
    /// <param name="name">The user's name for it.</param>
    /// <param name="owner">The primitive's type: primitives of two types may have the same name.</param>
    /// <param name="kind">What stands on it.</param>
    /// <param name="payloadSize">In bytes, header not included.</param>
    /// <param name="initialize">Writes what new memory holds.</param>
    /// <param name="firstKind">See <see cref="SharedMemory.Create"/>.</param>
    /// <exception cref="InvalidDataException">Memory of this name is there, and something else stands on it.</exception>
    /// <exception cref="IOException">The system is out of descriptors or memory, or somebody else is stuck while he makes the memory.</exception>
    public static SharedMemory OpenOrCreate(string name, string owner, ulong kind, long payloadSize, Action<SharedMemory> initialize, ulong firstKind)
    {
        SharedMemory.RequirePlatform();
        var user = EffectiveUser("self");
        // Hashed, for a name of the user's may have any length and any characters.
        var label = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{user}/{owner}/{name}")));
        using var making = NameLock.Acquire(label);
        try
        {
            return Find(label, user, kind) ?? Create(label, kind, payloadSize, initialize, firstKind);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"The {owner} named '{name}' is there already and holds another type. All who open it must say the same.", error);
        }
    }

    private static SharedMemory Create(string label, ulong kind, long payloadSize, Action<SharedMemory> initialize, ulong firstKind)
    {
        var memory = SharedMemory.Create(kind, payloadSize, firstKind, label);
        initialize(memory);
        return memory;
    }

    private static SharedMemory? Find(string label, string? user, ulong kind)
    {
        foreach (var process in new DirectoryInfo("/proc").EnumerateDirectories("*", s_all))
        {
            // The superuser sees everybody's files; what others have made is not his.
            if (!int.TryParse(process.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _) || EffectiveUser(process.Name) != user)
                continue;
            try
            {
                foreach (var descriptor in Directory.EnumerateFileSystemEntries(Path.Combine(process.FullName, "fd"), "*", s_all))
                {
                    if (SharedMemory.TryOpenLabelled(descriptor, label, kind) is { } memory)
                        return memory;
                }
            }
            catch (DirectoryNotFoundException)
            {
                // It has ended meanwhile.
            }
        }

        return null;
    }

    /// <summary>The effective user of a process; null when it has ended.</summary>
    private static string? EffectiveUser(string process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").FirstOrDefault(static line => line.StartsWith(UserLine, StringComparison.Ordinal))?.Split('\t')[2];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException || error.HResult == Libc.ESRCH)
        {
            // Hidden (hidepid of proc(5)) is what others have.
            return null;
        }
    }
}
