using System.ComponentModel;
using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;
using static Tandem.Platform.Libc;

namespace Tandem.Platform;

/// <summary>
/// The memory that a worker shares with its parent: a ring of bytes each way, who has begun which call, and who waits to be woken.
/// Anonymous, and inherited by that worker alone, so the kernel frees it with the two of them, however they end.
/// </summary>
internal sealed unsafe class WorkerMemory : CriticalFinalizerObject, IDisposable
{
    /// <summary>Enough for a thousand small calls; what is larger goes through in pieces.</summary>
    private const int RingSize = 64 * 1024;
    private const int HeaderSize = 512;
    private const int PageSize = 4096;
    private const int RingsStart = (HeaderSize + (CallClaims.Count * sizeof(long)) + PageSize - 1) / PageSize * PageSize;

    /// <summary>Where what the worker writes begins.</summary>
    internal const int ResponsesStart = RingsStart + RingSize;
    private const int Size = RingsStart + (2 * RingSize);

    private readonly Header* _header;
    private bool _isUnmapped;

    private WorkerMemory(int descriptor)
    {
        var address = Mmap(0, Size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        if (address == -1)
            throw new Win32Exception();
        _header = (Header*)address;
    }

    ~WorkerMemory() => Unmap();

    /// <summary>Makes it, all zeros.</summary>
    /// <param name="descriptor">Through which the worker opens it; the caller's to close.</param>
    public static WorkerMemory Create(out int descriptor)
    {
        descriptor = MemfdCreate("tandem-worker", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        try
        {
            // A memory that the worker could shrink under us would kill us at the next access (SIGBUS).
            if (descriptor < 0 || Truncate(descriptor, Size) < 0 || Fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
                throw new Win32Exception();
            return new WorkerMemory(descriptor);
        }
        catch
        {
            if (descriptor >= 0)
                _ = Close(descriptor);
            throw;
        }
    }

    /// <summary>Maps what the parent made; both run the same build.</summary>
    public static WorkerMemory Open(int descriptor) => new(descriptor);

    public ref Header State => ref *_header;

    public RingWriter WriteRequests() => new(&_header->Requests, Ring(0), RingSize);

    public RingReader ReadRequests() => new(&_header->Requests, Ring(0), RingSize);

    public RingWriter WriteResponses() => new(&_header->Responses, Ring(1), RingSize);

    public RingReader ReadResponses() => new(&_header->Responses, Ring(1), RingSize);

    /// <summary>The calls under way, each in a word of its own.</summary>
    public CallClaims Claims => new((long*)((byte*)_header + sizeof(Header)));

    /// <summary>Nobody may use it any more.</summary>
    public void Dispose()
    {
        Unmap();
        GC.SuppressFinalize(this);
    }

    private byte* Ring(int index) => (byte*)_header + RingsStart + (index * RingSize);

    private void Unmap()
    {
        if (_header is not null && !_isUnmapped)
            _ = Munmap((nint)_header, Size);
        _isUnmapped = true;
    }

    /// <summary>What both sides read and write besides the rings themselves. A line of the cache each.</summary>
    [StructLayout(LayoutKind.Explicit, Size = HeaderSize)]
    public struct Header
    {
        [FieldOffset(0)]
        public RingCursors Requests;

        [FieldOffset(128)]
        public RingCursors Responses;

        /// <summary>1 while the worker waits for requests, and is to be woken when there are some.</summary>
        [FieldOffset(256)]
        public int WorkerAwaitsRequests;

        /// <summary>1 while the worker waits for room for its response.</summary>
        [FieldOffset(260)]
        public int WorkerAwaitsRoom;

        /// <summary>The parent is to be woken when the worker has sent so many frames since its beginning; it is awake while this is <see cref="Never"/>.</summary>
        [FieldOffset(320)]
        public long WakeParentAt;

        /// <summary>1 while the parent waits for room for its requests.</summary>
        [FieldOffset(328)]
        public int ParentAwaitsRoom;

        /// <summary>How many of the worker's frames the parent has read, primitives in them included.</summary>
        [FieldOffset(384)]
        public long FramesRead;
    }

    public const long Never = long.MaxValue;
}
