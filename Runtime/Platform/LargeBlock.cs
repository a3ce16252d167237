using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static Tandem.Platform.Libc;

namespace Tandem.Platform;

/// <summary>
/// Bytes that are too many to go through a ring: they lie in an anonymous file (memfd_create(2)) that their sender keeps open until the message
/// has been read, and the receiver reads them from there to where they belong. The kernel frees it when both have closed it or are dead.
/// </summary>
/// <remarks>The receiver copies by read(2) and maps nothing, so a sender that shrinks or changes the file meanwhile makes an exception at worst.</remarks>
internal readonly record struct LargeBlock(int Descriptor, long Length)
{
    /// <summary>From here on it takes no longer than the ring, and spares both heaps a copy.</summary>
    public const int Threshold = 128 * 1024;

    /// <summary>The form on the wire: the descriptor, the length.</summary>
    public const int WireSize = sizeof(int) + sizeof(long);

    private const string Name = "tandem-block";

    /// <summary>Others of this user can open our descriptors (proc_pid_fd(5)), unless this process has more rights than they.</summary>
    private static readonly bool s_canBeOpened = OperatingSystem.IsLinux() && ProcessControl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1;

    [ThreadStatic]
    private static int t_sender;

    [ThreadStatic]
    private static bool t_isLastReader;

    /// <summary>Puts bytes into a block, which the message holds; false: the message cannot, or the system has no room.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> bytes, out LargeBlock block)
    {
        block = default;
        if (bytes.Length < Threshold || !s_canBeOpened || MessageMemory.BeingWritten is not { TakesBlocks: true } message)
            return false;
        var descriptor = MemfdCreate(Name, MFD_CLOEXEC);
        if (descriptor < 0)
            return false;

        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            RandomAccess.Write(file, bytes, 0);
        }
        catch (IOException)
        {
            // Out of memory for files, which the heap may still have.
            file.Dispose();
            return false;
        }

        message.Add(file);
        block = new(descriptor, bytes.Length);
        return true;
    }

    /// <summary>What this thread reads until the scope ends comes from that process.</summary>
    /// <param name="processId">The sender.</param>
    /// <param name="isLastReader">Nobody else will read it, so its memory is freed at once, though the sender keeps the empty file for a while.</param>
    public static ReadingScope ReadFrom(int processId, bool isLastReader) => new(processId, isLastReader);

    public void WriteTo(Span<byte> wire)
    {
        BinaryPrimitives.WriteInt32LittleEndian(wire, Descriptor);
        BinaryPrimitives.WriteInt64LittleEndian(wire[sizeof(int)..], Length);
    }

    /// <exception cref="InvalidDataException">The bytes name no block, or nobody is there to have one.</exception>
    public static LargeBlock From(ReadOnlySpan<byte> wire)
    {
        if (t_sender == 0 || wire.Length != WireSize)
            throw new InvalidDataException("A block of memory is named where there can be none.");
        var block = new LargeBlock(BinaryPrimitives.ReadInt32LittleEndian(wire), BinaryPrimitives.ReadInt64LittleEndian(wire[sizeof(int)..]));
        return block is { Descriptor: >= 0, Length: >= 0 } && block.Length <= Array.MaxLength ? block
            : throw new InvalidDataException($"A block of {block.Length} bytes at descriptor {block.Descriptor} is named, which cannot be.");
    }

    /// <summary>Opens the block, before anything is allocated for it.</summary>
    /// <exception cref="InvalidDataException">What is there is no block, or a shorter one.</exception>
    /// <exception cref="IOException">It cannot be opened: its sender has ended, or this process may not.</exception>
    public SafeFileHandle Open()
    {
        var path = $"/proc/{t_sender}/fd/{Descriptor}";

        // Looked at before it is opened, as opening some things has effects; and opened so that it waits for nobody.
        if (new FileInfo(path).LinkTarget?.StartsWith($"/memfd:{Name}", StringComparison.Ordinal) != true)
            throw new InvalidDataException($"Descriptor {Descriptor} of process {t_sender} is no block of memory.");
        var descriptor = Libc.Open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
        if (descriptor < 0)
            throw new IOException($"A block of memory of process {t_sender} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        if (RandomAccess.GetLength(file) >= Length)
            return file;
        file.Dispose();
        throw new InvalidDataException($"A block of memory is shorter than the {Length} bytes that were announced.");
    }

    /// <summary>Copies the block from its file to where it belongs.</summary>
    public static void Read(SafeFileHandle file, Span<byte> target)
    {
        Populate(target);
        for (long offset = 0; !target.IsEmpty;)
        {
            var count = RandomAccess.Read(file, target, offset);
            if (count == 0)
                throw new InvalidDataException("A block of memory has shrunk while it was read.");
            target = target[count..];
            offset += count;
        }

        if (t_isLastReader)
            RandomAccess.SetLength(file, 0);
    }

    /// <summary>
    /// Has the kernel give all pages at once: new memory costs a fault a page else, which is half of what the reading costs. Where it will not,
    /// it does so page by page.
    /// </summary>
    private static unsafe void Populate(Span<byte> target)
    {
        var page = Environment.SystemPageSize;
        fixed (byte* start = target)
        {
            var first = ((nint)start + page - 1) / page * page;
            var length = ((nint)start + target.Length - first) / page * page;
            if (length > 0)
                _ = Advise(first, (nuint)length, MADV_POPULATE_WRITE);
        }
    }

    public readonly ref struct ReadingScope
    {
        private readonly int _outerSender;
        private readonly bool _wasLastReader;

        public ReadingScope(int processId, bool isLastReader)
        {
            _outerSender = t_sender;
            _wasLastReader = t_isLastReader;
            t_sender = processId;
            t_isLastReader = isLastReader;
        }

        public void Dispose()
        {
            t_sender = _outerSender;
            t_isLastReader = _wasLastReader;
        }
    }
}
