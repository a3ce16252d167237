using System.Diagnostics;

namespace Tandem.Platform;

/// <summary>The steps at which a kill would hurt most. Debug builds call a test's hook there; release builds have nothing there.</summary>
internal static class CrashPoint
{
    /// <summary>Called with the name of the step.</summary>
    public static Action<string>? Reached { get; set; }

    [Conditional("DEBUG")]
    public static void Reach(string step) => Reached?.Invoke(step);
}
