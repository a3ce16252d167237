using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>What every analyzer and every fix has in common.</summary>
public class ConventionTests
{
    // Written in two halves, so that this file is not one of those it looks for.
    private static readonly Regex s_absolutePath = new(@"(?<![\w./~-])/(?:wor" + @"k|roo" + @"t|home/\w+|Users/\w+)/|[A-Z]:\\Us" + @"ers\\");

    private static readonly string[] s_binary = [".png", ".nupkg", ".dll"];

    [Fact]
    public void Analyzers_AreSealed_Public_AndShareTheirBase() =>
        Assert.All(Rules.AnalyzerTypes, type =>
        {
            Assert.True(type is { IsSealed: true, IsPublic: true }, $"{type.Name} is not public and sealed.");
            Assert.True(type.IsSubclassOf(typeof(TandemAnalyzer)), $"{type.Name} is no TandemAnalyzer.");
            Assert.Equal([LanguageNames.CSharp], type.GetCustomAttribute<DiagnosticAnalyzerAttribute>()!.Languages);
        });

    [Fact]
    public void Fixes_AreSealed_Public_AndExported() =>
        Assert.All(Rules.FixTypes, type =>
        {
            Assert.True(type is { IsSealed: true, IsPublic: true }, $"{type.Name} is not public and sealed.");
            Assert.Equal([LanguageNames.CSharp], type.GetCustomAttribute<ExportCodeFixProviderAttribute>()!.Languages);
        });

    [Fact]
    public void Fixes_HaveFixAll_InDocumentProjectAndSolution() =>
        Assert.All(Rules.NewFixes(), fix =>
        {
            var scopes = fix.GetFixAllProvider()?.GetSupportedFixAllScopes() ?? [];
            Assert.Superset(new HashSet<FixAllScope> { FixAllScope.Document, FixAllScope.Project, FixAllScope.Solution }, scopes.ToHashSet());
        });

    [Fact]
    public void Fixes_AreForRulesThatExist() =>
        Assert.All(Rules.NewFixes(), fix => Assert.Subset(Rules.Descriptors.Select(rule => rule.Id).ToHashSet(), fix.FixableDiagnosticIds.ToHashSet()));

    [Fact]
    public void Messages_AreSentencesOfTheirOwn() =>
        Assert.All(Rules.Descriptors, rule =>
        {
            Assert.False(rule.Title.ToString().EndsWith('.'), $"The title of {rule.Id} ends with a full stop.");
            Assert.True(rule.IsEnabledByDefault, $"{rule.Id} is off by default.");
        });

    /// <summary>A path that exists on one machine only.</summary>
    [Fact]
    public void NoFile_HasAnAbsolutePath()
    {
        var found = from path in Repo.Files()
                    where !s_binary.Contains(Path.GetExtension(path))
                    let match = s_absolutePath.Match(Repo.Read(path))
                    where match.Success
                    select $"{path}: {match.Value}";
        Assert.Empty(found);
    }
}
