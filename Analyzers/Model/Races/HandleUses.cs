using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Where a body names its variables, fields and properties, and where it plainly waits: what is asked for each start, read once.</summary>
internal sealed class HandleUses
{
    private readonly Dictionary<ISymbol, List<IOperation>> _byVariable = new(SymbolEqualityComparer.Default);
    private readonly List<IInvocationOperation> _waits = [];

    public HandleUses(IOperation root)
    {
        foreach (var operation in root.Descendants())
        {
            if (operation is IInvocationOperation call && IsPlainWait(call.TargetMethod)) _waits.Add(call);
            if (Variable(operation) is not { } variable) continue;
            if (!_byVariable.TryGetValue(variable, out var uses)) _byVariable.Add(variable, uses = []);
            uses.Add(operation);
        }
    }

    /// <summary>The uses of the variable, of its elements too.</summary>
    public IReadOnlyList<IOperation> Of(ISymbol variable) => _byVariable.TryGetValue(variable, out var uses) ? uses : [];

    /// <summary>The first wait for some event after the position: the work may have set it, so what follows is taken to be ordered.</summary>
    public IInvocationOperation? WaitAfter(int position) => _waits.FirstOrDefault(call => call.Position() > position);

    /// <summary>The local, parameter, field or property that is named, or whose element is.</summary>
    public static ISymbol? Variable(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation reference => reference.Local,
        IParameterReferenceOperation reference => reference.Parameter,
        IFieldReferenceOperation reference => reference.Field,
        IPropertyReferenceOperation { Property.IsIndexer: true } element => Variable(element.Instance),
        IPropertyReferenceOperation reference => reference.Property,
        IArrayElementReferenceOperation element => Variable(element.ArrayReference),
        _ => null,
    };

    private static bool IsPlainWait(IMethodSymbol method) => method is
    {
        Name: "Wait" or "WaitOne" or "WaitAll" or "SignalAndWait",
        ContainingType.Name: "CountdownEvent" or "ManualResetEvent" or "ManualResetEventSlim" or "AutoResetEvent" or "Barrier" or "WaitHandle" or "EventWaitHandle",
    };
}
