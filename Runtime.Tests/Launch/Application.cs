using System.Diagnostics;
using System.Runtime.InteropServices;
using Tandem.Analyzers.Tests.Repository;

namespace Tandem.Runtime.Tests.Launch;

/// <summary>A project of a user in a folder of its own, with this build of Tandem: built, tested or published by dotnet, and run.</summary>
internal sealed class Application : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("tandem-launch-").FullName, "Application");

    public Application(string program, string items = "")
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "Program.cs"), program);
        File.WriteAllText(Path.Combine(_folder, "Application.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <DebugType>none</DebugType>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{typeof(ProcessExecutor).Assembly.Location}" />
                {items}
              </ItemGroup>
            </Project>
            """);
    }

    public static string Platform => RuntimeInformation.RuntimeIdentifier;

    /// <summary>Runs a dotnet command in the project's folder, which must succeed, and gives what it printed.</summary>
    public async Task<string> DotnetAsync(params string[] arguments)
    {
        var (exitCode, output) = await Dotnet.RunAsync(_folder, new Dictionary<string, string>(), arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }

    /// <summary>Publishes it, and gives the folder.</summary>
    public async Task<string> PublishAsync(params string[] arguments)
    {
        var folder = Path.Combine(_folder, "published", Guid.NewGuid().ToString("N"));
        await DotnetAsync(["publish", "--output", folder, .. arguments]);
        return folder;
    }

    /// <summary>Runs a program to its end, which must be a good one, and gives the lines that it printed.</summary>
    public static async Task<string[]> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).Soon();
        await process.WaitForExitAsync().Soon();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}:\n{string.Concat(texts)}");
        return texts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
}
