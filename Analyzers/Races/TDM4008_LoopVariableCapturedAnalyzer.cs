using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4008: work that starts in a loop reads a variable that the next round changes.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LoopVariableCapturedAnalyzer() : RaceAnalyzer(Descriptors.LoopVariableCaptured, RaceKind.LoopVariable);
