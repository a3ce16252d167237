using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The code of a compilation that runs in worker processes: work for executors, and what that calls. Found by name first, and only then bound.</summary>
internal sealed class ProcessWorkTable
{
    private const int MaxFunctions = 2_000;

    private static readonly ConditionalWeakTable<Compilation, ProcessWorkTable> s_byCompilation = new();
    private static readonly ConditionalWeakTable<SyntaxTree, object> s_namesProcesses = new();

    // What runs without being called by a name that stands in the code.
    private static readonly HashSet<string> s_implicit = ["Dispose", "DisposeAsync", "GetEnumerator", "GetAsyncEnumerator", "MoveNext", "MoveNextAsync", "ToString", "Equals", "GetHashCode", "CompareTo", "Compare", "Deconstruct"];

    private readonly WorkClassifier _classifier;
    private readonly Dictionary<SyntaxNode, ProcessFunction> _functions = [];
    private readonly Queue<ProcessFunction> _open = new();

    // The driver forgets the models of files that it has done with, and what they have bound.
    private readonly ConcurrentDictionary<SyntaxNode, IOperation?> _bound = new();

    // Of an overridden method, or one of an interface, only the name is known.
    private readonly HashSet<string> _dispatched = [.. s_implicit];

    private ProcessWorkTable(Compilation compilation)
    {
        _classifier = WorkClassifier.Of(compilation);
        // 'Map' and 'Submit' are names of many things.
        Members = !compilation.SyntaxTrees.Any(NamesProcesses) ? []
            : compilation.SyntaxTrees.SelectMany(static tree => TreeIndex.Of(tree).Members).Where(MayHandOver).Select(static names => names.Member).ToList();
        var spawns = SpawnTable.For(compilation);
        foreach (var member in Members)
            if (OperationOf(member) is { } root)
                foreach (var operation in root.Descendants()) Find(operation, spawns);
        while (_open.Count > 0 && _functions.Count < MaxFunctions)
        {
            var function = _open.Dequeue();
            foreach (var operation in function.Body.Descendants()) Follow(operation, function);
        }

        IsEmpty = _functions.Count == 0 || _open.Count > 0;
    }

    /// <summary>Whether no code runs in worker processes, or too much to be followed.</summary>
    public bool IsEmpty { get; }

    /// <summary>The members that may hand work over.</summary>
    public IReadOnlyList<SyntaxNode> Members { get; }

    public IEnumerable<ProcessFunction> Functions => _functions.Values;

