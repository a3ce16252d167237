using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4007: state that a lock guards is touched without it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnguardedAccessAnalyzer() : RaceAnalyzer(Descriptors.UnguardedAccess, RaceKind.UnguardedAccess);
