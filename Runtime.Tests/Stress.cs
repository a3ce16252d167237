using System.Globalization;
using Xunit.Abstractions;

namespace Tandem.Runtime.Tests;

/// <summary>How long the random tests run and from which seed. Set TANDEM_STRESS_ROUNDS (such as 10000) and TANDEM_STRESS_SEED to run longer, or the same again.</summary>
internal static class Stress
{
    public static int Rounds(int usual) => Read("TANDEM_STRESS_ROUNDS") ?? usual;

    public static Random Seeded(ITestOutputHelper output)
    {
        var seed = Read("TANDEM_STRESS_SEED") ?? Environment.TickCount;
        output.WriteLine($"Seed: TANDEM_STRESS_SEED={seed}");
        return new Random(seed);
    }

    private static int? Read(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null;
}
