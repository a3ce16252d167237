using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4005: a collection that is not made for several threads is changed by one, and changed or read by another.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnsafeCollectionAnalyzer() : RaceAnalyzer(Descriptors.UnsafeCollection, RaceKind.UnsafeCollection);
