using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Locks;

/// <summary>Statements that need no lock: they touch nothing that another thread can change, and change nothing that it can see.</summary>
internal sealed class IndependentStatement(SemanticModel model, TypeDeclarationSyntax type, CancellationToken cancellationToken)
{
    // What is written somewhere is not to be read while that goes on.
    private static readonly string[] s_reads = ["ReadAllText", "ReadAllLines", "ReadAllBytes", "GetFiles", "GetDirectories", "GetFileSystemEntries"];
    private static readonly string[] s_writes = ["Write", "Append", "Create", "Delete", "Move", "Copy", "Replace", "OpenWrite", "Save"];
    private static readonly string[] s_harmless = ["System.String", "System.IO.Path", "System.Math", "System.TimeSpan", "System.DateTime", "System.Text.Encoding", "System.Environment", "System.Uri", "System.Convert"];

    public bool Is(StatementSyntax statement)
    {
        if (statement is not (ExpressionStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: 0, AwaitKeyword.RawKind: 0 } or ReturnStatementSyntax)) return false;
        if (model.AnalyzeDataFlow(statement) is not { Succeeded: true } flow) return false;

        // A local that a lambda shares may be another thread's too.
        if (flow.ReadInside.Concat(flow.WrittenInside).Any(variable => flow.Captured.Contains(variable, SymbolEqualityComparer.Default))) return false;
        return model.GetOperation(statement, cancellationToken) is { } operation && IsFree(operation);
    }

    private bool IsFree(IOperation operation) => IsFreeItself(operation) && operation.ChildOperations.All(IsFree);

    private bool IsFreeItself(IOperation operation) => operation switch
    {
        IInvocationOperation call => SlowCalls.Of(call) is { } kind ? MayMove(call, kind) : IsHarmless(call.TargetMethod),
        IPropertyReferenceOperation property => SlowCalls.Of(property) is not null || IsHarmless(property.Property),
        IFieldReferenceOperation { Field: var field } => field.IsConst || (field.IsReadOnly && IsOpaque(field.Type)),
        IObjectCreationOperation { Constructor: { } constructor } creation => SlowCalls.Of(creation) is null && IsHarmless(constructor),
        IAssignmentOperation assignment => assignment.Target is ILocalReferenceOperation { Local.RefKind: RefKind.None },
        IIncrementOrDecrementOperation increment => increment.Target is ILocalReferenceOperation { Local.RefKind: RefKind.None },
        IParameterReferenceOperation parameter => parameter.Parameter.RefKind == RefKind.None,
        IAwaitOperation or IAnonymousFunctionOperation or IDelegateCreationOperation or IArrayElementReferenceOperation or IEventReferenceOperation or IDynamicInvocationOperation or IDynamicMemberReferenceOperation or IInvalidOperation => false,
        _ => true,
    };

    private bool MayMove(IInvocationOperation call, SlowKind kind) => kind switch
    {
        SlowKind.Sleep or SlowKind.Wait => true,
        SlowKind.File => s_reads.Contains(call.TargetMethod.Name) && !WritesFiles(),
        SlowKind.Network => call.TargetMethod.ContainingType.Name == "Dns" || call.TargetMethod.Name.StartsWith("Download", System.StringComparison.Ordinal),
        _ => false,
    };

    private bool WritesFiles() => type.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        .Any(static member => member.Expression.ToString().EndsWith("File", System.StringComparison.Ordinal) && s_writes.Any(write => member.Name.Identifier.ValueText.StartsWith(write, System.StringComparison.Ordinal)));

    /// <summary>A member of the framework that depends on its arguments alone, or starts or waits for a task.</summary>
    private static bool IsHarmless(ISymbol member) =>
        s_harmless.Contains(member.ContainingType.SpecialType == SpecialType.System_String ? "System.String" : member.ContainingType.ToDisplayString())
        || member is { Name: "GetAwaiter" or "ConfigureAwait" or "Delay", ContainingNamespace: { Name: "Tasks" or "CompilerServices" } }
        || (member.ContainingType.Name == "HttpClient" && member.Name.StartsWith("Get", System.StringComparison.Ordinal) && member.Name.EndsWith("Async", System.StringComparison.Ordinal));

    /// <summary>Whether a readonly field of that type gives the same thing each time: a value, a string, or an object that threads share by design.</summary>
    private static bool IsOpaque(ITypeSymbol type) =>
        type.IsValueType || type.SpecialType == SpecialType.System_String || type.Name is "HttpClient" or "Task" or "Thread" or "Process" or "ManualResetEventSlim" or "ManualResetEvent" or "AutoResetEvent" or "EventWaitHandle" or "CountdownEvent" or "Barrier" or "BlockingCollection" or "Uri";
}
