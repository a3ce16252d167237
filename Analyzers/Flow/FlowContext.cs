using Microsoft.CodeAnalysis;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Flow;

/// <summary>What the flow analysis of one body needs of the program around it.</summary>
/// <param name="Flow">The lock operations, and what other functions take and release.</param>
/// <param name="Model">The semantic model of the body's file.</param>
/// <param name="ContainingType">The type that the body belongs to.</param>
internal sealed record FlowContext(LockFlow Flow, SemanticModel Model, INamedTypeSymbol? ContainingType);
