using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ConstrainedExecution;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Tandem.Platform;

/// <summary>
/// A piece of memory that several processes see, under no name in any file system: an anonymous file (memfd_create(2)) that is mapped by each. The kernel frees
/// it with the last process that has it open, however that ends. Untouched pages take no memory.
/// </summary>
/// <remarks>
/// <para>One object a process and piece, however often a reference to it arrives. Each primitive that stands on it has a <see cref="SharedMemoryLease"/>.</para>
/// <para>An address in it may be used inside only, during a <see cref="MemoryVisit"/> or between <see cref="TryEnter"/> and <see cref="Exit"/>: the memory is unmapped
/// when the last lease has ended, nobody is inside and nobody holds its lock; but see <see cref="Lend"/>. What the other processes write there is not trusted: sizes are taken from the kernel, once, and every offset is checked.</para>
/// </remarks>
internal sealed unsafe class SharedMemory : CriticalFinalizerObject
{
    /// <summary>A user of a debugger or of /proc sees this name; it need not be unique.</summary>
    private const string Name = "tandem";

    private const ulong Magic = 0x314D_4D45_444E_4154; // "TANDEMM1"

    /// <summary>The number given last.</summary>
    private static long s_lastNumber;

    /// <summary>Names this object to <see cref="MemoryVisitor"/>; never given twice.</summary>
    private readonly long _number = Interlocked.Increment(ref s_lastNumber);

    /// <summary>The whole memory, header included; 0 once it is unmapped.</summary>
    private nint _address;

    /// <summary>The open descriptor: others open the memory through it.</summary>
    private readonly SafeFileHandle _file;

    /// <summary>How many are inside, those apart whom <see cref="MemoryVisitor"/> knows.</summary>
    private int _inside;

    /// <summary>The last lease has ended: the memory is unmapped when the last one leaves.</summary>
    private bool _isClosed;

    /// <summary>Guards the end of it: the field below, and <see cref="_isClosed"/> from when it is set to when all processors have seen it.</summary>
    private readonly Lock _closing = new();

    /// <summary>It is unmapped, or no longer shared.</summary>
    private bool _isGone;

    /// <summary>See <see cref="MarkHeld"/>.</summary>
    private long _hold;

    /// <summary>See <see cref="KeepWhile"/>.</summary>
    private Func<bool>? _isHeld;

    /// <summary>How many primitives of this process stand on it. Guarded by the gate of <see cref="SharedMemoryTable"/>.</summary>
    private int _leases;

    /// <summary>Set by <see cref="Lend"/>: somebody may use an address without being inside.</summary>
    private bool _isLent;

    private SharedMemory(SafeFileHandle file, long size)
    {
        _file = file;
        Size = size;
        var address = Libc.Mmap(0, (nuint)size, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, (int)file.DangerousGetHandle(), 0);
        if (address == -1)
            throw Failure("map shared memory", Marshal.GetLastPInvokeError());
        _address = address;
    }

    /// <summary>Nobody knows this object any more, so nobody uses what it has lent either.</summary>
    ~SharedMemory() => Unmap();

    /// <summary>In bytes, header included. The seals keep the kernel's size what it is.</summary>
    public long Size { get; }

    /// <summary>Names this piece and no other, ever; nobody can guess it.</summary>
    public UInt128 Cookie { get; private set; }

    /// <summary>Whether somebody who was sent a reference has not opened the memory yet. Not to be asked once it is closed.</summary>
    public bool IsAwaited => Volatile.Read(ref Start->Received) - Volatile.Read(ref Start->Sent) < 0;

    private Header* Start => (Header*)_address;

