using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>TDM2010: a SpinLock, or a struct with one in it, of which code gets a copy: who locks the copy keeps nobody out of the original.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LockCopiedAnalyzer() : TandemAnalyzer(Descriptors.LockCopied)
{
    private protected override void Start(CompilationStartAnalysisContext context)
    {
        // Few programs have a SpinLock, and a Lock that is used as something else; all others cost no more than this.
        if (LockStructs.Of(context.Compilation, context.CancellationToken) is { } structs)
            context.RegisterSemanticModelAction(model => AnalyzeCopies(model, structs));
        if (GenericLockers.Of(context.Compilation, context.CancellationToken) is { } lockers)
            context.RegisterSemanticModelAction(model => AnalyzeGenericUses(model, lockers));
    }

    private static void AnalyzeCopies(SemanticModelAnalysisContext context, LockStructs structs)
    {
        var model = context.SemanticModel;
        if (!structs.MayBeIn(model.SyntaxTree, context.CancellationToken)) return;

        foreach (var node in model.SyntaxTree.GetRoot(context.CancellationToken).DescendantNodes())
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            var copy = node switch
            {
                VariableDeclaratorSyntax variable => LockCopies.OfVariable(variable, model, structs),
                ParameterSyntax parameter => LockCopies.OfParameter(parameter, model, structs),
                PropertyDeclarationSyntax property => LockCopies.OfProperty(property, model, structs),
                IndexerDeclarationSyntax indexer => LockCopies.OfIndexer(indexer, model, structs),
                WithExpressionSyntax changed => LockCopies.OfChanged(changed, model, structs),
                MethodDeclarationSyntax or LocalFunctionStatementSyntax => LockCopies.OfResult(node, model, structs),
                ForEachStatementSyntax each => LockCopies.OfElement(each, model, structs),
                ExpressionSyntax expression => LockCopies.OfValue(expression, model, structs),
                _ => null,
            };
            if (copy is not null)
                context.ReportDiagnostic(Diagnostic.Create(Descriptors.LockCopied, copy.Place.GetLocation(), copy.Name, copy.How, copy.Remedy));
        }
    }

    private static void AnalyzeGenericUses(SemanticModelAnalysisContext context, GenericLockers lockers)
    {
        var model = context.SemanticModel;
        var root = model.SyntaxTree.GetRoot(context.CancellationToken);
        foreach (var call in root.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            // The compiler warns of a Lock that is converted (CS9216); as a type argument it is not converted, and yet locked as any object.
            if (lockers.LockedArgument(call, model, context.CancellationToken) is { } argument)
                context.ReportDiagnostic(Diagnostic.Create(Descriptors.LockCopied, argument.GetLocation(), argument.ToString(), "is locked there as any object, by its monitor, which keeps out nobody who locks it as a Lock", "let the method take a Lock"));
        }
    }
}
