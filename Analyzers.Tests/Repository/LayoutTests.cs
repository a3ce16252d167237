using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>One stem per rule, in five places, with the id in the name.</summary>
public class LayoutTests
{
    private static readonly string[] s_rooms = ["Executors", "Locks", "Processes", "Races"];

    public static TheoryData<string> Ids => [.. Rules.Descriptors.Select(rule => rule.Id)];

    [Fact]
    public void Ids_AreUnique() => Assert.Equal(Rules.Descriptors.Select(rule => rule.Id).Distinct(), Rules.Descriptors.Select(rule => rule.Id));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Id_BelongsToItsRoom(string id) => Assert.Equal($"Tandem.{s_rooms[id[3] - '1']}", Rule(id).Category);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Rule_HasItsFivePlaces(string id)
    {
        var room = Rule(id).Category["Tandem.".Length..];
        var stem = Assert.Single(Stems($"Analyzers/{room}", id, "Analyzer"));
        Assert.Equal([stem], Stems($"CodeFixes/{room}", id, "CodeFix"));
        Assert.Contains(stem, Stems($"Analyzers.Tests/{room}", id, "Tests"));
        Assert.True(Repo.Exists($"docs/rules/{id}.md"), $"docs/rules/{id}.md is missing.");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Rule_HasOneAnalyzerAndAFix(string id)
    {
        Assert.Single(Rules.NewAnalyzers(), analyzer => analyzer.SupportedDiagnostics.Any(rule => rule.Id == id));
        Assert.Contains(Rules.NewFixes(), fix => fix.FixableDiagnosticIds.Contains(id));
    }

    /// <summary>A file of a rule that the rule table does not know would be dead code.</summary>
    [Fact]
    public void NoFile_IsOfAnUnknownRule()
    {
        var known = Rules.Descriptors.Select(rule => rule.Id).ToHashSet();
        var named = from path in Repo.Files()
                    let id = Regex.Match(Path.GetFileName(path), "^TDM[0-9]{4}")
                    where id.Success && !known.Contains(id.Value)
                    select path;
        Assert.Empty(named);
    }

    /// <summary>The class has its file's name without the id.</summary>
    [Fact]
    public void Files_AreNamedAfterTheirClass()
    {
        var types = Rules.AnalyzerTypes.Concat(Rules.FixTypes).Select(type => type.Name).Order(StringComparer.Ordinal);
        var files = from path in Repo.Files("Analyzers").Concat(Repo.Files("CodeFixes"))
                    let name = Regex.Match(path, "/TDM[0-9]{4}_(.+(Analyzer|CodeFix))\\.cs$")
                    where name.Success
                    select name.Groups[1].Value;
        Assert.Equal(files.Order(StringComparer.Ordinal), types);
    }

    private static DiagnosticDescriptor Rule(string id) => Rules.Descriptors.Single(rule => rule.Id == id);

    // Analyzers/Locks/TDM2001_LockNotReleasedAnalyzer.cs has the stem TDM2001_LockNotReleased.
    private static IEnumerable<string> Stems(string folder, string id, string kind) =>
        Directory.Exists(Path.Combine(Repo.Root, folder))
            ? Repo.Files(folder, $"{id}_*{kind}.cs").Select(path => Path.GetFileName(path)[..^$"{kind}.cs".Length])
            : [];
}
