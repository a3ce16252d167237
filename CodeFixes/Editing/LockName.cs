using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Editing;

/// <summary>How code names a lock: as a member of some object. What a method calls <c>this</c> is its caller's receiver, and what it calls a parameter the caller's argument.</summary>
internal sealed class LockName
{
    private const string This = "this";

    /// <summary>The object that the lock is a member of; null where the code has no name for it.</summary>
    private readonly string? _owner;

    /// <summary>The name of the member; empty where the object itself is the lock.</summary>
    private readonly string _member;

    private readonly bool _isStatic;

    private LockName(string? owner, string member, bool isStatic) => (_owner, _member, _isStatic) = (owner, member, isStatic);

    public static LockName At(SemanticModel model, int position, string expression)
    {
        var isStatic = model.GetSpeculativeSymbolInfo(position, SyntaxFactory.ParseExpression(expression), SpeculativeBindingOption.BindAsExpression).Symbol is { IsStatic: true };
        return Parse(expression, isStatic || expression.StartsWith("typeof", System.StringComparison.Ordinal));
    }

    /// <summary>Whether the code's expression is this lock, which may be taken again by who holds it.</summary>
    public bool Is(IOperation locked)
    {
        var other = Parse(locked.Unconverted()!.Syntax.ToString(), _isStatic);
        return other._member == _member && (_isStatic || (_owner is not null && other._owner == _owner));
    }

    /// <summary>The lock as the method names it that is called at <paramref name="site"/>.</summary>
    public LockName Inside(IOperation site)
    {
        if (_isStatic) return this;
        var (instance, arguments) = site switch
        {
            IInvocationOperation call => (call.Instance, call.Arguments),
            IPropertyReferenceOperation property => (property.Instance, property.Arguments),
            IObjectCreationOperation creation => (creation, creation.Arguments),
            _ => (site, System.Collections.Immutable.ImmutableArray<IArgumentOperation>.Empty),
        };
        if (_owner is null) return this;
        if (arguments.FirstOrDefault(argument => argument.Value.Unconverted()?.Syntax.ToString() == _owner)?.Parameter is { } parameter) return new LockName(parameter.Name, _member, false);
        // A local function shares the names around it.
        if (instance is null) return this;
        var isOwner = instance.Syntax.ToString() == _owner || (_owner == This && instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance });
        return new LockName(isOwner ? This : null, _member, false);
    }

    private static LockName Parse(string expression, bool isStatic)
    {
        if (expression == This || expression.StartsWith("typeof", System.StringComparison.Ordinal)) return new LockName(This, expression == This ? "" : expression, isStatic);
        var dot = expression.LastIndexOf('.');
        return new LockName(dot < 0 ? This : expression.Substring(0, dot), expression.Substring(dot + 1), isStatic);
    }
}
