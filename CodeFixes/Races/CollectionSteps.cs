using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Races;

/// <summary>Steps on one collection that a race rule reports: a look at it, and what that decides.</summary>
/// <param name="Model">The model of their file.</param>
/// <param name="Check">The look.</param>
/// <param name="Acts">What it decides; empty where the look is the act, too.</param>
internal sealed record CollectionSteps(SemanticModel Model, IOperation Check, IReadOnlyList<IOperation> Acts)
{
    /// <summary>Null where one of them is not to be found.</summary>
    public static CollectionSteps? Of(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        if (model.GetOperation(reported, cancellationToken) is not { } check) return null;
        var acts = Race.ActsOf(diagnostic, reported.SyntaxTree.GetRoot(cancellationToken)).Select(act => model.GetOperation(act, cancellationToken)).ToList();
        return acts.Contains(null) ? null : new CollectionSteps(model, check, [.. acts.OfType<IOperation>()]);
    }

    public IEnumerable<SyntaxNode> Nodes => Acts.Select(static act => act.Syntax).Prepend(Check.Syntax);

    /// <summary>The collection, as the code names it.</summary>
    public static SyntaxNode? Collection(IOperation use) => use switch
    {
        IInvocationOperation { Instance: { } instance } => instance.Syntax,
        IInvocationOperation { TargetMethod.IsExtensionMethod: true, Arguments: { IsEmpty: false } arguments } => arguments[0].Value.Syntax,
        IPropertyReferenceOperation { Instance: { } instance } => instance.Syntax,
        ISimpleAssignmentOperation { Target: IPropertyReferenceOperation element } => Collection(element),
        ICompoundAssignmentOperation { Target: IPropertyReferenceOperation element } => Collection(element),
        IIncrementOrDecrementOperation { Target: IPropertyReferenceOperation element } => Collection(element),
        _ => null,
    };

    /// <summary>The key of the element that an indexer's use is about.</summary>
    public static SyntaxNode? Key(IOperation use) => use switch
    {
        IInvocationOperation { Arguments: { IsEmpty: false } arguments } => arguments[0].Value.Syntax,
        IPropertyReferenceOperation { Arguments: { Length: 1 } arguments } => arguments[0].Value.Syntax,
        ISimpleAssignmentOperation { Target: IPropertyReferenceOperation element } => Key(element),
        ICompoundAssignmentOperation { Target: IPropertyReferenceOperation element } => Key(element),
        IIncrementOrDecrementOperation { Target: IPropertyReferenceOperation element } => Key(element),
        _ => null,
    };

    public bool IsCheckedBy(string method) => Check is IInvocationOperation call && call.TargetMethod.Name == method;

    /// <summary>What the check has found when the act is done: true or false; null where it may be either.</summary>
    public bool? Found(IOperation act) => Decision.Of(Check, act);
}
