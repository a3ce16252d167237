using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>The value types of a compilation that are a lock, or have one in them: SpinLock, and structs with a SpinLock field.</summary>
internal sealed class LockStructs
{
    private const string SpinLock = nameof(SpinLock);

    private readonly INamedTypeSymbol _spinLock;
    private readonly HashSet<string> _words;
    private readonly ConcurrentDictionary<ITypeSymbol, bool> _known = new(SymbolEqualityComparer.Default);

    private LockStructs(INamedTypeSymbol spinLock, HashSet<string> words) => (_spinLock, _words) = (spinLock, words);

    /// <summary>Null for a compilation whose sources never mention SpinLock.</summary>
    public static LockStructs? Of(Compilation compilation, CancellationToken cancellationToken)
    {
        if (KnownSymbols.Of(compilation).Type("System.Threading." + SpinLock) is not { } spinLock) return null;
        var words = new HashSet<string>();
        var trees = compilation.SyntaxTrees.Where(tree => Mentions(tree, SpinLock, cancellationToken)).ToList();
        if (trees.Count == 0) return null;

        // What has a lock in it, and what it is called: a file that knows only those names copies it as well.
        words.Add(SpinLock);
        foreach (var node in trees.SelectMany(tree => tree.GetRoot(cancellationToken).DescendantNodes()))
        {
            switch (node)
            {
                case VariableDeclarationSyntax { Parent: FieldDeclarationSyntax field } declaration when declaration.Type.ToString().Contains(SpinLock):
                    words.UnionWith(declaration.Variables.Select(static variable => variable.Identifier.ValueText));
                    if (field.Parent is StructDeclarationSyntax or RecordDeclarationSyntax) words.Add(((TypeDeclarationSyntax)field.Parent).Identifier.ValueText);
                    break;
                case PropertyDeclarationSyntax property when property.Type.ToString().Contains(SpinLock):
                    words.Add(property.Identifier.ValueText);
                    break;
            }
        }

        return new LockStructs(spinLock, words);
    }

    public bool MayBeIn(SyntaxTree tree, CancellationToken cancellationToken) => _words.Any(word => Mentions(tree, word, cancellationToken));

    public bool IsSpinLock(ITypeSymbol? type) => SymbolEqualityComparer.Default.Equals(type, _spinLock);

    /// <summary>Whether a copy of a value of that type is a copy of a lock.</summary>
    public bool HasLock(ITypeSymbol? type) => type is { IsValueType: true, SpecialType: SpecialType.None, TypeKind: TypeKind.Struct } && (_known.TryGetValue(type, out var known) ? known : _known.GetOrAdd(type, Find(type)));

    private bool Find(ITypeSymbol type) =>
        IsSpinLock(type)
        || (!type.DeclaringSyntaxReferences.IsEmpty && type.GetMembers().OfType<IFieldSymbol>().Any(field => !field.IsStatic && !SymbolEqualityComparer.Default.Equals(field.Type, type) && HasLock(field.Type)));

    private static bool Mentions(SyntaxTree tree, string word, CancellationToken cancellationToken) => tree.GetText(cancellationToken).ToString().IndexOf(word, StringComparison.Ordinal) >= 0;
}
