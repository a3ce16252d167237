using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Races;

/// <summary>TDM4004: something that is to happen once, lazily, may happen twice, or be seen before it has happened.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LazyInitializationAnalyzer() : RaceAnalyzer(Descriptors.LazyInitialization, RaceKind.LazyInitialization);
