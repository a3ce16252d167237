using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Microsoft.CodeAnalysis.Text;
using Tandem.Analyzers.Model;

namespace Tandem.CodeFixes.Editing;

/// <summary>A captured value on its way to become an argument: a variable, or a member of `this` that never changes.</summary>
internal sealed class PassedValue
{
    private readonly ISymbol _symbol;

    private PassedValue(ISymbol symbol, ITypeSymbol type, IOperation use)
    {
        _symbol = symbol;
        Type = type;
        Uses = [use];
    }

    public ITypeSymbol Type { get; }

    public List<IOperation> Uses { get; }

    /// <summary>The parameter's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The name that says best what it is: `factor` for a field `_factor` or `s_factor`.</summary>
    public string Wish => Unprefixed.TrimStart('_') is { Length: > 0 } name ? char.ToLowerInvariant(name[0]) + name.Substring(1) : _symbol.Name;

    private string Unprefixed => _symbol is IFieldSymbol { Name: { Length: > 2 } name } && name[1] == '_' ? name.Substring(2) : _symbol.Name;

    /// <summary>What is passed, as it is written where the work is handed over.</summary>
    public string Expression => Uses[0].Syntax.ToString();

    public bool IsVariable => Wish == _symbol.Name && _symbol is not (IFieldSymbol or IPropertySymbol);

    public bool IsToken => Type.Name == "CancellationToken";

    /// <summary>The value that <paramref name="capture"/> stands for, or null where passing it would not do the same: it can't cross, it may change, or the work writes it or changes what it holds, which would happen to a copy and be lost.</summary>
    public static PassedValue? From(WorkCapture capture, WorkChanges changes)
    {
        var (use, symbol, type) = capture switch
        {
            { Variable: ILocalSymbol { IsRef: false } local, Through: null } => (capture.Use, local, local.Type),
            { Variable: IRangeVariableSymbol variable, Use.Type: { } held } => (capture.Use, variable, held),
            { Variable: IParameterSymbol { RefKind: RefKind.None } parameter, Through: null } => (capture.Use, parameter, parameter.Type),
            { Variable: null, Through: IFieldSymbol { IsReadOnly: true } field } => (capture.Use.Parent!, field, field.Type),
            { Variable: null, Through: IPropertySymbol { SetMethod: null or { IsInitOnly: true }, IsIndexer: false } property } when IsStored(property) => (capture.Use.Parent!, property, property.Type),
            { Variable: null, Through: IParameterSymbol parameter } => (capture.Use, parameter, parameter.Type),
            _ => default((IOperation, ISymbol, ITypeSymbol)),
        };

        if (use is null || WorkValue.IsWritten(use) || IsChanged(symbol, type, changes) || !WorkPortability.CanBeArgument(type)) return null;
        return new(symbol, type, use);
    }

    /// <summary>The value of a static field or property, which the work only reads; null where it can't cross.</summary>
    public static PassedValue? OfState(ISymbol state, ITypeSymbol type, IReadOnlyList<IOperation> uses)
    {
        if (uses.Any(static use => StateUse.Of(use).Writes) || !WorkPortability.CanBeArgument(type)) return null;
        var value = new PassedValue(state, type, uses[0]);
        value.Uses.AddRange(uses.Skip(1));
        return value;
    }

    public bool IsSame(PassedValue other) => SymbolEqualityComparer.Default.Equals(_symbol, other._symbol);

    /// <summary>The uses, under the parameter's name.</summary>
    public IEnumerable<TextChange> Renamings() =>
        from use in Uses
        let name = use.Syntax.Parent is AnonymousObjectMemberDeclaratorSyntax { NameEquals: null } ? $"{_symbol.Name} = {Escaped}" : Escaped
        where use.Syntax.ToString() != Escaped
        select new TextChange(use.Syntax.Span, name);

    /// <summary>The name as code: `@class`.</summary>
    public string Escaped => SyntaxFacts.GetKeywordKind(Name) == SyntaxKind.None ? Name : "@" + Name;

    private static bool IsStored(IPropertySymbol property) =>
        property is { IsVirtual: false, IsAbstract: false, IsOverride: false }
        && property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static bool IsChanged(ISymbol symbol, ITypeSymbol type, WorkChanges changes) =>
        changes.Includes(symbol) || !WorkImmutability.IsImmutable(type) && symbol.ContainingSymbol is INamedTypeSymbol && changes.Variables.Any(static variable => variable is INamedTypeSymbol);
}
