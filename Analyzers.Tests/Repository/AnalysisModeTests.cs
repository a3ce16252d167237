namespace Tandem.Analyzers.Tests.Repository;

/// <summary>What TandemAnalysisMode makes of a build with the real SDK, and the frameworks and languages that the package works for.</summary>
[Trait("Category", "Package")]
[Collection(nameof(PackageFixture))]
public class AnalysisModeTests(PackageFixture packages)
{
    // A warning, and a suggestion.
    private const string LeakAndSlowCall = """
        public class Log
        {
            private readonly object _gate = new object();

            public void Write(string line)
            {
                System.Threading.Monitor.Enter(_gate);
                System.Console.WriteLine(line.Trim());
                System.Threading.Monitor.Exit(_gate);
            }

            public void Pause()
            {
                lock (_gate) System.Threading.Thread.Sleep(10);
            }
        }

        """;

    private const string Library = "<TargetFramework>net10.0</TargetFramework>";

    [Fact]
    public async Task EachMode_SetsTheSeverityOfAllRules()
    {
        var consumer = packages.NewConsumer("Tandem.Analyzers", LeakAndSlowCall, Library, "root = true");
        await consumer.RunAsync(0, "restore");

        Assert.Equal(["warning TDM2001", "note TDM2007"], await consumer.ResultsAsync(0));
        Assert.Equal(["warning TDM2001", "note TDM2007"], await consumer.ResultsAsync(0, "-p:TandemAnalysisMode=Default"));
        Assert.Equal(["error TDM2001", "error TDM2007"], await consumer.ResultsAsync(1, "-p:TandemAnalysisMode=Strict"));
        Assert.Equal(["note TDM2001", "note TDM2007"], await consumer.ResultsAsync(0, "-p:TandemAnalysisMode=advisory"));
        Assert.Empty(await consumer.ResultsAsync(0, "-p:TandemAnalysisMode=None"));
        Assert.Contains("error : TandemAnalysisMode is 'Strickt', which is no mode. Set it to Default, Strict, Advisory or None.", await consumer.RunAsync(1, "build", "--no-restore", "-p:TandemAnalysisMode=Strickt"));
    }

    [Fact]
    public async Task WhatTheUserSaysOfARuleOrACategory_GoesBeforeTheMode()
    {
        var rule = packages.NewConsumer("Tandem.Analyzers", LeakAndSlowCall, Library, "root = true\n[*.cs]\ndotnet_diagnostic.TDM2001.severity = suggestion\n");
        await rule.RunAsync(0, "restore");
        Assert.Equal(["note TDM2001", "error TDM2007"], await rule.ResultsAsync(1, "-p:TandemAnalysisMode=Strict"));

        var category = packages.NewConsumer("Tandem.Analyzers", LeakAndSlowCall, Library, "root = true\n[*.cs]\ndotnet_analyzer_diagnostic.category-Tandem.Locks.severity = warning\n");
        await category.RunAsync(0, "restore");
        Assert.Equal(["warning TDM2001", "warning TDM2007"], await category.ResultsAsync(0, "-p:TandemAnalysisMode=Strict"));
    }

    /// <summary>Through the runtime library's package, which brings the analyzers along.</summary>
    [Fact]
    public async Task TheRuntimePackage_BringsTheMode()
    {
        var consumer = packages.NewConsumer("Tandem", PackageSamples.EveryRoom);
        Assert.Equal(["TDM1001", "TDM2001", "TDM3001", "TDM4001"], PackageFixture.Consumer.Reported(await consumer.RunAsync(1, "build", "-p:TandemAnalysisMode=Strict"), "error"));
    }

    public static TheoryData<string, string, string> Projects => new()
    {
        { "net10.0", "14.0", "" },
        { "net10.0", "7.3", "" },
        // The frameworks' own reference assemblies are a download; the SDK carries those that MSBuild compiles inline tasks against.
        { "netstandard2.0", "7.3", "<Reference Include='$(MSBuildToolsPath)/ref/netstandard.dll' />" },
        { "net48", "7.3", "<Reference Include='$(MSBuildToolsPath)/ref/netstandard.dll' /><Reference Include='$(MSBuildToolsPath)/ref/mscorlib.dll' />" },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task AnyFrameworkAndLanguage_IsAnalysed(string framework, string language, string references)
    {
        var properties = $"<TargetFramework>{framework}</TargetFramework><LangVersion>{language}</LangVersion>";
        if (references.Length > 0)
            properties += "<DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences><AutomaticallyUseReferenceAssemblyPackages>false</AutomaticallyUseReferenceAssemblyPackages><FrameworkPathOverride>$(MSBuildToolsPath)/ref</FrameworkPathOverride><NoStdLib>true</NoStdLib><GenerateAssemblyInfo>false</GenerateAssemblyInfo><GenerateTargetFrameworkAttribute>false</GenerateTargetFrameworkAttribute>";

        var consumer = packages.NewConsumer("Tandem.Analyzers", LeakAndSlowCall, properties, "root = true", references);
        Assert.Equal(["TDM2001"], PackageFixture.Consumer.Reported(await consumer.RunAsync(0, "build"), "warning"));
        Assert.Equal(["error TDM2001", "error TDM2007"], await consumer.ResultsAsync(1, "-p:TandemAnalysisMode=Strict"));
    }

    /// <summary>The program in docs/adopting.md, run on the log of a build.</summary>
    [Fact]
    public async Task TheBaseline_LeavesOnlyWhatIsNew()
    {
        var consumer = packages.NewConsumer("Tandem.Analyzers", LeakAndSlowCall, Library, "root = true\n");
        await consumer.RunAsync(0, "restore");
        Assert.NotEmpty(await consumer.ResultsAsync(1, "-p:TandemAnalysisMode=Strict"));

        var page = Repo.Read("docs/adopting.md");
        var program = page[page.IndexOf("using System.Text.Json;", StringComparison.Ordinal)..];
        var baseline = packages.NewConsumer("Tandem.Analyzers", program[..program.IndexOf("```", StringComparison.Ordinal)], "root = true");
        await baseline.RunAsync(0, "build", "-warnaserror");
        var sections = await baseline.RunAsync(0, "run", "--no-build", "--", consumer.Folder);
        Assert.Equal("\n[Program.cs]\ndotnet_diagnostic.TDM2001.severity = suggestion\ndotnet_diagnostic.TDM2007.severity = suggestion\n", sections.ReplaceLineEndings("\n"));

        await File.AppendAllTextAsync(Path.Combine(consumer.Folder, ".editorconfig"), sections);
        await File.WriteAllTextAsync(Path.Combine(consumer.Folder, "New.cs"), LeakAndSlowCall.Replace("class Log", "class NewLog"));
        Assert.Equal(["error TDM2001", "note TDM2001", "error TDM2007", "note TDM2007"], await consumer.ResultsAsync(1, "-p:TandemAnalysisMode=Strict"));
    }

    [Fact]
    public void TheConfigurations_NameEveryCategory()
    {
        var files = Repo.Files("Analyzers.Package/build/config").ToList();
        Assert.Equal(3, files.Count);
        var categories = Rules.Descriptors.Select(rule => rule.Category).Distinct().Order();
        Assert.All(files, file => Assert.Equal(categories, Repo.Read(file).Split('\n').Where(line => line.Contains(".category-")).Select(line => line.Split(".category-")[1].Split(".severity")[0]).Order()));
    }
}
