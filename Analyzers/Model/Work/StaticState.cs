using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>What is wrong with a use of static state by work for a process.</summary>
/// <param name="Use">The use inside the work.</param>
/// <param name="Work">The work.</param>
/// <param name="IsLost">Whether a write is lost; otherwise a read is stale.</param>
/// <param name="Elsewhere">The code outside of the work that reads what was written, or writes what is read.</param>
/// <param name="IsLate">Whether what is read is only written once the work is handed over, so that no argument can bring it.</param>
internal sealed record StrayState(IMemberReferenceOperation Use, ProcessWork Work, bool IsLost, IOperation Elsewhere, bool IsLate = false);

/// <summary>All uses of a static field, property or event, and which of them go wrong because they are made in a process of its own.</summary>
internal sealed class StaticState
{
    private static readonly ConditionalWeakTable<Compilation, ConcurrentDictionary<ISymbol, StaticState>> s_byCompilation = new();

    private readonly Compilation _compilation;
    private readonly ProcessWorkTable _works;
    private readonly ISymbol _symbol;
    private readonly Lazy<IReadOnlyDictionary<SyntaxNode, StrayState>> _strays;

    private StaticState(Compilation compilation, ISymbol symbol)
    {
        (_compilation, _symbol) = (compilation, symbol);
        _works = ProcessWorkTable.Of(compilation);
        _strays = new(Find);
    }

    /// <summary>What is wrong with <paramref name="reference"/>; null for most. Of several uses in one function the first is told.</summary>
    public static StrayState? At(IMemberReferenceOperation reference, Compilation compilation) =>
        MaySurprise(reference.Member) && ProcessWorkTable.Of(compilation) is { IsEmpty: false } works && works.At(reference.Syntax) is not null
        && Of(compilation, reference.Member.OriginalDefinition)._strays.Value.TryGetValue(reference.Syntax, out var found) ? found : null;

    private static StaticState Of(Compilation compilation, ISymbol symbol) =>
        s_byCompilation.GetValue(compilation, static _ => new(SymbolEqualityComparer.Default)).GetOrAdd(symbol, symbol => new StaticState(compilation, symbol));

