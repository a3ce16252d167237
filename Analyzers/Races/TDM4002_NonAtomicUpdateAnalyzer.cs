using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4002: shared state is read and written in one expression, which is two steps to other threads.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NonAtomicUpdateAnalyzer() : RaceAnalyzer(Descriptors.NonAtomicUpdate, RaceKind.NonAtomicUpdate);
