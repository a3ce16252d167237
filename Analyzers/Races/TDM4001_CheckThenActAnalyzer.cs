using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4001: a decision is made on shared state, and the state changed by it, without one lock around both.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CheckThenActAnalyzer() : RaceAnalyzer(Descriptors.CheckThenAct, RaceKind.CheckThenAct);