    /// <summary>Whether it is state of the program's own that each process has a copy of, and each thread of a process has not.</summary>
    private static bool MaySurprise(ISymbol member)
    {
        if (!member.IsStatic || member.DeclaringSyntaxReferences.IsEmpty) return false;
        var type = member switch
        {
            IFieldSymbol { IsConst: false } field => field.Type,
            IPropertySymbol { IsIndexer: false } property when WorkWalker.IsAutoProperty(property) => property.Type,
            IEventSymbol happening => happening.Type,
            _ => null,
        };
        // Process primitives are shared, executors work where they are; a thread's own state is nobody else's anyway.
        return type is not null and not { Name: "ThreadLocal" or "AsyncLocal" } && type.ContainingNamespace is not { Name: "Tandem", ContainingNamespace.IsGlobalNamespace: true }
            && !member.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name == "ThreadStaticAttribute");
    }

    private IReadOnlyDictionary<SyntaxNode, StrayState> Find()
    {
        var uses = Uses().ToList();
        var inside = uses.Where(use => use.Function is not null).ToList();
        var outside = uses.Where(use => use.Function is null && _works.IsOutside(use.Reference.Syntax) && !IsInitializer(use.Reference.Syntax)).ToList();
        var strays = new Dictionary<SyntaxNode, StrayState>();
        if (inside.Count == 0 || outside.Count == 0) return strays;

        var writer = outside.FirstOrDefault(static use => use.Use.Writes);
        var reader = outside.FirstOrDefault(use => use.Use.Reads && !IsSetBefore(use, outside));
        // What a worker sets for itself, in its initializer or in its work, is its own: a cache, a setting, scratch space.
        var isOwn = inside.Exists(static use => use.Use.Writes);
        foreach (var function in inside.GroupBy(static use => use.Function!))
        {
            var (found, isLost) = (default(Found), false);
            if (reader is not null && !function.Key.Work.IsInitializer) (found, isLost) = (function.FirstOrDefault(use => use.Use.Writes && !IsOfBothSides(use, function) && !IsSetting(use, function, outside)), true);
            if (found is null && writer is not null && !isOwn) (found, isLost) = (function.FirstOrDefault(static use => use.Use.Reads), false);
            if (found is not null) strays[found.Reference.Syntax] = new StrayState(found.Reference, function.Key.Work, isLost, (isLost ? reader : writer)!.Reference, !isLost && outside.TrueForAll(use => !use.Use.Writes || IsAfter(use.Reference, function.Key.Work.Site)));
        }

        return strays;
    }

    /// <summary>Whether the code stands behind the hand-over in its member, in no loop that hands over again.</summary>
    private static bool IsAfter(IOperation code, IOperation site) =>
        TreeIndex.MemberOf(code.Syntax) == TreeIndex.MemberOf(site.Syntax) && code.Position() > site.Syntax.Span.End
        && !site.Syntax.Ancestors().Any(around => around is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax && around.Span.Contains(code.Syntax.Span));

    /// <summary>All mentions in the program, in the order of the source.</summary>
    private IEnumerable<Found> Uses()
    {
        foreach (var tree in _compilation.SyntaxTrees)
        {
            foreach (var names in TreeIndex.Of(tree).Mentioning(_symbol.Name))
            {
                if (_works.OperationOf(names.Member) is not { } root) continue;
                foreach (var operation in root.Descendants())
                    if (operation is IMemberReferenceOperation reference && SymbolEqualityComparer.Default.Equals(reference.Member.OriginalDefinition, _symbol) && StateUse.Of(reference) is { } use && (use.Reads || use.Writes))
                        yield return new Found(reference, use, _works.At(reference.Syntax));
            }
        }
    }

    /// <summary>Whether the code runs in every process that uses the type: it initializes it, or the module.</summary>
    private static bool IsInitializer(SyntaxNode code) => TreeIndex.MemberOf(code) switch
    {
        EqualsValueClauseSyntax => true,
        ConstructorDeclarationSyntax constructor => constructor.Modifiers.Any(static modifier => modifier.ValueText == "static"),
        MethodDeclarationSyntax method => method.AttributeLists.SelectMany(static list => list.Attributes).Any(static attribute => attribute.Name.ToString().EndsWith("ModuleInitializer", StringComparison.Ordinal)),
        _ => false,
    };

    /// <summary>Whether the code that reads it has set or emptied it itself just before, so that it minds no other value; unless it had the work run in between.</summary>
    private bool IsSetBefore(Found read, List<Found> uses) => uses.Exists(write =>
        (write.Use is { Writes: true, Reads: false, IsWhole: true } || write.Reference.Parent is IInvocationOperation { TargetMethod.Name: "Clear" }) && TreeIndex.MemberOf(write.Reference.Syntax) == TreeIndex.MemberOf(read.Reference.Syntax)
        && write.Reference.Position() < read.Reference.Position() && BlockOf(write.Reference.Syntax)?.Span.Contains(read.Reference.Syntax.Span) == true
        && !_works.Functions.SelectMany(static function => function.Works).Any(work => work.Site.Syntax.SyntaxTree == read.Reference.Syntax.SyntaxTree && write.Reference.Position() < work.Site.Position() && work.Site.Position() < read.Reference.Position()));

    private static BlockSyntax? BlockOf(SyntaxNode code) => code.FirstAncestorOrSelf<BlockSyntax>();

    /// <summary>
    /// Whether each process does that for itself: a method that both sides call sets it (<c>Configure(path)</c>), or keeps there what it has
    /// computed once (a table that it also looks into).
    /// </summary>
    private bool IsOfBothSides(Found write, IEnumerable<Found> function) =>
        (write.Use is { Reads: false, IsWhole: true } || (!write.Use.IsWhole && function.Any(static use => use.Use is { Reads: true, Writes: false })) || write.Reference.Parent is ICoalesceAssignmentOperation)
        && write.Function!.Syntax is MethodDeclarationSyntax { Identifier.ValueText: var name }
        && _compilation.SyntaxTrees.SelectMany(tree => TreeIndex.Of(tree).Mentioning(name)).Any(caller => _works.At(caller.Member) is null && Mentions(caller.Member, name));

    /// <summary>Whether the work sets it for what it reads itself later, and so does the other side.</summary>
    private static bool IsSetting(Found write, IEnumerable<Found> function, List<Found> outside) =>
        write.Use is { Reads: false, IsWhole: true } && function.Any(use => use.Use is { Reads: true, Writes: false } && use.Reference.Position() > write.Reference.Position())
        && outside.Exists(static use => use.Use is { Writes: true, Reads: false, IsWhole: true });

    private bool Mentions(SyntaxNode member, string name) => member.DescendantNodes().OfType<SimpleNameSyntax>().Any(mention => mention.Identifier.ValueText == name && _works.At(mention) is null
        && !_works.Functions.SelectMany(static function => function.Works).Any(work => work.Delegate.Syntax.Span.Contains(mention.Span) && work.Delegate.Syntax.SyntaxTree == mention.SyntaxTree));

    /// <param name="Reference">The mention.</param>
    /// <param name="Use">What it does.</param>
    /// <param name="Function">The function of some work that it is part of; null outside of work.</param>
    private sealed record Found(IMemberReferenceOperation Reference, StateUse Use, ProcessFunction? Function);
}
