using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>All the rules there are, found by reflection, so that a new one is covered by the tests of the repository without an edit.</summary>
internal static class Rules
{
    public static IReadOnlyList<DiagnosticDescriptor> Descriptors { get; } =
    [
        .. typeof(Descriptors).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => field.GetValue(null)).OfType<DiagnosticDescriptor>().OrderBy(rule => rule.Id, StringComparer.Ordinal),
    ];

    public static IReadOnlyList<Type> AnalyzerTypes { get; } = Concrete<DiagnosticAnalyzer>(typeof(TandemAnalyzer).Assembly);

    public static IReadOnlyList<Type> FixTypes { get; } = Concrete<CodeFixProvider>(Assembly.Load("Tandem.CodeFixes"));

    public static DiagnosticAnalyzer[] NewAnalyzers() => [.. AnalyzerTypes.Select(type => (DiagnosticAnalyzer)Activator.CreateInstance(type)!)];

    public static CodeFixProvider[] NewFixes() => [.. FixTypes.Select(type => (CodeFixProvider)Activator.CreateInstance(type)!)];

    private static Type[] Concrete<T>(Assembly assembly) =>
        [.. assembly.GetTypes().Where(type => !type.IsAbstract && typeof(T).IsAssignableFrom(type)).OrderBy(type => type.Name, StringComparer.Ordinal)];
}
