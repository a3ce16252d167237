using System;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

internal enum PlaceRoot
{
    /// <summary>Nothing is known of it: it equals no other place.</summary>
    Unknown,

    /// <summary>An object that was just created, which nobody else can see.</summary>
    Fresh,

    Static,
    This,

    /// <summary>A local or a parameter.</summary>
    Variable,
}

/// <summary>Where a value lives, as one body names it: <c>this._account.Balance</c> is the root <c>this</c> and two links.</summary>
internal sealed class Place : IEquatable<Place>
{
    public static readonly Place Unknown = new(PlaceRoot.Unknown, null, []);
    public static readonly Place Fresh = new(PlaceRoot.Fresh, null, []);
    public static readonly Place Static = new(PlaceRoot.Static, null, []);
    public static readonly Place This = new(PlaceRoot.This, null, []);

    /// <summary>Stands for an index that the code computes: which element it is, nobody knows, so it equals none.</summary>
    public static readonly object AnyIndex = new();

    /// <summary>Paths longer than this are not followed.</summary>
    private const int MaxLinks = 6;

    private Place(PlaceRoot root, ISymbol? variable, ImmutableArray<object> links, bool isContents = false)
    {
        (Root, Variable, Links, IsContents) = (root, variable, links, isContents);
        Symbol = Links.OfType<ISymbol>().LastOrDefault(StateExtensions.IsState) ?? Variable;
    }

    public PlaceRoot Root { get; }

    /// <summary>The local or parameter at the root, if the root is one.</summary>
    public ISymbol? Variable { get; }

    /// <summary>What leads from the root to the value: fields and properties as symbols, and a type for the object of <c>typeof</c>; an element's index as the variable, constant or <see cref="AnyIndex"/> it is.</summary>
    public ImmutableArray<object> Links { get; }

    /// <summary>Whether it is what is in the collection that lives there, not the reference to the collection.</summary>
    public bool IsContents { get; }

    public bool IsKnown => Root is PlaceRoot.Static or PlaceRoot.This or PlaceRoot.Variable;

    /// <summary>The field, property or variable that names the place; for an element, that of its array.</summary>
    public ISymbol? Symbol { get; }

    /// <summary>What a message calls it.</summary>
    public string Name => Links.LastOrDefault() is ITypeSymbol type ? $"typeof({type.Name})" : Symbol?.Name ?? "this";

    /// <summary>The object that the last link is a member of.</summary>
    public Place Owner => Links.IsEmpty ? this : field ??= new(Root, Variable, Links.RemoveAt(Links.Length - 1));

    public static Place Of(ISymbol variable) => new(PlaceRoot.Variable, variable, []);

    /// <summary>What is in the collection that lives here.</summary>
    public Place Contents => IsKnown ? new(Root, Variable, Links, isContents: true) : this;

    /// <summary>Where the collection lives that this is the contents of.</summary>
    public Place Reference => new(Root, Variable, Links);

    public Place Then(object link) => !IsKnown ? this : Links.Length == MaxLinks ? Unknown : new(Root, Variable, Links.Add(Normalized(link)));

    /// <summary>The same links from another root: how a caller names what a callee calls <c>this</c> or a parameter.</summary>
    public Place From(Place root)
    {
        foreach (var link in Links) root = root.Then(link);
        return IsContents ? root.Contents : root;
    }

    public bool Equals(Place? other)
    {
        if (other is null || !IsKnown || Root != other.Root || IsContents != other.IsContents || Links.Length != other.Links.Length) return false;
        if (!SymbolEqualityComparer.Default.Equals(Variable, other.Variable)) return false;
        for (var i = 0; i < Links.Length; i++)
            if (!SameLink(Links[i], other.Links[i])) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Place);

    /// <summary>Coarse: the symbol tells most places apart.</summary>
    public override int GetHashCode() =>
        ((int)Root * 31) + (Symbol is { } symbol ? SymbolEqualityComparer.Default.GetHashCode(symbol) : 0);

    private static object Normalized(object link) => link switch
    {
        IFieldSymbol { AssociatedSymbol: IPropertySymbol property } => property.OriginalDefinition,
        ISymbol symbol => symbol.OriginalDefinition,
        _ => link,
    };

    private static bool SameLink(object x, object y) => (x, y) switch
    {
        (ISymbol a, ISymbol b) => SymbolEqualityComparer.Default.Equals(a, b),
        _ => !ReferenceEquals(x, AnyIndex) && x.Equals(y),
    };
}
