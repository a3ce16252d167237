using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>
/// What names an object in code, as a value: a local, a parameter, <c>this</c>, <c>typeof(C)</c>, a static field, or a path of fields,
/// properties and elements from one of these (<c>account.Gate</c>, <c>_stripes[i]</c>). Equal paths name the same object, as long as
/// nothing on the path is assigned. It is the identity of a lock, and of the flags and nulls that go with it.
/// </summary>
internal sealed class AccessPath : IEquatable<AccessPath>
{
    private static readonly object s_this = new();

    private readonly AccessPath? _owner;
    private readonly object _part;
    private readonly ImmutableArray<AccessPath> _indices;
    private readonly int _hash;

    private AccessPath(AccessPath? owner, object part, ImmutableArray<AccessPath> indices = default)
    {
        _owner = owner;
        _part = part;
        _indices = indices.IsDefault ? [] : indices;
        _hash = _indices.Aggregate(((owner?._hash ?? 0) * 31) + (part is ISymbol symbol ? SymbolEqualityComparer.Default.GetHashCode(symbol) : part.GetHashCode()), static (hash, index) => (hash * 31) + index._hash);
    }

    public static AccessPath This { get; } = new(null, s_this);

    /// <summary>The path on which this one depends: <c>account</c> for <c>account.Gate</c>. Null for a root.</summary>
    public AccessPath? Owner => _owner;

    /// <summary>The local, parameter, field, property or type that the path ends in; null for <c>this</c>, elements, constants and what has no name.</summary>
    public ISymbol? Symbol => _part as ISymbol;

    /// <summary>Whether the path is a value that has no name in the source, kept from one block to another.</summary>
    public bool IsCapture => _part is CaptureId;

    public bool IsThis => ReferenceEquals(_part, s_this) && !IsElement;

    /// <summary>Whether the path ends in an element that is picked by an index or a key.</summary>
    public bool IsElement => !_indices.IsEmpty && !IsComputed;

    /// <summary>Whether the path is a number made of others: <c>i + 1</c>, an index of an element.</summary>
    public bool IsComputed => _part is BinaryOperatorKind;

    /// <summary>The operator of a number made of others, whose operands are the <see cref="Indices"/>.</summary>
    public BinaryOperatorKind Operator => _part is BinaryOperatorKind kind ? kind : BinaryOperatorKind.None;

    /// <summary>What picks the element, where the path ends in one; what a number is made of.</summary>
    public ImmutableArray<AccessPath> Indices => _indices;

    /// <summary>The first part of the path: <c>account</c> of <c>account.Gate</c>.</summary>
    public AccessPath Root => _owner is null ? this : _owner.Root;

    /// <summary>Whether the path starts at <c>this</c> or at a static member, so that other members of the type can name it too.</summary>
    public bool IsVisibleToType => Root is var root && (root.IsThis || root._part is IFieldSymbol { IsStatic: true } or IPropertySymbol { IsStatic: true } or ITypeSymbol);

    public static AccessPath Of(ISymbol symbol) => new(null, symbol);

    /// <summary>A name of its own for an object that code gives no stable name: equal to itself only.</summary>
    public static AccessPath Unnamed(SyntaxNode syntax) => new(null, syntax);