    public static ProcessWorkTable Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new ProcessWorkTable(c));

    /// <summary>The operation of a member or a function, bound once.</summary>
    public IOperation? OperationOf(SyntaxNode syntax) => _bound.GetOrAdd(syntax, syntax => _classifier.Operation(syntax, default));

    /// <summary>The outermost function around the code that runs in worker processes; null for code that does not, as far as is known.</summary>
    public ProcessFunction? At(SyntaxNode code) => Around(code).LastOrDefault();

    /// <summary>The functions around the code that run in worker processes, innermost first.</summary>
    public IEnumerable<ProcessFunction> Around(SyntaxNode code)
    {
        for (SyntaxNode? at = code; at is not null; at = at.Parent)
        {
            if (_functions.TryGetValue(at, out var function)) yield return function;
            if (TreeIndex.IsMember(at)) break;
        }
    }

    /// <summary>The function that has the parameter, if it runs in worker processes.</summary>
    public ProcessFunction? FunctionOf(IParameterSymbol parameter) =>
        parameter.ContainingSymbol.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is { } syntax && _functions.TryGetValue(syntax, out var function) ? function : null;

    /// <summary>Whether the code surely does not run in worker processes as part of some work.</summary>
    public bool IsOutside(SyntaxNode code) => At(code) is null && TreeIndex.MemberOf(code) switch
    {
        MethodDeclarationSyntax method => !_dispatched.Contains(method.Identifier.ValueText),
        AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax property } => !_dispatched.Contains(property.Identifier.ValueText),
        ArrowExpressionClauseSyntax { Parent: PropertyDeclarationSyntax property } => !_dispatched.Contains(property.Identifier.ValueText),
        // The fields of an object are initialized wherever it is made.
        EqualsValueClauseSyntax or null => false,
        _ => true,
    };

    /// <summary>Whether the file's text names what starts worker processes. Of a project, at least one file does.</summary>
    private static bool NamesProcesses(SyntaxTree tree) => (bool)s_namesProcesses.GetValue(tree, static tree =>
        tree.GetText().ToString() is var text && (text.Contains("ProcessExecutor") || text.Contains("WorkerProcess")));

    private static bool MayHandOver(MemberNames names) =>
        names.Mentioned.ContainsKey("Submit") || names.Mentioned.ContainsKey("Map") || names.Mentioned.ContainsKey("Initializer")
        || (names.Mentioned.ContainsKey("Start") && names.Mentioned.ContainsKey("WorkerProcess"));

    private void Find(IOperation operation, SpawnTable spawns)
    {
        switch (operation)
        {
            case IInvocationOperation call when spawns.MayStartWork(call.TargetMethod):
                foreach (var spawn in spawns.SpawnsAt(call))
                    if (spawn.Kind == SpawnKind.Process && HandOver.Argument(spawn.Work) is { Parameter.Name: "work" } && WorkValue.Delegate(spawn.Work) is { } work)
                        Add(new ProcessWork(call, work, spawn.Repeats));
                break;
            case ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property: { Name: "Initializer", ContainingType.Name: "ProcessExecutorOptions" } } } assignment when WorkValue.Delegate(assignment.Value) is { } initializer:
                Add(new ProcessWork(assignment, initializer, Repeats: true));
                break;
        }
    }

    private void Add(ProcessWork work)
    {
        var function = work.Delegate switch
        {
            IAnonymousFunctionOperation lambda => Function(lambda.Syntax, lambda.Body),
            IMethodReferenceOperation { Method: var method } => Function(method),
            _ => null,
        };
        function?.Works.Add(work);
    }

    private void Follow(IOperation operation, ProcessFunction caller)
    {
        switch (operation)
        {
            case IInvocationOperation call: Call(call, call.TargetMethod, call.Instance, caller); break;
            case IMethodReferenceOperation group: Call(group, group.Method, group.Instance, caller); break;
            case IObjectCreationOperation { Constructor: { } constructor } creation: Call(creation, constructor, null, caller); break;
            case IPropertyReferenceOperation property:
                if (property.Property.GetMethod is { } getter) Call(property, getter, property.Instance, caller);
                if (property.Property.SetMethod is { } setter && WorkValue.IsWritten(property)) Call(property, setter, property.Instance, caller);
                break;
            case IBinaryOperation { OperatorMethod: { } method }: Call(operation, method, null, caller); break;
            case IUnaryOperation { OperatorMethod: { } method }: Call(operation, method, null, caller); break;
            case IConversionOperation { OperatorMethod: { } method }: Call(operation, method, null, caller); break;
        }
    }

    private void Call(IOperation call, IMethodSymbol method, IOperation? instance, ProcessFunction caller)
    {
        if (method.DeclaringSyntaxReferences.IsEmpty || method.MethodKind == MethodKind.DelegateInvoke) return;
        if (WorkWalker.IsDispatched(method, instance)) _dispatched.Add(method.AssociatedSymbol?.Name ?? method.Name);
        else if (Function(method) is { } function && function != caller) function.Calls.Add((call, caller));
    }

    private ProcessFunction? Function(IMethodSymbol method)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        method = method.PartialImplementationPart ?? method;
        foreach (var reference in method.DeclaringSyntaxReferences)
        {
            var syntax = reference.GetSyntax();
            if (_functions.TryGetValue(syntax, out var known)) return known;
            if (OperationOf(syntax) is { } body) return Function(syntax, body);
        }

        return null;
    }

    private ProcessFunction Function(SyntaxNode syntax, IOperation body)
    {
        if (_functions.TryGetValue(syntax, out var known)) return known;
        _functions[syntax] = known = new ProcessFunction(syntax, body);
        _open.Enqueue(known);
        return known;
    }
}
