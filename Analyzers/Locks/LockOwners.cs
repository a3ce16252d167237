using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>Who gives back a lock that a function leaves held.</summary>
internal enum LockOwner
{
    /// <summary>Nobody in the type, and nobody else can reach the lock.</summary>
    Nobody,

    /// <summary>Another member of the type, which does not take the lock itself.</summary>
    AnotherMember,

    /// <summary>The same function, but in another mode.</summary>
    OtherModeHere,

    /// <summary>Code outside of the type may.</summary>
    Unknown,
}

/// <summary>
/// Looks in the type around a function for whoever gives its lock back. Names decide, not symbols: a release elsewhere is a reason to stay
/// silent, and a partial type may be spread over files.
/// </summary>
internal static class LockOwners
{
    public static LockOwner Of(HeldLock held, SyntaxNode function, LockNames? callNames = null)
    {
        var names = callNames ?? LockTable.KnownNames;
        if (held.Lock.Symbol is not { } symbol) return LockOwner.Unknown;
        if (symbol is ILocalSymbol && IsReleasedAsElement(held, function, names)) return LockOwner.Unknown;
        if (symbol is ILocalSymbol) return CallsIn(function).Any(call => Releases(call, symbol.Name, names)) ? LockOwner.OtherModeHere : LockOwner.Nobody;

        var known = NamesOf(symbol, function);
        var others = OutermostTypes(symbol, function).SelectMany(names.CallsIn)
            .Where(call => known.Any(name => Acquires(call, name, names) || Releases(call, name, names)))
            .GroupBy(static call => FunctionGraphs.FunctionAround(call))
            .ToList();

        if (others.Any(calls => calls.Key != function && !calls.Any(call => known.Any(name => Acquires(call, name, names))))) return LockOwner.AnotherMember;
        if (others.Any(calls => calls.Key == function && calls.Any(call => Releases(call, symbol.Name, names)))) return LockOwner.OtherModeHere;
        return symbol is IFieldSymbol { DeclaredAccessibility: Accessibility.Private } && held.Lock.IsVisibleToType ? LockOwner.Nobody : LockOwner.Unknown;
    }

