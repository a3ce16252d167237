using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>The members of the BCL, of Tandem and of the user's that start concurrent work: whatever delegate is passed to them runs concurrently.</summary>
internal sealed class SpawnTable
{
    private const string Any = "*";

    private static readonly ConditionalWeakTable<Compilation, SpawnTable> s_byCompilation = new();

    private static readonly Entry[] s_entries =
    [
        new("System.Threading.Thread", ".ctor", SpawnKind.Thread),
        new("System.Threading.ThreadPool", "QueueUserWorkItem", SpawnKind.ThreadPool),
        new("System.Threading.ThreadPool", "UnsafeQueueUserWorkItem", SpawnKind.ThreadPool),
        new("System.Threading.ThreadPool", "RegisterWaitForSingleObject", SpawnKind.ThreadPool, Repeats: true),
        new("System.Threading.Tasks.Task", "Run", SpawnKind.Task),
        new("System.Threading.Tasks.Task", ".ctor", SpawnKind.Task),
        new("System.Threading.Tasks.Task`1", ".ctor", SpawnKind.Task),
        new("System.Threading.Tasks.Task", "ContinueWith", SpawnKind.Task),
        new("System.Threading.Tasks.Task`1", "ContinueWith", SpawnKind.Task),
        new("System.Threading.Tasks.TaskFactory", "StartNew", SpawnKind.Task),
        new("System.Threading.Tasks.TaskFactory`1", "StartNew", SpawnKind.Task),
        new("System.Threading.Tasks.Parallel", "For", SpawnKind.Parallel, Repeats: true, Joins: true),
        new("System.Threading.Tasks.Parallel", "ForEach", SpawnKind.Parallel, Repeats: true, Joins: true),
        new("System.Threading.Tasks.Parallel", "ForAsync", SpawnKind.Parallel, Repeats: true),
        new("System.Threading.Tasks.Parallel", "ForEachAsync", SpawnKind.Parallel, Repeats: true),
        new("System.Threading.Tasks.Parallel", "Invoke", SpawnKind.Parallel, Joins: true),
        new("System.Linq.ParallelEnumerable", Any, SpawnKind.Parallel, Repeats: true, Joins: true),
        new("System.Threading.Timer", ".ctor", SpawnKind.Timer, Repeats: true),
        new("System.Timers.Timer", "Elapsed", SpawnKind.Timer, Repeats: true),
        new("Tandem.ThreadExecutor", "Submit", SpawnKind.ThreadExecutor),
        new("Tandem.ThreadExecutor", "Map", SpawnKind.ThreadExecutor, Repeats: true),
        new("Tandem.ProcessExecutor", "Submit", SpawnKind.Process),
        new("Tandem.ProcessExecutor", "Map", SpawnKind.Process, Repeats: true),
        new("Tandem.Executor", "Submit", SpawnKind.Executor),
        new("Tandem.Executor", "Map", SpawnKind.Executor, Repeats: true),
        new("Tandem.WorkerProcess", "Start", SpawnKind.Process),
    ];

    // Names tell nearly all calls apart without a look at their types.
    private static readonly HashSet<string> s_names = [.. s_entries.Select(static entry => entry.Member)];

    // Those of Parallel and of constructors are known by the type's name; a process shares no memory.
    private static readonly HashSet<string> s_startingNames = [.. s_entries.Where(static entry => entry.Kind is not (SpawnKind.Process or SpawnKind.Parallel)).Select(static entry => entry.Member).Except([".ctor"])];

    private readonly Dictionary<(INamedTypeSymbol, string), Entry> _entries = new(EntryComparer.Instance);

    private readonly HashSet<string> _userNames;

    private SpawnTable(KnownSymbols symbols, ImmutableArray<UserSpawn> users)
    {
        _userNames = [.. users.Select(static user => user.Member)];
        foreach (var entry in s_entries)
            if (symbols.Type(entry.Type) is { } type) _entries[(type, entry.Member)] = entry;
        foreach (var user in users)
            if (symbols.TypeAsWritten(user.Type) is { } type) _entries[(type, user.Member)] = new Entry(user.Type, user.Member, SpawnKind.Custom);
    }

    public static SpawnTable For(Compilation compilation) => s_byCompilation.GetValue(compilation, static c => new SpawnTable(KnownSymbols.Of(c), UserSpawns.Of(c)));

    /// <summary>Whether a member of that name may start work, by the name alone. Those of Parallel are known by their type's name.</summary>
    public static bool IsSpawnName(string name) => s_startingNames.Contains(name);

    /// <summary>The work that <paramref name="operation"/> hands over to run concurrently: one for each delegate that is passed. Empty for any other operation.</summary>
    public ImmutableArray<Spawn> SpawnsAt(IOperation operation) => operation switch
    {
        IInvocationOperation call => Spawns(call, ReceiverType(call), call.TargetMethod, call.Arguments),
        IObjectCreationOperation { Constructor: { } constructor } creation => Spawns(creation, creation.Type, constructor, creation.Arguments),
        _ => [],
    };

