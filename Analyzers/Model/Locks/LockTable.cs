using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using static Tandem.Analyzers.Model.LockAction;
using static Tandem.Analyzers.Model.LockMode;

namespace Tandem.Analyzers.Model;

/// <summary>The members of the BCL and of Tandem that acquire and release locks. Declared as data, resolved once for a compilation.</summary>
internal sealed class LockTable
{
    private const string Threading = "System.Threading.";

    private static readonly ConditionalWeakTable<Compilation, LockTable> s_byCompilation = new();

    private static readonly ImmutableHashSet<string> s_acquireNames = MembersThat(Acquire, TryAcquire);
    private static readonly ImmutableHashSet<string> s_releaseNames = MembersThat(Release).Add("Dispose").Add("DisposeAsync");

    private readonly Dictionary<string, List<(INamedTypeSymbol Type, LockMember Entry)>> _byMember = [];
    private readonly KnownSymbols _symbols;

    private LockTable(KnownSymbols symbols, ImmutableArray<UserLock> userLocks)
    {
        _symbols = symbols;
        Names = userLocks.IsEmpty ? KnownNames : new LockNames(
            s_acquireNames.Union(userLocks.Select(static user => user.Acquire)),
            s_releaseNames.Union(userLocks.Select(static user => user.Release).OfType<string>()));
        foreach (var entry in LockMember.Known)
            if (symbols.Type(entry.Type) is { } type) Add(type, entry);
        foreach (var user in userLocks)
        {
            if (symbols.TypeAsWritten(user.Type) is not { } type) continue;
            Add(type, new LockMember(user.Type, LockKind.Custom, Acquire, user.Acquire) { Counterpart = user.Release });
            if (user.Release is not null) Add(type, new LockMember(user.Type, LockKind.Custom, Release, user.Release));
        }
    }

    /// <summary>The names of the members that this table knows, the user's among them.</summary>
    public LockNames Names { get; }

    /// <summary>The names of the members of the BCL and of Tandem.</summary>
    public static LockNames KnownNames { get; } = new(s_acquireNames, s_releaseNames);

    public bool IsEmpty => _byMember.Count == 0;