    /// <summary>What the lock is called in its type: a parameter may be kept in a field, for another member to release.</summary>
    private static IReadOnlyList<string> NamesOf(ISymbol symbol, SyntaxNode function)
    {
        if (symbol is not IParameterSymbol) return [symbol.Name];
        var kept = from assignment in function.DescendantNodes().OfType<AssignmentExpressionSyntax>()
                   where assignment.Right is IdentifierNameSyntax { Identifier.ValueText: var value } && value == symbol.Name
                   select assignment.Left switch
                   {
                       IdentifierNameSyntax name => name.Identifier.ValueText,
                       MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name.Identifier.ValueText: var name } => name,
                       _ => symbol.Name,
                   };
        return [symbol.Name, .. kept.Distinct()];
    }

    /// <summary>Whether a lock of <c>foreach (var x in locks)</c> is released as <c>locks[i]</c>: which ones, the flow can't tell.</summary>
    private static bool IsReleasedAsElement(HeldLock held, SyntaxNode function, LockNames names) =>
        held.Acquire.Syntax.Ancestors().OfType<ForEachStatementSyntax>().FirstOrDefault(loop => loop.Identifier.ValueText == held.Lock.Symbol?.Name) is { } loop
        && CallsIn(function).Any(call => LockNames.CalledName(call) is { } name && names.IsRelease(name)
            && call.DescendantNodes().OfType<ElementAccessExpressionSyntax>().Any(element => SyntaxFactory.AreEquivalent(element.Expression, loop.Expression)));

    /// <summary>Whether a mutex is known to other processes by its name, or was owned from its making: not a lock of this code alone.</summary>
    public static bool IsNamedOrOwned(HeldLock held, SyntaxNode function) =>
        held.Acquire.Syntax is BaseObjectCreationExpressionSyntax
        || held.Lock.Symbol is not { } symbol
        || OutermostTypes(symbol, function).Append(function).SelectMany(static node => node.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>())
            .Any(static creation => creation.ArgumentList?.Arguments.Count >= 2 && (creation is ImplicitObjectCreationExpressionSyntax or ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax { Identifier.ValueText: "Mutex" } or QualifiedNameSyntax { Right.Identifier.ValueText: "Mutex" } }));

    /// <summary>
    /// Whether the code around <paramref name="function"/> may hold <paramref name="theLock"/> for it: another member takes the lock and leaves
    /// it held, or takes it and calls this one; the function is a lambda of one that takes it. With a semaphore, also a member that only releases.
    /// </summary>
    public static bool MayHoldFor(SyntaxNode function, AccessPath theLock, LockKind kind, LockNames names)
    {
        if (theLock.Symbol is not { } symbol) return true;
        if (function.Ancestors().Where(FunctionGraphs.IsFunction).SelectMany(Statements).SelectMany(CallsIn).Any(call => !function.Span.Contains(call.Span) && Acquires(call, symbol.Name, names))) return true;
        if (symbol is ILocalSymbol or IParameterSymbol) return false;
        if (kind == LockKind.Semaphore && SemaphoreCount.Of(symbol) == 0) return true;

        var name = NameOf(function);
        return OutermostTypes(symbol, function).SelectMany(names.CallsIn)
            .Where(call => Acquires(call, symbol.Name, names) || Releases(call, symbol.Name, names))
            .GroupBy(static call => FunctionGraphs.FunctionAround(call))
            .Where(calls => calls.Key is { } other && other != function)
            .Any(calls =>
            {
                var acquires = calls.Any(call => Acquires(call, symbol.Name, names));
                var releases = calls.Any(call => Releases(call, symbol.Name, names));
                return acquires ? !releases || (name is not null && CallsIn(calls.Key!).Any(call => LockNames.CalledName(call) == name)) : kind == LockKind.Semaphore;
            });
    }

    /// <summary>Whether another member takes <paramref name="theLock"/> in some mode without a call of <paramref name="release"/> to give it back: that may be for its callee.</summary>
    public static bool IsTakenElsewhere(SyntaxNode function, AccessPath theLock, string release, LockNames names) =>
        theLock.Symbol is not { } symbol
        || (symbol is not (ILocalSymbol or IParameterSymbol) && OutermostTypes(symbol, function).SelectMany(names.CallsIn)
            .Where(call => Acquires(call, symbol.Name, names) || LockNames.CalledName(call) == release)
            .GroupBy(static call => FunctionGraphs.FunctionAround(call))
            .Any(calls => calls.Key != function && calls.Any(call => IsCounterpart(LockNames.CalledName(call)!, release) && Mentions(call, symbol.Name)) && !calls.Any(call => LockNames.CalledName(call) == release)));

    // EnterWriteLock, TryEnterWriteLock and ExitWriteLock; AcquireReaderLock and ReleaseReaderLock.
    private static bool IsCounterpart(string acquire, string release) =>
        acquire.EndsWith(release.Replace("Exit", "Enter").Replace("Release", "Acquire"), StringComparison.Ordinal);

    /// <summary>Whether nothing in reach can ever acquire a lock: a private field, made where it is declared, that is only ever released.</summary>
    public static bool IsOnlyReleased(AccessPath theLock, LockKind kind, SyntaxNode function, LockNames names)
    {
        if (kind == LockKind.Semaphore || theLock.Symbol is not { } symbol || symbol.DeclaringSyntaxReferences.Length != 1 || symbol.DeclaringSyntaxReferences[0].GetSyntax() is not VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax } declarator) return false;
        if (symbol is not (ILocalSymbol or IFieldSymbol { DeclaredAccessibility: Accessibility.Private })) return false;

        // Most locks are acquired somewhere: the calls of a type are known, its names would have to be read anew for each release.
        if (OutermostTypes(symbol, function).SelectMany(names.CallsIn).Any(call => Acquires(call, symbol.Name, names))) return false;

        var uses = (symbol is ILocalSymbol ? [function] : OutermostTypes(symbol, function)).SelectMany(static node => node.DescendantNodes()).OfType<IdentifierNameSyntax>().Where(name => name.Identifier.ValueText == symbol.Name).ToList();
        return declarator.Initializer.Value is not BaseObjectCreationExpressionSyntax { ArgumentList.Arguments.Count: > 0 } && uses.Count > 0
            && uses.All(use => use.Ancestors().OfType<InvocationExpressionSyntax>().FirstOrDefault() is { } call && Releases(call, symbol.Name, names) && !call.ArgumentList.Arguments.Skip(1).Any());
    }

    private static string? NameOf(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        LocalFunctionStatementSyntax local => local.Identifier.ValueText,
        _ => null,
    };

    private static IEnumerable<SyntaxNode> OutermostTypes(ISymbol symbol, SyntaxNode function)
    {
        // The lock of another type is released there too.
        var types = new HashSet<SyntaxNode>();
        if (Outermost(function) is { } own) types.Add(own);
        for (var type = symbol.ContainingType; type is not null; type = type.ContainingType)
            if (type.ContainingType is null)
                foreach (var reference in type.DeclaringSyntaxReferences) types.Add(reference.GetSyntax());
        return types;
    }

    private static SyntaxNode? Outermost(SyntaxNode node) => node.Ancestors().OfType<TypeDeclarationSyntax>().LastOrDefault() ?? node.Ancestors().LastOrDefault();

    /// <summary>The code of a function. A file is the function of its top-level statements, not of its types.</summary>
    private static IEnumerable<SyntaxNode> Statements(SyntaxNode function) => function is CompilationUnitSyntax file ? file.Members.OfType<GlobalStatementSyntax>() : [function];

    private static IEnumerable<InvocationExpressionSyntax> CallsIn(SyntaxNode function) => function.DescendantNodes().OfType<InvocationExpressionSyntax>();

    private static bool Acquires(InvocationExpressionSyntax call, string theLock, LockNames names) => LockNames.CalledName(call) is { } name && names.IsAcquire(name) && Mentions(call, theLock);

    private static bool Releases(InvocationExpressionSyntax call, string theLock, LockNames names) => LockNames.CalledName(call) is { } name && names.IsRelease(name) && name is not ("Dispose" or "DisposeAsync") && Mentions(call, theLock);

    /// <summary>Whether <paramref name="theLock"/> is named by the receiver or the arguments of <paramref name="call"/>.</summary>
    private static bool Mentions(InvocationExpressionSyntax call, string theLock)
    {
        var whole = call.Parent is ConditionalAccessExpressionSyntax conditional ? (SyntaxNode)conditional : call;
        return whole.DescendantNodes().OfType<IdentifierNameSyntax>().Any(name => name.Identifier.ValueText == theLock);
    }
}
