using System.Collections.Generic;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>What one body of code does: a member's, a lambda's or a local function's. The bodies inside it are bodies of their own.</summary>
internal sealed class Body(IMethodSymbol method, IOperation root, Body? parent, LocalTable locals)
{
    public IMethodSymbol Method { get; } = method;

    /// <summary>The body's operations. For a lambda or a local function, the operation that declares it.</summary>
    public IOperation Root { get; } = root;

    /// <summary>The body that this one is written in.</summary>
    public Body? Parent { get; } = parent;

    /// <summary>The locals of the whole member.</summary>
    public LocalTable Locals { get; } = locals;

    /// <summary>What it does, in the order of the source.</summary>
    public List<Step> Steps { get; } = [];

    /// <summary>The lambdas and local functions written in it.</summary>
    public List<Body> Nested { get; } = [];

    /// <summary>Where its awaits end, as positions in the source.</summary>
    public List<int> Awaits { get; } = [];

    /// <summary>Whether it calls something that may take a lock other than by a <c>lock</c> statement.</summary>
    public bool MayAcquire { get; set; }

    /// <summary>The reads and calls that its result depends on.</summary>
    public List<Step> ResultSources { get; } = [];

    /// <summary>Where it names its variables and waits, the bodies inside it included.</summary>
    public HandleUses HandleUses => field ??= new HandleUses(Root);

    /// <summary>The member's own body.</summary>
    public Body Outermost => Parent is null ? this : Parent.Outermost;

    public IEnumerable<Body> SelfAndNested()
    {
        var open = new Stack<Body>();
        open.Push(this);
        while (open.Count > 0)
        {
            var body = open.Pop();
            yield return body;
            for (var i = body.Nested.Count - 1; i >= 0; i--) open.Push(body.Nested[i]);
        }
    }

    /// <summary>Whether the local or parameter belongs to this very body, not to one around it.</summary>
    public bool Declares(ISymbol variable) => SymbolEqualityComparer.Default.Equals(variable.ContainingSymbol, Method)
        // A local of a field's initializer belongs to the field.
        || (Parent is null && variable is ILocalSymbol && variable.ContainingSymbol is IFieldSymbol or IPropertySymbol);
}