    /// <summary>Makes a new piece, all zeros.</summary>
    /// <param name="kind">What stands on it; only a reference to the same kind opens it.</param>
    /// <param name="payloadSize">In bytes, header not included.</param>
    /// <param name="firstKind">What lies at its beginning, if that is a primitive by itself: a reference to that kind opens the memory too.</param>
    /// <param name="label">What <see cref="TryOpenLabelled"/> finds it by; null for memory that only a reference leads to.</param>
    /// <exception cref="PlatformNotSupportedException">This system lacks what processes need to share memory.</exception>
    /// <exception cref="IOException">The system is out of descriptors or memory.</exception>
    public static SharedMemory Create(ulong kind, long payloadSize, ulong firstKind = 0, string? label = null)
    {
        RequirePlatform();
        var size = AlignToPage(checked(sizeof(Header) + payloadSize));
        return RetryAfterCollection(() =>
        {
            var descriptor = Libc.MemfdCreate(NameWith(label), Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
            if (descriptor < 0)
                throw Failure("make shared memory", Marshal.GetLastPInvokeError());
            var file = new SafeFileHandle(descriptor, ownsHandle: true);
            RandomAccess.SetLength(file, size);
            // A memory that others could shrink under us would kill us at the next access (SIGBUS).
            if (Libc.Fcntl(descriptor, Libc.F_ADD_SEALS, Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL) < 0)
                throw Failure("seal shared memory", Marshal.GetLastPInvokeError());

            var memory = new SharedMemory(file, size);
            var cookie = MemoryMarshal.Read<UInt128>(RandomNumberGenerator.GetBytes(sizeof(UInt128)));
            *memory.Start = new Header { Magic = Magic, Kind = kind, FirstKind = firstKind, Cookie = cookie, Size = size };
            memory.Cookie = cookie;
            return memory;
        });
    }

    /// <summary>Maps the piece that another process has open.</summary>
    /// <exception cref="InvalidDataException">What is there is not the memory the reference speaks of.</exception>
    /// <exception cref="IOException">The other process has ended or has let go of the memory.</exception>
    public static SharedMemory Open(SharedMemoryReference reference, ulong kind)
    {
        RequirePlatform();
        var path = $"/proc/{reference.ProcessId}/fd/{reference.Descriptor}";
        return RetryAfterCollection(() =>
        {
            // Looked at before it is opened: the number may have gone to a pipe or a terminal by now, and to open those has effects.
            if (!IsMemory(path, Name))
                throw Gone(reference);
            return Open(path, kind, reference) ?? throw Gone(reference);
        });
    }

    /// <summary>Maps the memory with this label, if that is what the descriptor of another process, or of this one, is.</summary>
    /// <exception cref="InvalidDataException">It is, and is of another kind.</exception>
    public static SharedMemory? TryOpenLabelled(string path, string label, ulong kind)
    {
        if (!IsMemory(path, $"{NameWith(label)} "))
            return null;
        try
        {
            return RetryAfterCollection(() => Open(path, kind, reference: null));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // Closed since we looked.
            return null;
        }
    }

    /// <summary>Null when it is not the memory the reference speaks of.</summary>
    private static SharedMemory? Open(string path, ulong kind, SharedMemoryReference? reference)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        const int Seals = Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW;
        var size = RandomAccess.GetLength(file);
        if ((Libc.Fcntl((int)file.DangerousGetHandle(), Libc.F_GET_SEALS, 0) & Seals) != Seals || size < sizeof(Header))
            throw new InvalidDataException($"{path} is not memory of Tandem.");

        var memory = new SharedMemory(file, size);
        try
        {
            memory.Cookie = memory.Start->Cookie;
            if (memory.Start->Magic != Magic || memory.Start->Size != size || (reference is { } sent && memory.Cookie != sent.Cookie))
            {
                memory.Unmap();
                return null;
            }

            memory.RequireKind(kind);
            return memory;
        }
        catch
        {
            memory.Unmap();
            throw;
        }
    }

    /// <exception cref="InvalidDataException">Something else stands on this memory.</exception>
    public void RequireKind(ulong kind)
    {
        if (Start->Kind != kind && Start->FirstKind != kind)
            throw new InvalidDataException("The reference is to a primitive of another type than the one declared here (T counts too). Declare the type that was sent.");
    }

