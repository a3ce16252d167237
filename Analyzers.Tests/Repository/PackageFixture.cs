using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tandem.Analyzers.Tests.Repository;

[CollectionDefinition(nameof(PackageFixture))]
public sealed class PackageCollection : ICollectionFixture<PackageFixture>;

/// <summary>Both packages, packed once from what the tests were built with, in a feed of their own; and projects that install from it.</summary>
public sealed class PackageFixture : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("tandem-packages-").FullName;

    public string Feed => Path.Combine(_root, "feed");

    public string Version { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var configuration = typeof(PackageFixture).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        foreach (var project in new[] { "Analyzers.Package", "Runtime" })
            await RunAsync(Path.Combine(Repo.Root, project), 0, "pack", "--no-build", "--configuration", configuration, "--output", Feed);
        Version = Path.GetFileNameWithoutExtension(Assert.Single(Directory.GetFiles(Feed, "Tandem.Analyzers.*.nupkg")))["Tandem.Analyzers.".Length..];
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_root, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A fresh project outside of the repository that installs a package from the feed, and nothing from anywhere else.</summary>
    public Consumer NewConsumer(string package, string program, string editorConfig = "root = true") => NewConsumer(package, program, """
        <OutputType>Exe</OutputType>
        <TargetFramework>net10.0</TargetFramework>
        <Nullable>enable</Nullable>
        <ImplicitUsings>enable</ImplicitUsings>
        """, editorConfig);

    /// <summary>The same with properties of its own.</summary>
    public Consumer NewConsumer(string package, string program, string properties, string editorConfig, string references = "")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, Path.GetRandomFileName(), "Consumer")).FullName;
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="local" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
        Write("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                {properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{Version}" />
                {references}
              </ItemGroup>
            </Project>
            """);
        Write(".editorconfig", editorConfig);
        Write("Program.cs", program);
        return new(this, folder);

        void Write(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);
    }

    /// <summary>Runs dotnet and gives what it printed; fails, with what it printed, where it ends otherwise than told.</summary>
    private async Task<string> RunAsync(string folder, int expectedExitCode, params string[] arguments)
    {
        var (exitCode, output) = await Dotnet.RunAsync(folder, new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_root, "packages") }, arguments);
        Assert.True(exitCode == expectedExitCode, $"dotnet {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }

    /// <summary>A project that has a package installed.</summary>
    public sealed class Consumer(PackageFixture packages, string folder)
    {
        public string Folder => folder;

        /// <summary>The ids of what a build printed as warnings, or as errors.</summary>
        public static string[] Reported(string output, string severity) =>
            [.. Regex.Matches(output, $"{severity} ([A-Z]+[0-9]+)").Select(match => match.Groups[1].Value).Distinct().Order()];

        /// <summary>Builds, and gives what the compiler's log has of Tandem's rules: each with its level, "note" for a suggestion.</summary>
        public async Task<string[]> ResultsAsync(int expectedExitCode, params string[] arguments)
        {
            await RunAsync(expectedExitCode, ["build", "--no-restore", "--no-incremental", "-p:ErrorLog=log.sarif%2Cversion=2.1", .. arguments]);
            using var log = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "log.sarif")));
            return [.. log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
                .Select(result => $"{result.GetProperty("level").GetString()} {result.GetProperty("ruleId").GetString()}")
                .Where(result => result.Contains(" TDM")).OrderBy(result => result.Split(' ')[1], StringComparer.Ordinal).ThenBy(result => result, StringComparer.Ordinal)];
        }

        public Task<string> RunAsync(int expectedExitCode, params string[] arguments) => packages.RunAsync(folder, expectedExitCode, arguments);
    }
}
