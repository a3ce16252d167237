using System.Reflection;

namespace Tandem.Analyzers.Tests.Repository;

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
    public Consumer NewConsumer(string package, string program, string editorConfig = "root = true")
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
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{Version}" />
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

        public Task<string> RunAsync(int expectedExitCode, params string[] arguments) => packages.RunAsync(folder, expectedExitCode, arguments);
    }
}
