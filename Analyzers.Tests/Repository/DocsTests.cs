using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>What the pages say is what the rule table says.</summary>
public class DocsTests
{
    private static readonly string[] s_sections = ["## Why", "## Flagged", "## Repaired", "## What the fix does", "## When to suppress"];

    public static TheoryData<string> Ids => [.. Rules.Descriptors.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void HelpLink_LeadsToThePage(string id) => Assert.EndsWith($"/docs/rules/{id}.md", Rule(id).HelpLinkUri);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_IsHeadedByIdAndTitle(string id) => Assert.Equal($"# {id}: {Rule(id).Title}", Page(id)[0]);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_TellsCategoryAndSeverity(string id)
    {
        var table = Page(id).Where(line => line.StartsWith('|')).Take(5).ToArray();
        Assert.Contains(table, line => line.Contains("category", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(table, line => line.Contains(Rule(id).Category["Tandem.".Length..], StringComparison.Ordinal));
        Assert.Contains(table, line => line.Contains(Severity(Rule(id)), StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Page_HasItsSections_InOrder(string id) => Assert.Equal(s_sections, Page(id).Where(s_sections.Contains));

    [Theory]
    [MemberData(nameof(Ids))]
    public void Readme_ListsTheRule(string id) =>
        Assert.Contains(Repo.Read("README.md").Split('\n'), line => line.StartsWith($"| [{id}](docs/rules/{id}.md) | {Rule(id).Title} | {Severity(Rule(id))} | ", StringComparison.Ordinal));

    /// <summary>A relative link in a page leads to a file.</summary>
    [Fact]
    public void Links_LeadSomewhere()
    {
        var broken = from page in Repo.Files(pattern: "*.md")
                     from Match link in Regex.Matches(Repo.Read(page), @"\]\(([^)#:\s]+)(#[^)]*)?\)")
                     let target = Path.Combine(Repo.Root, Path.GetDirectoryName(page)!, link.Groups[1].Value)
                     where !File.Exists(target) && !Directory.Exists(target)
                     select $"{page}: {link.Value}";
        Assert.Empty(broken);
    }

    private static DiagnosticDescriptor Rule(string id) => Rules.Descriptors.Single(rule => rule.Id == id);

    private static string Severity(DiagnosticDescriptor rule) => rule.DefaultSeverity switch
    {
        DiagnosticSeverity.Error => "error",
        DiagnosticSeverity.Warning => "warning",
        _ => "suggestion",
    };

    private static string[] Page(string id) => Repo.Read($"docs/rules/{id}.md").Split('\n');
}
