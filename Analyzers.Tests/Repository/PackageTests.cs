using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>What a user outside of the repository sees: install, warning, repair, run.</summary>
[Trait("Category", "Package")]
[Collection(nameof(PackageFixture))]
public class PackageTests(PackageFixture packages)
{
    [Fact]
    public void AnalyzersPackage_HasAnalyzersAndFixes_AndNoLibrary()
    {
        var files = Files("Tandem.Analyzers");
        Assert.Equal(["analyzers/dotnet/cs/Tandem.Analyzers.dll", "analyzers/dotnet/cs/Tandem.CodeFixes.dll"], files.Where(file => file.EndsWith(".dll", StringComparison.Ordinal)).Order());
        Assert.Superset(new HashSet<string> { "README.md", "icon.png", "LICENSE" }, files.ToHashSet());
        Assert.DoesNotContain(files, file => file.StartsWith("lib/", StringComparison.Ordinal));

        var metadata = Metadata("Tandem.Analyzers");
        Assert.Equal("true", Value(metadata, "developmentDependency"));
        Assert.Equal("MIT", Value(metadata, "license"));
        Assert.DoesNotContain(metadata.Descendants(), element => element.Name.LocalName == "dependency");
    }

    [Fact]
    public void RuntimePackage_BringsTheAnalyzersOfItsOwnVersion()
    {
        Assert.Superset(new HashSet<string> { "lib/net10.0/Tandem.dll", "lib/net10.0/Tandem.xml", "README.md", "icon.png", "LICENSE" }, Files("Tandem").ToHashSet());

        var dependency = Assert.Single(Metadata("Tandem").Descendants(), element => element.Name.LocalName == "dependency");
        Assert.Equal(("Tandem.Analyzers", packages.Version), ((string?)dependency.Attribute("id"), (string?)dependency.Attribute("version")));
        Assert.DoesNotContain("analyzers", (string?)dependency.Attribute("exclude") ?? "", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AnalyzersAlone_WarnInAProjectOfTheUser()
    {
        var consumer = packages.NewConsumer("Tandem.Analyzers", PackageSamples.WithoutTandem);
        var output = await consumer.RunAsync(0, "build");
        Assert.Equal(["TDM2001"], Warnings(output));
        Assert.Empty(Directory.GetFiles(Path.Combine(consumer.Folder, "bin"), "Tandem*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task SeverityRaisedInEditorConfig_FailsTheBuild()
    {
        var consumer = packages.NewConsumer("Tandem.Analyzers", PackageSamples.WithoutTandem, "root = true\n[*.cs]\ndotnet_diagnostic.TDM2001.severity = error\n");
        Assert.Matches("Program\\.cs\\(.*error TDM2001", await consumer.RunAsync(1, "build"));
    }

    [Fact]
    public async Task Installed_Warns_IsRepairedByFormat_AndRunsOnWorkers()
    {
        var consumer = packages.NewConsumer("Tandem", PackageSamples.EveryRoom);
        Assert.Equal(["TDM1001", "TDM2001", "TDM3001", "TDM4001"], Warnings(await consumer.RunAsync(0, "build")));

        await consumer.RunAsync(0, "format", "analyzers", "--no-restore", "--severity", "warn");
        var repaired = await File.ReadAllTextAsync(Path.Combine(consumer.Folder, "Program.cs"));
        var build = await consumer.RunAsync(0, "build", "--no-restore", "-warnaserror");
        Assert.True(build.Contains("0 Warning(s)"), $"{build}\n{repaired}");

        Assert.Equal(PackageSamples.EveryRoomPrints, (await consumer.RunAsync(0, "run", "--no-build")).ReplaceLineEndings("\n"));
    }

    private static string[] Warnings(string output) => PackageFixture.Consumer.Reported(output, "warning");

    private string[] Files(string package)
    {
        using var archive = Open(package);
        return [.. archive.Entries.Select(entry => entry.FullName)];
    }

    private XDocument Metadata(string package)
    {
        using var archive = Open(package);
        using var stream = archive.GetEntry($"{package}.nuspec")!.Open();
        return XDocument.Load(stream);
    }

    private ZipArchive Open(string package) => ZipFile.OpenRead(Path.Combine(packages.Feed, $"{package}.{packages.Version}.nupkg"));

    private static string? Value(XDocument metadata, string name) => metadata.Descendants().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
}
