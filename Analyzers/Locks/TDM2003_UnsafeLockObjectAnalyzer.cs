using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2003: a lock on an object that code elsewhere can lock too, or that is not the same object for all who lock it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UnsafeLockObjectAnalyzer() : TandemAnalyzer(Descriptors.UnsafeLockObject)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        var table = LockTable.For(context.Compilation);
        if (table.IsEmpty) return;

        var objects = new LockObjects(context.Compilation);
        context.RegisterSyntaxNodeAction(
            node =>
            {
                if (node.SemanticModel.GetOperation(LockObjects.Bare(((LockStatementSyntax)node.Node).Expression), node.CancellationToken) is { } locked)
                    Report(node, locked, objects.FaultOf(locked));
            },
            SyntaxKind.LockStatement);
        context.RegisterSyntaxNodeAction(node => AnalyzeCall(node, table, objects), SyntaxKind.InvocationExpression);
    }

    private static void AnalyzeCall(SyntaxNodeAnalysisContext context, LockTable table, LockObjects objects)
    {
        if (!table.Names.IsAcquire(context.Node)) return;
        if (context.SemanticModel.GetOperation(context.Node, context.CancellationToken) is not IInvocationOperation call || table.Find(call) is not { IsAcquire: true } acquire) return;

        // Monitor's lock is any object; another kind of lock is at fault only where it is replaced by another one.
        if (acquire.Kind == LockKind.Monitor)
        {
            if (call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Ordinal == 0)?.Value is { } locked) Report(context, locked, objects.FaultOf(locked));
        }
        else if (call.Instance is { } receiver && IsOneLock(acquire, context.Node))
        {
            Report(context, receiver, objects.ReplacementOf(receiver));
        }
    }

    /// <summary>A semaphore that another method releases is a signal, and a named mutex is the same lock whatever handle is used: these may be made anew.</summary>
    private static bool IsOneLock(LockOperation acquire, SyntaxNode call) => acquire.Kind switch
    {
        LockKind.Mutex => false,
        LockKind.Semaphore => Flow.FunctionGraphs.FunctionAround(call) is { } function && acquire.Lock.Symbol is { Name: var name } && function.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Any(other => LockNames.CalledName(other) == "Release" && other.Expression is MemberAccessExpressionSyntax { Expression: var released } && (released as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText == name | (released as IdentifierNameSyntax)?.Identifier.ValueText == name),
        _ => true,
    };

    private static void Report(SyntaxNodeAnalysisContext context, IOperation locked, LockObjectFault? fault)
    {
        if (fault is null) return;
        var syntax = locked.Unconverted()?.Syntax ?? locked.Syntax;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.UnsafeLockObject,
            syntax.GetLocation(),
            fault.Evidence is { } evidence ? [evidence] : [],
            fault.Facts,
            syntax.ToString(),
            fault.Reason));
    }
}
