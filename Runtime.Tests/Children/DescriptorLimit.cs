using System.Runtime.InteropServices;

namespace Tandem.Runtime.Tests.Children;

/// <summary>Keeps this process from opening any file, until disposed (setrlimit(2), RLIMIT_NOFILE). What is open stays open.</summary>
internal sealed partial class DescriptorLimit : IDisposable
{
    private const int OpenFiles = 7;

    private readonly Limit _before;

    private DescriptorLimit()
    {
        Assert.Equal(0, Get(OpenFiles, out _before));
        Assert.Equal(0, Set(OpenFiles, _before with { Soft = 0 }));
    }

    public static DescriptorLimit None() => new();

    public void Dispose() => Assert.Equal(0, Set(OpenFiles, _before));

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private record struct Limit(nuint Soft, nuint Hard);
}
