using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4003: two steps on a concurrent collection, each atomic by itself, that were meant as one.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ConcurrentCollectionStepsAnalyzer() : RaceAnalyzer(Descriptors.ConcurrentCollectionSteps, RaceKind.ConcurrentCollection);