    /// <summary>The start of work that is attached to an event which fires on another thread: a timer's. Null for any other event.</summary>
    public Spawn? SpawnAt(IEventAssignmentOperation attachment, IEventSymbol happening, IOperation work) =>
        Find(happening.ContainingType, happening.Name) is { } entry ? new Spawn(attachment, work, entry.Kind, entry.Repeats && !IsResetByHand(attachment), entry.Joins) : null;

    /// <summary>Whether a call of <paramref name="method"/> can start concurrent work; cheap, for a first look.</summary>
    public bool MayStartWork(IMethodSymbol method) =>
        (s_names.Contains(method.Name) || _userNames.Contains(method.Name) || method.ContainingType.Name == "ParallelEnumerable") && !method.Parameters.IsEmpty && Find(method.ContainingType, method.Name) is not null;

    private ImmutableArray<Spawn> Spawns(IOperation site, ITypeSymbol? receiver, IMethodSymbol method, ImmutableArray<IArgumentOperation> arguments)
    {
        // The receiver's own type tells a ThreadExecutor from a ProcessExecutor, though both inherit Submit from Executor.
        if ((Find(receiver, method.Name) ?? Find(method.ContainingType, method.Name)) is not { } entry || IsLeftCold(site, entry)) return [];

        return
        [
            .. from argument in arguments
               from work in Delegates(argument.Value)
               select new Spawn(site, work, entry.Kind, entry.Repeats && !FiresOnce(entry, arguments), entry.Joins),
        ];
    }

    private Entry? Find(ITypeSymbol? type, string member)
    {
        for (var at = type; at is INamedTypeSymbol named; at = named.BaseType)
            if (_entries.TryGetValue((named.OriginalDefinition, member), out var entry) || _entries.TryGetValue((named.OriginalDefinition, Any), out entry))
                return entry;

        // What the user declares of an interface is so of those that implement it.
        if (type is null || !_userNames.Contains(member)) return null;
        foreach (var implemented in type.AllInterfaces)
            if (_entries.TryGetValue((implemented.OriginalDefinition, member), out var entry)) return entry;
        return null;
    }

    /// <summary><c>new Task(work)</c> starts nothing; a scheduler of the user's own may run it in a thread of its choice.</summary>
    private static bool IsLeftCold(IOperation site, Entry entry) =>
        entry is { Kind: SpawnKind.Task, Member: ".ctor" } && !Root(site).Descendants().Any(static operation => operation is IInvocationOperation { TargetMethod: { Name: "Start", ContainingType: { Name: "Task" } } });

    /// <summary>A timer without a period fires once; one that is armed again by its own work does not overlap itself.</summary>
    private static bool FiresOnce(Entry entry, ImmutableArray<IArgumentOperation> arguments)
    {
        if (entry is not { Kind: SpawnKind.Timer, Type: "System.Threading.Timer" }) return false;
        return arguments.FirstOrDefault(static argument => argument.Parameter?.Name == "period")?.Value.Unconverted() switch
        {
            null => true,
            { ConstantValue: { HasValue: true, Value: System.IConvertible period } } => period.ToInt64(null) is 0 or -1,
            IFieldReferenceOperation { Field.Name: "InfiniteTimeSpan" or "Zero" } => true,
            _ => false,
        };
    }

    /// <summary><c>timer.AutoReset = false</c></summary>
    private static bool IsResetByHand(IEventAssignmentOperation attachment) => Root(attachment).Descendants().Any(static operation =>
        operation is ISimpleAssignmentOperation { Target: IPropertyReferenceOperation { Property.Name: "AutoReset" }, Value.ConstantValue: { HasValue: true, Value: false } });

    private static IOperation Root(IOperation operation)
    {
        while (operation.Parent is { } parent) operation = parent;
        return operation;
    }

    // A variable of an abstract type, as `Executor pool = new ProcessExecutor()`, may surely hold one kind.
    private static ITypeSymbol? ReceiverType(IInvocationOperation call) => call.Instance.Unconverted() switch
    {
        { Type.IsAbstract: true } receiver => HeldType.Of(receiver),
        { } receiver => receiver.Type,
        null => call.TargetMethod.ContainingType,
    };

    private static IEnumerable<IOperation> Delegates(IOperation value)
    {
        value = value.Unconverted()!;
        // `Parallel.Invoke(a, b)` passes its delegates as an array that the compiler makes.
        if (value is IArrayCreationOperation { Initializer: { } initializer })
            return initializer.ElementValues.SelectMany(Delegates);
        return value.Type?.TypeKind == TypeKind.Delegate || value is IMethodReferenceOperation or IAnonymousFunctionOperation ? [value] : [];
    }

    private sealed record Entry(string Type, string Member, SpawnKind Kind, bool Repeats = false, bool Joins = false);

    private sealed class EntryComparer : IEqualityComparer<(INamedTypeSymbol Type, string Member)>
    {
        public static readonly EntryComparer Instance = new();

        public bool Equals((INamedTypeSymbol Type, string Member) x, (INamedTypeSymbol Type, string Member) y) =>
            x.Member == y.Member && SymbolEqualityComparer.Default.Equals(x.Type, y.Type);

        public int GetHashCode((INamedTypeSymbol Type, string Member) key) =>
            (SymbolEqualityComparer.Default.GetHashCode(key.Type) * 31) + key.Member.GetHashCode();
    }
}
