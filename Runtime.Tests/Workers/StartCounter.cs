using Tandem.Runtime.Tests.Executors;

namespace Tandem.Runtime.Tests.Workers;

/// <summary>Counts how often an executor's initializer runs, over all its workers: each leaves a file in a folder that the environment names.</summary>
internal sealed class StartCounter : IDisposable
{
    private const string FolderVariable = "TANDEM_TEST_FOLDER";
    private const string DeathVariable = "TANDEM_TEST_DEATH";

    private readonly string _folder = Directory.CreateTempSubdirectory("tandem-test-").FullName;

    /// <param name="death">How the initializer is to die, where it is to.</param>
    public StartCounter(Death? death = null)
    {
        Environment.SetEnvironmentVariable(FolderVariable, _folder);
        Environment.SetEnvironmentVariable(DeathVariable, death?.ToString());
    }

    public int Starts => Directory.GetFiles(_folder).Length;

    /// <summary>Called by the initializer. Returns how many came before it.</summary>
    public static int Count()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable)!;
        var before = Directory.GetFiles(folder).Length;
        File.WriteAllText(Path.Combine(folder, $"{Environment.ProcessId}"), "");
        return before;
    }

    /// <summary>Called by the initializer: dies the death that the test chose, in the first workers.</summary>
    public static void DieForTheFirst(int count)
    {
        if (Count() < count)
            Work.Die(Enum.Parse<Death>(Environment.GetEnvironmentVariable(DeathVariable)!));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(FolderVariable, null);
        Environment.SetEnvironmentVariable(DeathVariable, null);
        Directory.Delete(_folder, recursive: true);
    }
}