    /// <summary>The path that <paramref name="operation"/> denotes, or null where it is none (a call, a new object).</summary>
    /// <param name="operation">The expression.</param>
    /// <param name="alias">What a local or a flow capture stands for, where it is only another name for a path.</param>
    public static AccessPath? Of(IOperation? operation, Func<IOperation, AccessPath?>? alias = null)
    {
        switch (operation)
        {
            case IConversionOperation { OperatorMethod: null } conversion: return Of(conversion.Operand, alias);
            case IParenthesizedOperation parenthesized: return Of(parenthesized.Operand, alias);
            case IArgumentOperation argument: return Of(argument.Value, alias);
            case IConditionalAccessInstanceOperation: return Of(ConditionalReceiver(operation), alias);
            case IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance }: return This;
            case ITypeOfOperation typeOf: return new AccessPath(null, typeOf.TypeOperand);
            case IDeclarationExpressionOperation declaration: return Of(declaration.Expression, alias);
            case IParameterReferenceOperation parameter: return new AccessPath(null, parameter.Parameter);
            case ILocalReferenceOperation local: return alias?.Invoke(local) ?? new AccessPath(null, local.Local);
            case IFlowCaptureReferenceOperation capture: return alias?.Invoke(capture) ?? new AccessPath(null, capture.Id);
            case IFieldReferenceOperation { Field.IsStatic: true } field: return new AccessPath(null, field.Field);
            case IFieldReferenceOperation field: return Of(field.Instance, alias) is { } owner ? new AccessPath(owner, field.Field) : null;
            case IPropertyReferenceOperation property: return OfProperty(property, alias);
            case IArrayElementReferenceOperation element: return OfElement(element.ArrayReference, s_this, element.Indices, alias);
            case { ConstantValue: { HasValue: true, Value: { } value } }: return new AccessPath(null, value);
            default: return null;
        }
    }

    /// <summary>The path of a flow capture, which stands for a value that has no name in the source.</summary>
    public static AccessPath Of(CaptureId capture) => new(null, capture);

    private static AccessPath? OfProperty(IPropertyReferenceOperation property, Func<IOperation, AccessPath?>? alias)
    {
        if (property.Arguments.Length > 0) return OfElement(property.Instance, property.Property, property.Arguments, alias);
        if (property.Property.IsStatic) return new AccessPath(null, property.Property);
        return Of(property.Instance, alias) is { } owner ? new AccessPath(owner, property.Property) : null;
    }

    private static AccessPath? OfElement(IOperation? collection, object indexer, IEnumerable<IOperation> indices, Func<IOperation, AccessPath?>? alias)
    {
        if (Of(collection, alias) is not { } owner) return null;
        var paths = indices.Select(index => OfNumber(index, alias)).ToImmutableArray();
        return paths.Any(static path => path is null) ? null : new AccessPath(owner, indexer, paths!);
    }

    /// <summary>An index: a path, or a number that is computed of paths, the same wherever it is computed of the same.</summary>
    public static AccessPath? OfNumber(IOperation index, Func<IOperation, AccessPath?>? alias = null)
    {
        if (index is IArgumentOperation argument) return OfNumber(argument.Value, alias);
        if (index is IParenthesizedOperation parenthesized) return OfNumber(parenthesized.Operand, alias);
        if (index is not IBinaryOperation { OperatorMethod: null, ConstantValue.HasValue: false } binary) return Of(index, alias);
        return OfNumber(binary.LeftOperand, alias) is { } left && OfNumber(binary.RightOperand, alias) is { } right ? new AccessPath(null, binary.OperatorKind, [left, right]) : null;
    }

    private static IOperation? ConditionalReceiver(IOperation instance)
    {
        for (var operation = instance.Parent; operation is not null; operation = operation.Parent)
            if (operation is IConditionalAccessOperation access && !access.Operation.Syntax.Span.Contains(instance.Syntax.Span))
                return access.Operation;
        return null;
    }

    /// <summary>Whether an assignment to <paramref name="other"/> changes what this path names.</summary>
    public bool DependsOn(AccessPath other) => Equals(other) || _owner?.DependsOn(other) == true || IndexDependsOn(other);

    /// <summary>Whether the path picks its element by <paramref name="other"/>, as <c>_stripes[i]</c> does by <c>i</c>.</summary>
    public bool IndexDependsOn(AccessPath other) => _indices.Any(index => index.DependsOn(other)) || _owner?.IndexDependsOn(other) == true;

    /// <summary>This path with its root replaced, or null where <paramref name="replace"/> knows no replacement. Constants and static members stay.</summary>
    public AccessPath? WithRoot(Func<AccessPath, AccessPath?> replace)
    {
        if (_owner is null && !IsComputed) return _part is IParameterSymbol or ILocalSymbol || IsThis ? replace(this) : this;
        var owner = _owner?.WithRoot(replace);
        if (owner is null && _owner is not null) return null;
        var indices = _indices.Select(index => index.WithRoot(replace)).ToImmutableArray();
        return indices.Any(static index => index is null) ? null : new AccessPath(owner, _part, indices!);
    }

    /// <inheritdoc/>
    public bool Equals(AccessPath? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && _hash == other._hash
            && (_part is ISymbol symbol ? SymbolEqualityComparer.Default.Equals(symbol, other._part as ISymbol) : _part.Equals(other._part))
            && Equals(_owner, other._owner)
            && _indices.SequenceEqual(other._indices));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AccessPath);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    private static string Sign(BinaryOperatorKind kind) => kind switch
    {
        BinaryOperatorKind.Add => "+",
        BinaryOperatorKind.Subtract => "-",
        BinaryOperatorKind.Multiply => "*",
        BinaryOperatorKind.Divide => "/",
        BinaryOperatorKind.Remainder => "%",
        BinaryOperatorKind.And => "&",
        _ => kind.ToString(),
    };

    /// <summary>The path as its reader would write it; <c>this.</c> is left out.</summary>
    public override string ToString()
    {
        var owner = _owner is null || _owner.IsThis ? null : _owner.ToString();
        if (IsComputed) return $"{(_indices[0].IsComputed ? $"({_indices[0]})" : _indices[0])} {Sign(Operator)} {_indices[1]}";
        if (_indices.Length > 0) return $"{_owner}[{string.Join(", ", _indices)}]";
        if (IsThis) return "this";
        return _part switch
        {
            ITypeSymbol type => $"typeof({type.Name})",
            ISymbol symbol => owner is null ? symbol.Name : $"{owner}.{symbol.Name}",
            SyntaxNode syntax => syntax.ToString(),
            string text => $"\"{text}\"",
            _ => _part.ToString(),
        };
    }
}