    public static LockTable For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new LockTable(KnownSymbols.Of(c), UserLocks.Of(c)));

    /// <summary>Whether a member of that name may acquire a lock. For a first look at syntax, before anything is bound.</summary>
    public static bool IsAcquireName(string name) => s_acquireNames.Contains(name);

    /// <summary>Whether a member of that name may release a lock or dispose its scope. For a first look at syntax.</summary>
    public static bool IsReleaseName(string name) => s_releaseNames.Contains(name);

    /// <summary>The name of the member that gives back what <paramref name="acquire"/> takes.</summary>
    public static string? ReleaseFor(LockOperation acquire)
    {
        if (acquire.Kind == LockKind.Custom || acquire.IsByHelper) return acquire.ReleasedBy;
        var type = LockMember.Known.First(entry => entry.Kind == acquire.Kind && entry.Action != Release && entry.Mode == acquire.Mode && Takes(entry, acquire)).Type;
        return LockMember.Known.First(entry => entry.Type == type && entry.Action == Release && entry.Mode == acquire.Mode).Member;

        // An owned mutex is taken by its constructor, which has no row.
        static bool Takes(LockMember entry, LockOperation acquire) => acquire.Operation is not IInvocationOperation call || entry.Member == call.TargetMethod.Name;
    }

    /// <summary>What <paramref name="operation"/> does to a lock, or null.</summary>
    /// <param name="operation">A call, a property read or an object creation.</param>
    /// <param name="alias">What a local or a flow capture stands for, see <see cref="AccessPath.Of(IOperation, Func{IOperation, AccessPath})"/>.</param>
    public LockOperation? Find(IOperation operation, Func<IOperation, AccessPath?>? alias = null) => operation switch
    {
        IInvocationOperation call => Find(call, alias),
        IPropertyReferenceOperation { Instance: { } instance } property => Find(instance.Type, property.Property.Name) is { Action: Query } entry
            ? new LockOperation(property, Query, entry.Kind, entry.Mode, PathOf(instance, alias))
            : null,
        IObjectCreationOperation creation => OwnedMutex(creation),
        _ => null,
    };

    private LockOperation? Find(IInvocationOperation call, Func<IOperation, AccessPath?>? alias)
    {
        var method = call.TargetMethod;
        if (!_byMember.ContainsKey(method.Name)) return null;

        // WaitOne is WaitHandle's: only the receiver's own type tells a mutex from an event.
        if (Find(Unconverted(call.Instance)?.Type ?? method.ContainingType, method.Name) is not { } entry) return null;

        // Monitor's members are static and take the lock as their first argument.
        var theLock = call.Instance ?? Argument(call, static parameter => parameter.Ordinal == 0);
        if (theLock is null) return null;

        // ReaderWriterLock tells of a timeout by an exception.
        var mayFail = call.Arguments.Any(IsToken) || (entry.Action == Acquire && method.ReturnsVoid && call.Arguments.Any(IsFiniteTimeout));

        var result = Awaited(method.ReturnType, out var isAsync);
        var isTry = entry.Action == TryAcquire
            || (entry.Action == Acquire && result.SpecialType == SpecialType.System_Boolean && (entry.Kind == LockKind.Custom || call.Arguments.Any(IsFiniteTimeout)));

        return new LockOperation(
            call,
            isTry ? TryAcquire : entry.Action,
            entry.Kind,
            entry.Mode,
            PathOf(theLock, alias),
            Taken: Argument(call, static parameter => parameter is { RefKind: RefKind.Ref, Type.SpecialType: SpecialType.System_Boolean }),
            Scope: isTry && entry.Kind is LockKind.Custom or LockKind.ThreadLock or LockKind.ProcessLock or LockKind.Semaphore ? Argument(call, static parameter => parameter.RefKind == RefKind.Out) : null,
            ReturnsScope: entry.Action == Acquire && IsScope(result),
            IsAsync: isAsync,
            Many: entry.Action == Release && call.Arguments.Any(static argument => argument is { Parameter.Type.SpecialType: SpecialType.System_Int32, Value.ConstantValue: not { HasValue: true, Value: 1 } }),
            MayThrow: entry.Kind == LockKind.Mutex || mayFail,
            MayFail: mayFail,
            ReleasedBy: entry.Counterpart);
    }

    private LockMember? Find(ITypeSymbol? type, string member)
    {
        if (!_byMember.TryGetValue(member, out var entries)) return null;
        for (; type is not null; type = type.BaseType)
            foreach (var (known, entry) in entries)
                if (SymbolEqualityComparer.Default.Equals(known, type.OriginalDefinition) || (known.TypeKind == TypeKind.Interface && type.AllInterfaces.Any(i => SymbolEqualityComparer.Default.Equals(known, i.OriginalDefinition)))) return entry;
        return null;
    }

    /// <summary><c>new Mutex(initiallyOwned: true, …)</c> makes a mutex that the thread holds already; one with <c>createdNew</c> tells whether it does.</summary>
    private LockOperation? OwnedMutex(IObjectCreationOperation creation)
    {
        if (!_symbols.Is(creation.Type, Threading + "Mutex")) return null;
        if (creation.Arguments.FirstOrDefault(static argument => argument.Parameter?.Ordinal == 0) is not { Value.ConstantValue: { HasValue: true, Value: true } }) return null;
        var createdNew = creation.Arguments.FirstOrDefault(static argument => argument.Parameter is { RefKind: RefKind.Out })?.Value;
        return new LockOperation(creation, createdNew is null ? Acquire : TryAcquire, LockKind.Mutex, Exclusive, AccessPath.Unnamed(creation.Syntax), Taken: createdNew);
    }

    /// <summary>Whether disposing an object of that type may give back a lock. A task can be disposed, too.</summary>
    public bool IsScope(ITypeSymbol type) => !_symbols.Is(type, "System.Threading.Tasks.Task") && IsDisposable(type);

    private bool IsDisposable(ITypeSymbol type) =>
        type.IsRefLikeType || IsDisposableInterface(type) || type.AllInterfaces.Any(IsDisposableInterface);

    private bool IsDisposableInterface(ITypeSymbol type) => _symbols.Is(type, "System.IDisposable") || _symbols.Is(type, "System.IAsyncDisposable");

    /// <summary>What <c>await</c> makes of an object of that type; the type itself where there is nothing to await, or to get.</summary>
    public ITypeSymbol Awaited(ITypeSymbol type, out bool isAwaitable)
    {
        isAwaitable = _symbols.Is(type, "System.Threading.Tasks.Task");
        if (isAwaitable) return type;
        if (type is INamedTypeSymbol { TypeArguments.Length: 1 } generic && (_symbols.Is(type, "System.Threading.Tasks.Task`1") || _symbols.Is(type, "System.Threading.Tasks.ValueTask`1")))
        {
            isAwaitable = true;
            return generic.TypeArguments[0];
        }

        // A scope that can be awaited as well is held from the call on.
        if (IsDisposable(type) || ResultOfAwaiter(type) is not { } result) return type;
        isAwaitable = true;
        return result;
    }

    /// <summary>What <c>await</c> makes of an awaitable that is no task.</summary>
    private static ITypeSymbol? ResultOfAwaiter(ITypeSymbol type) =>
        Parameterless(type, "GetAwaiter") is { } awaiter ? Parameterless(awaiter, "GetResult") : null;

    private static ITypeSymbol? Parameterless(ITypeSymbol type, string method) =>
        type.GetMembers(method).OfType<IMethodSymbol>().FirstOrDefault(static member => member is { IsStatic: false, Parameters.IsEmpty: true })?.ReturnType;

    private bool IsFiniteTimeout(IArgumentOperation argument) =>
        argument.Parameter is { RefKind: RefKind.None, Type: var type }
        && (type.SpecialType == SpecialType.System_Int32 || _symbols.Is(type, "System.TimeSpan"))
        && argument.Value.ConstantValue is not { HasValue: true, Value: -1 }
        && Unconverted(argument.Value) is not IFieldReferenceOperation { Field.Name: "InfiniteTimeSpan" };

    private bool IsToken(IArgumentOperation argument) =>
        _symbols.Is(argument.Parameter?.Type, Threading + "CancellationToken")
        && argument.ArgumentKind == ArgumentKind.Explicit
        && argument.Value is not IDefaultValueOperation and not IPropertyReferenceOperation { Property: { IsStatic: true, Name: "None" } };

    private static AccessPath PathOf(IOperation theLock, Func<IOperation, AccessPath?>? alias) =>
        AccessPath.Of(theLock, alias) ?? AccessPath.Unnamed(theLock.Syntax);

    private static IOperation? Argument(IInvocationOperation call, Func<IParameterSymbol, bool> which) =>
        call.Arguments.FirstOrDefault(argument => argument.Parameter is { } parameter && which(parameter))?.Value;

    private static IOperation? Unconverted(IOperation? value) => value is IConversionOperation { OperatorMethod: null } conversion ? Unconverted(conversion.Operand) : value;

    private void Add(INamedTypeSymbol type, LockMember entry)
    {
        if (!_byMember.TryGetValue(entry.Member, out var entries)) _byMember[entry.Member] = entries = [];
        entries.Add((type, entry));
    }

    private static ImmutableHashSet<string> MembersThat(params LockAction[] actions) =>
        [.. from entry in LockMember.Known where actions.Contains(entry.Action) select entry.Member];
}
