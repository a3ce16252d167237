namespace Tandem.Analyzers.Tests.Repository;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class Repo
{
    private static readonly string[] s_built = ["bin", "obj", "artifacts", "TestResults"];

    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path));

    /// <summary>The text files of the repository, by their path from its root.</summary>
    public static IEnumerable<string> Files(string folder = "", string pattern = "*") =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith(".git/", StringComparison.Ordinal) && path != ".git" && !path.Split('/').Any(s_built.Contains))
            .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Analyzers.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("The tests run outside of the repository.");
    }
}
