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
        context.RegisterSemanticModelAction(file =>
        {
            foreach (var function in LockSites.Of(file.SemanticModel.SyntaxTree, table.Names, file.CancellationToken).Functions)
            {
                foreach (var statement in function.Statements)
                    if (file.SemanticModel.GetOperation(LockObjects.Bare(statement.Expression), file.CancellationToken) is { } locked) Report(file, locked, objects.FaultOf(locked));
                foreach (var call in function.Acquires.OfType<InvocationExpressionSyntax>()) AnalyzeCall(call, function.Function, file, table, objects);
            }
        });
    }

    private static void AnalyzeCall(InvocationExpressionSyntax syntax, SyntaxNode function, SemanticModelAnalysisContext context, LockTable table, LockObjects objects)
    {
        if (context.SemanticModel.GetOperation(syntax, context.CancellationToken) is not IInvocationOperation call || table.Find(call) is not { IsAcquire: true } acquire) return;

        // Monitor's lock is any object; another kind of lock is at fault only where it is replaced by another one.
        if (acquire.Kind == LockKind.Monitor)
        {
            if (call.Arguments.FirstOrDefault(static argument => argument.Parameter?.Ordinal == 0)?.Value is { } locked) Report(context, locked, objects.FaultOf(locked));
        }
        else if (call.Instance is { } receiver && objects.ReplacementOf(receiver) is { } replaced && IsOneLock(acquire, function))
        {
            // In this order: few locks are replaced, and the other question looks through the whole function.
            Report(context, receiver, replaced);
        }
    }

    /// <summary>A semaphore that another method releases is a signal, and a named mutex is the same lock whatever handle is used: these may be made anew.</summary>
    private static bool IsOneLock(LockOperation acquire, SyntaxNode function) => acquire.Kind switch
    {
        LockKind.Mutex => false,
        LockKind.Semaphore => acquire.Lock.Symbol is { Name: var name } && function.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Any(other => LockNames.CalledName(other) == "Release" && other.Expression is MemberAccessExpressionSyntax { Expression: var released } && (released as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText == name | (released as IdentifierNameSyntax)?.Identifier.ValueText == name),
        _ => true,
    };

    private static void Report(SemanticModelAnalysisContext context, IOperation locked, LockObjectFault? fault)
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
