using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4006: accesses that may overlap, one a write, with no lock in common, where that surely matters.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DataRaceAnalyzer() : RaceAnalyzer(Descriptors.DataRace, RaceKind.DataRace);
