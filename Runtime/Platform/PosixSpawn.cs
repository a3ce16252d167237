using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using static Tandem.Platform.Libc;

namespace Tandem.Platform;

/// <summary>Starts a process with exactly the descriptors that it is to have. See posix_spawn(3).</summary>
internal static unsafe class PosixSpawn
{
    /// <summary>More than the C libraries use: glibc has 336 bytes of attributes, 80 of file actions and 128 of signals.</summary>
    private const int OpaqueSize = 512;

    private const int SIGPIPE = 13;

    /// <summary>The numbers below this are those that a child gets, so what is to be copied to them is kept above: no copy overwrites another's source.</summary>
    private const int FirstOwnDescriptor = 16;

    /// <param name="program">An absolute path.</param>
    /// <param name="arguments">All of them, the program's name first.</param>
    /// <param name="environment"><c>name=value</c>, the whole environment.</param>
    /// <param name="workingDirectory">Where it starts; null: where this process is.</param>
    /// <param name="descriptors">Which of this process's descriptors the child gets, and as which number. Standard input is empty.</param>
    /// <returns>The process id.</returns>
    /// <exception cref="Win32Exception">The system could not start it.</exception>
    public static int Start(string program, IEnumerable<string> arguments, IEnumerable<string> environment, string? workingDirectory, params ReadOnlySpan<(int Own, int Childs)> descriptors)
    {
        byte* actions = stackalloc byte[OpaqueSize], attributes = stackalloc byte[OpaqueSize], signals = stackalloc byte[OpaqueSize];
        new Span<byte>(signals, OpaqueSize).Clear();
        using var argumentList = new StringList(arguments);
        using var environmentList = new StringList(environment);

        Check(SpawnActionsInit(actions));
        Check(SpawnAttributesInit(attributes));
        try
        {
            fixed (byte* nothing = "/dev/null\0"u8)
                Check(SpawnActionsAddOpen(actions, 0, nothing, O_RDWR, 0));
            foreach (var (own, childs) in descriptors)
                Check(SpawnActionsAddDup2(actions, own, childs));
            if (workingDirectory is not null)
                Check(SpawnActionsAddChangeDirectory(actions, workingDirectory));

            // The runtime ignores SIGPIPE and may block signals in this thread; the child starts as from a shell.
            Check(SpawnAttributesSetSignalMask(attributes, signals));
            signals[(SIGPIPE - 1) / 8] = 1 << ((SIGPIPE - 1) % 8);
            Check(SpawnAttributesSetSignalDefault(attributes, signals));
            Check(SpawnAttributesSetFlags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));

            int processId;
            fixed (byte* path = Encoding.UTF8.GetBytes(program + '\0'))
                Check(Libc.PosixSpawn(&processId, path, actions, attributes, argumentList.Pointers, environmentList.Pointers));
            return processId;
        }
        finally
        {
            SpawnAttributesDestroy(attributes);
            SpawnActionsDestroy(actions);
        }
    }

    /// <summary>Moves a descriptor out of the way of those that children get.</summary>
    public static int KeepAbove(int descriptor)
    {
        if (descriptor >= FirstOwnDescriptor)
            return descriptor;
        var moved = Fcntl(descriptor, F_DUPFD_CLOEXEC, FirstOwnDescriptor);
        if (moved < 0)
            throw new Win32Exception();
        Close(descriptor);
        return moved;
    }

    private static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    /// <summary>Strings as C has them: an array of pointers with a null at its end.</summary>
    private sealed class StringList : IDisposable
    {
        private readonly List<nint> _strings;

        public StringList(IEnumerable<string> strings)
        {
            _strings = [.. strings.Select(Marshal.StringToCoTaskMemUTF8)];
            Pointers = (byte**)NativeMemory.Alloc((nuint)(_strings.Count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _strings.Count; i++)
                Pointers[i] = (byte*)_strings[i];
            Pointers[_strings.Count] = null;
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            foreach (var text in _strings)
                Marshal.FreeCoTaskMem(text);
            NativeMemory.Free(Pointers);
        }
    }
}
