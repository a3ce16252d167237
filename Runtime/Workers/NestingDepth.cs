using System.Globalization;

namespace Tandem.Workers;

/// <summary>
/// How many workers stand above this process. Work that submits itself again to an executor of its own would fill the machine with processes
/// before anything failed, so there is an end to it.
/// </summary>
internal static class NestingDepth
{
    /// <summary>An environment variable, so that it goes through programs that the work starts.</summary>
    public const string Variable = "TANDEM_DEPTH";

    private const int Limit = 4;

    public static int Current { get; } =
        int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var depth) ? depth : 0;

    /// <exception cref="InvalidOperationException">This process may have no workers.</exception>
    public static void ThrowIfAtLimit()
    {
        if (Current >= Limit)
            throw new InvalidOperationException($"This process is a worker, {Current} levels below the application, and may start no workers of its own. Work that starts workers which run the same work would never end; start them further up, and pass the results down.");
    }
}
