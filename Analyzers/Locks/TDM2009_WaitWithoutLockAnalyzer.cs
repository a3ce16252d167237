using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2009: a Monitor.Wait, Pulse or PulseAll whose object is surely not locked; it throws.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WaitWithoutLockAnalyzer() : TandemAnalyzer(Descriptors.WaitWithoutLock)
{
    /// <summary>Property of the diagnostic, present where no other lock is held: a lock around the call is safe.</summary>
    public const string HoldsNothing = nameof(HoldsNothing);

    private protected override void Start(CompilationStartAnalysisContext context)
    {
        if (!KnownSymbols.Of(context.Compilation).Has("System.Threading.Monitor")) return;
        var flow = LockFlow.For(context.Compilation);
        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in flow.SitesIn(file.SemanticModel.SyntaxTree, file.CancellationToken).All)
                foreach (var call in function.Signals) Analyze(call, file, flow);
        });
    }

    private static void Analyze(InvocationExpressionSyntax call, SemanticModelAnalysisContext context, LockFlow flow)
    {
        var name = call.Expression switch
        {
            MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
            IdentifierNameSyntax simple => simple.Identifier.ValueText,
            _ => null,
        };
        if (name is not ("Wait" or "Pulse" or "PulseAll") || call.ArgumentList.Arguments.Count == 0) return;

        var (model, token) = (context.SemanticModel, context.CancellationToken);
        if (model.GetOperation(call, token) is not { } operation || flow.Table.Find(operation) is not { Action: LockAction.Use, Kind: LockKind.Monitor, Lock: var theLock }) return;

        // An argument, an element, the result of a call: who passed it on may have locked it.
        if (!IsKnown(theLock)) return;

        var held = flow.At(operation, model, token).Maybe;
        if (held.Any(hold => hold.Lock.Equals(theLock) && hold.Kind == LockKind.Monitor)) return;

        // Two names may be of one object.
        if (held.Any(hold => hold.Kind == LockKind.Monitor && (!IsKnown(hold.Lock) || hold.Lock.Symbol is IPropertySymbol || theLock.Symbol is IPropertySymbol || IsAssigned(theLock, hold.Lock, call)))) return;

        // The lock may be taken by a helper, or by the callers.
        if (new CallersLocks(flow, model, theLock, token).MayHoldAt(call)) return;

        var other = held.FirstOrDefault(static hold => hold.Kind is LockKind.Monitor or LockKind.Lock);
        var isLock = other is { Kind: LockKind.Lock } && other.Lock.Equals(theLock);
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.WaitWithoutLock,
            call.GetLocation(),
            // An object that others can lock as well makes no better lock for it.
            other is null && theLock is { IsThis: false, Symbol: not ITypeSymbol } ? ImmutableDictionary<string, string?>.Empty.Add(HoldsNothing, "") : null,
            name,
            theLock.ToString(),
            other is null ? "which is not held here" : isLock ? "which is held here as a Lock, not as a monitor" : $"but '{other.Lock}' is held here",
            isLock ? $"make '{theLock}' an object" : $"call it inside 'lock ({theLock})'"));
    }

    /// <summary><c>_condition = _gate;</c> somewhere in the type.</summary>
    private static bool IsAssigned(AccessPath one, AccessPath other, SyntaxNode call) =>
        one.Symbol?.Name is { } first && (other.IsThis ? "this" : other.Symbol?.Name) is { } second
        && call.Ancestors().OfType<TypeDeclarationSyntax>().Last().DescendantNodes().Any(node => node switch
        {
            AssignmentExpressionSyntax { Left: var left, Right: var right } => (Name(left), Name(right)) is var names && (names == (first, second) || names == (second, first)),
            VariableDeclaratorSyntax { Initializer.Value: var value } variable => (variable.Identifier.ValueText, Name(value)) is var names && (names == (first, second) || names == (second, first)),
            _ => false,
        });

    private static string Name(ExpressionSyntax expression) => expression is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: var member } ? member.Identifier.ValueText : expression.ToString();

    /// <summary>Whether the path names one object for the whole type: <c>this</c>, a type, a member of these.</summary>
    private static bool IsKnown(AccessPath path) => path.IsVisibleToType && (path.IsThis || path.Symbol is ITypeSymbol || (path.Symbol is IFieldSymbol or IPropertySymbol && path.Owner is null or { IsThis: true }));
}
