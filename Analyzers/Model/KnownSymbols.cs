using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>The types that a compilation knows, each looked up by its metadata name once. The table lives and dies with its compilation.</summary>
internal sealed class KnownSymbols
{
    private static readonly ConditionalWeakTable<Compilation, KnownSymbols> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly ConcurrentDictionary<string, INamedTypeSymbol?> _types = new();

    private KnownSymbols(Compilation compilation) => _compilation = compilation;

    public static KnownSymbols Of(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new KnownSymbols(c));

    /// <summary>The type of that metadata name ("System.Threading.Tasks.Task`1"), or null where the compilation lacks it. Of several, the best that is visible.</summary>
    public INamedTypeSymbol? Type(string metadataName) => _types.GetOrAdd(metadataName, name => _compilation.GetTypeByMetadataName(name));

    /// <summary>The same for a name that a user has written: a nested type may be written with dots.</summary>
    public INamedTypeSymbol? TypeAsWritten(string name)
    {
        for (; ; name = name.Substring(0, name.LastIndexOf('.')) + "+" + name.Substring(name.LastIndexOf('.') + 1))
        {
            if (Type(name) is { } type) return type;
            if (name.LastIndexOf('.') <= 0) return null;
        }
    }

    public bool Has(string metadataName) => Type(metadataName) is not null;

    /// <summary>Whether <paramref name="type"/> is that type, or a construction of it.</summary>
    public bool Is(ITypeSymbol? type, string metadataName) =>
        type is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, Type(metadataName));

    /// <summary>Whether <paramref name="type"/> is that class or derives from it.</summary>
    public bool IsOrDerivesFrom(ITypeSymbol? type, string metadataName)
    {
        for (; type is not null; type = type.BaseType)
            if (Is(type, metadataName)) return true;
        return false;
    }
}