    /// <summary>The address of a value <paramref name="offset"/> bytes after the header. Use it inside only.</summary>
    public T* At<T>(long offset, long count = 1)
        where T : unmanaged
    {
        if (offset < 0 || count < 0 || offset % sizeof(long) != 0 || count > (Size - sizeof(Header) - offset) / sizeof(T))
            throw new InvalidDataException($"{count} {typeof(T).Name} at offset {offset} do not lie within shared memory of {Size} bytes.");
        return (T*)(_address + sizeof(Header) + (nint)offset);
    }

    /// <summary>
    /// As <see cref="At"/>, but an address that may be used as long as this object is reachable: once the memory is closed, it is memory of this
    /// process alone, which nobody else sees.
    /// </summary>
    public T* Lend<T>(long offset, long count)
        where T : unmanaged
    {
        Volatile.Write(ref _isLent, true);
        return At<T>(offset, count);
    }

    /// <summary>Keeps the memory mapped until <see cref="Exit"/>, which another thread may call. False once it is unmapped, that is closed and left by all who were inside.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _inside);
        if (!Volatile.Read(ref _isClosed))
            return true;
        lock (_closing)
        {
            if (!_isGone)
                return true;
        }

        Interlocked.Decrement(ref _inside);
        return false;
    }

    public void Exit()
    {
        Interlocked.Decrement(ref _inside);
        if (Volatile.Read(ref _isClosed))
            LetGoIfLeft();
    }

    /// <summary>As <see cref="TryEnter"/>, for a stay that ends on the same thread: it costs next to nothing.</summary>
    public bool TryVisit(out MemoryVisit visit)
    {
        var visitor = MemoryVisitor.Own;
        if (!visitor.TryCome(_number))
            visitor = null;
        else if (Volatile.Read(ref _isClosed))
        {
            // Whoever let us be seen here leaves the end to us: counted, we see to it.
            visitor.Go();
            visitor = null;
        }

        visit = new(this, visitor);
        return visitor is not null || TryEnter();
    }

    /// <summary>For <see cref="MemoryVisit"/>.</summary>
    public void EndVisit(MemoryVisitor visitor)
    {
        visitor.Go();
        if (Volatile.Read(ref _isClosed))
            LetGoIfLeft();
    }

    /// <summary>
    /// The lock with which the memory begins was taken here: until that hold is over, the memory stays mapped. Whoever ends it does so inside, and
    /// sees on the way out whether it was the last thing that kept the memory; so a hold is counted nowhere but in the lock itself.
    /// </summary>
    /// <param name="ticket">The hold's; see <see cref="RobustLock.Current"/>. The holder calls this, inside.</param>
    public void MarkHeld(long ticket) => Volatile.Write(ref _hold, ticket);

    /// <summary>As <see cref="MarkHeld"/>, for what can be held several times at once: the memory stays mapped while this says that it is held here.</summary>
    /// <param name="isHeld">Called inside. Who ends a hold does so inside too, and so asks again on the way out.</param>
    public void KeepWhile(Func<bool> isHeld) => Volatile.Write(ref _isHeld, isHeld);

    /// <summary>The reference to send to a process that will open the memory.</summary>
    public SharedMemoryReference Reference(bool isAwaited) => new(Environment.ProcessId, (int)_file.DangerousGetHandle(), Cookie, isAwaited);

    /// <summary>Counts a reference that will be received.</summary>
    public void MarkSent() => Interlocked.Increment(ref Start->Sent);

    /// <summary>Takes back the count of a reference that will not be received after all.</summary>
    public void MarkWithdrawn() => Interlocked.Decrement(ref Start->Sent);

    public void MarkReceived() => Interlocked.Increment(ref Start->Received);

    /// <summary>One primitive more. Needs the table's gate.</summary>
    public void AddLeaseHeld() => _leases++;

    /// <summary>One primitive less; true when it was the last. Needs the table's gate.</summary>
    public bool RemoveLeaseHeld() => --_leases == 0;

    /// <summary>Unmaps the memory as soon as nobody is inside.</summary>
    public void Close()
    {
        Debug.Assert(_leases == 0, "Whoever still stands on the memory needs it.");
        lock (_closing)
        {
            Volatile.Write(ref _isClosed, true);
            Interlocked.MemoryBarrierProcessWide();
            LetGoIfLeft();
        }
    }

    /// <summary>Whoever is still here does this on the way out.</summary>
    private void LetGoIfLeft()
    {
        lock (_closing)
        {
            // The hold last: only somebody inside takes one.
            if (_isGone || Volatile.Read(ref _inside) != 0 || MemoryVisitor.IsAnyIn(_number) || IsHeldHere)
                return;
            _isGone = true;
            LetGo();
        }
    }

    private bool IsHeldHere =>
        (Volatile.Read(ref _hold) is not 0 and var hold && new RobustLock(At<long>(0)).Current == hold) || Volatile.Read(ref _isHeld)?.Invoke() == true;

    private void LetGo()
    {
        if (!Volatile.Read(ref _isLent) || !TryPutPrivateMemoryInPlace())
            Unmap();
    }

    /// <summary>The shared pages are let go of and the address stays valid, for the price of a range of addresses until this object is collected.</summary>
    private bool TryPutPrivateMemoryInPlace()
    {
        const int Flags = Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_FIXED;
        if (Libc.Mmap(_address, (nuint)Size, Libc.PROT_READ | Libc.PROT_WRITE, Flags, -1, 0) != _address)
            return false;
        _file.Dispose();
        return true;
    }

    private void Unmap()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
            _ = Libc.Munmap(address, (nuint)Size);
        // Null when the constructor could not map; the handle has a finalizer of its own, so it is not touched from ours.
        if (address != 0 && !_file.IsClosed)
            _file.Dispose();
        GC.SuppressFinalize(this);
    }

    private static string NameWith(string? label) => label is null ? Name : $"{Name}-{label}";

    private static bool IsMemory(string path, string name)
    {
        try
        {
            return new FileInfo(path).LinkTarget?.StartsWith($"/memfd:{name}", StringComparison.Ordinal) == true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IOException Gone(SharedMemoryReference reference) => new(
        $"Process {reference.ProcessId} sent a primitive and let go of it, or ended, before it was received here. Keep it undisposed until the other side has it.");

    public static void RequirePlatform()
    {
        if (!Futex.IsSupported || !Environment.Is64BitProcess)
            throw new PlatformNotSupportedException($"Primitives for processes need anonymous shared memory (memfd_create), futexes and /proc, so they work on 64-bit Linux only so far; this is {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}. ThreadLock and ThreadQueue work everywhere.");
    }

    /// <summary>Out of descriptors or mappings, perhaps because forgotten primitives wait for their finalizers: run those, then try once more.</summary>
    private static T RetryAfterCollection<T>(Func<T> attempt)
    {
        try
        {
            return attempt();
        }
        catch (IOException error) when (error.HResult is Libc.EMFILE or Libc.ENFILE or Libc.ENOMEM)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return attempt();
        }
    }

    private static IOException Failure(string what, int errno) =>
        new($"The system could not {what}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).", errno);

    private static long AlignToPage(long size)
    {
        var page = Environment.SystemPageSize;
        return checked(size + page - 1) / page * page;
    }

    /// <summary>The first bytes of the memory.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Header
    {
        [FieldOffset(0)]
        public ulong Magic;

        /// <summary>What stands on the memory.</summary>
        [FieldOffset(8)]
        public ulong Kind;

        [FieldOffset(16)]
        public UInt128 Cookie;

        [FieldOffset(32)]
        public long Size;

        /// <summary>Of the references whose receipt is awaited: how many have been sent, and how many received. More sent than received means that somebody will still come.</summary>
        [FieldOffset(40)]
        public int Sent;

        [FieldOffset(44)]
        public int Received;

        /// <summary>What lies first on the memory, if that is a primitive by itself; else 0.</summary>
        [FieldOffset(48)]
        public ulong FirstKind;
    }
}
