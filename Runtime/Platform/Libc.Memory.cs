using System.Runtime.InteropServices;

namespace Tandem.Platform;

/// <summary>What shared memory and futexes need of Linux beyond the framework. Names and values are those of the man pages.</summary>
internal static unsafe partial class Libc
{
    public const uint MFD_CLOEXEC = 1;
    public const uint MFD_ALLOW_SEALING = 2;
    public const int F_ADD_SEALS = 1033;
    public const int F_GET_SEALS = 1034;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_FIXED = 0x10;
    public const int MAP_ANONYMOUS = 0x20;
    public const int MAP_NORESERVE = 0x4000;
    public const int MADV_POPULATE_WRITE = 23;
    public const int FUTEX_WAIT = 0;
    public const int FUTEX_WAKE = 1;
    public const int ESRCH = 3;
    public const int ENOMEM = 12;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int ENOSYS = 38;
    public const int ETIMEDOUT = 110;
    public const int SYS_futex_waitv = 449;
    public const int CLOCK_MONOTONIC = 1;
    public const int FUTEX_32 = 2;

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemfdCreate(string name, uint flags);

    // Variadic in C; on the processors that Futex supports, an int goes the same way whether it is variadic or not.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int fd, int command, int argument);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int fd, long length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Mmap(nint address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Munmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    public static partial int Advise(nint address, nuint length, int advice);

    /// <summary>futex(2), for which the C library has no function of its own.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint FutexCall(nint number, int* word, nint operation, nint value, Timespec* timeout);

    /// <summary>futex_waitv(2).</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint FutexWaitAny(nint number, FutexWaiter* words, nint count, nint flags, Timespec* end, nint clock);

    /// <summary>struct futex_waitv: parks while the word has the expected value.</summary>
    public struct FutexWaiter(int* word, int expected)
    {
        public ulong Expected = (uint)expected;
        public ulong Word = (ulong)word;
        public uint Flags = FUTEX_32;
        public uint Reserved;
    }

    /// <summary>struct timespec of 64-bit Linux.</summary>
    public readonly struct Timespec(TimeSpan time)
    {
        private readonly long _seconds = time.Ticks / TimeSpan.TicksPerSecond;
        private readonly long _nanoseconds = time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick;
    }
}
