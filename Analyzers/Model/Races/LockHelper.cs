using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Tells the user's own locks by what their members do: <c>_gate.Enter()</c>, <c>new Guard(_gate)</c>, a lock that spins.</summary>
internal static class LockHelper
{
    private static readonly string[] s_verbs = ["Lock", "Take", "TryTake", "Acquire", "TryAcquire", "Enter", "TryEnter", "Obtain", "Wait", "Begin", "Get", "Use", "With"];

    /// <summary>Whether the method takes a lock, by its name: one of the user's own, or of a library that the table does not know.</summary>
    public static bool MayTake(IMethodSymbol method) => AsksWhetherHeld(method)
        || (!(LockTable.IsAcquireName(method.Name) && method.DeclaringSyntaxReferences.IsEmpty) && method.Name.Contains("Lock") && s_verbs.Any(verb => method.Name.StartsWith(verb, System.StringComparison.Ordinal))
            // `decimal GetLockedAmount()`: no number is a hold, and who calls nothing takes nothing.
            && method.ReturnType.SpecialType is not (>= SpecialType.System_Char and <= SpecialType.System_String) && !SmallMethod.OnlyReads(method));

    /// <summary><c>Debug.Assert(Monitor.IsEntered(_gate))</c>, <c>Debug.Assert(_gate.IsWriteLockHeld)</c>: the callers see to it.</summary>
    public static bool AsksWhetherHeld(IMethodSymbol method) =>
        method.Name is "IsEntered" || (method.AssociatedSymbol?.Name ?? method.Name) is "IsHeldByCurrentThread" or "IsLockHeld" or "IsWriteLockHeld" or "IsReadLockHeld" or "IsUpgradeableReadLockHeld" or "IsWriterLockHeld" or "IsReaderLockHeld";

    /// <summary>Whether the method, of this compilation, takes a lock that is still held when it returns.</summary>
    public static bool Takes(IMethodSymbol method) => SmallMethod.SpinsForExchange(method) || (Acquires(method) && !Releases(method));

    /// <summary>Whether the method, of this compilation, gives back a lock that its caller holds; <paramref name="taker"/> is what took it.</summary>
    public static bool Gives(IMethodSymbol method, IMethodSymbol taker) => (Releases(method) && !Acquires(method))
        // What one sets in a loop, the other clears.
        || (SmallMethod.SpinsForExchange(taker) && !SmallMethod.SpinsForExchange(method) && SymbolEqualityComparer.Default.Equals(method.ContainingType, taker.ContainingType)
            && SmallMethod.Names(method).Intersect(SmallMethod.Names(taker)).Any(name => method.ContainingType.GetMembers(name).Any(static member => member is IFieldSymbol)));

    /// <summary>Whether what is disposed in the end is the hold of a lock: a call or a constructor of this compilation that takes one made it, or a call whose code is not to be seen and whose name says so.</summary>
    public static bool IsHold(IOperation? resource) => resource switch
    {
        IVariableDeclarationGroupOperation group => group.Declarations.SelectMany(static declaration => declaration.Declarators).Any(static declarator => IsHold(declarator.GetVariableInitializer()?.Value)),
        IConversionOperation or IParenthesizedOperation => IsHold(resource.Unconverted()),
        IAwaitOperation awaited => IsHold(awaited.Operation),
        IInvocationOperation { TargetMethod.Name: "ConfigureAwait" } call => IsHold(call.Instance),
        IInvocationOperation call => Takes(call.TargetMethod) || IsNamedForTaking(call.TargetMethod),
        IObjectCreationOperation { Constructor: { } constructor } => Takes(constructor),
        _ => false,
    };

    /// <summary><c>using (locks.Acquire(key))</c>, <c>await using (await _mutex.LockAsync())</c></summary>
    private static bool IsNamedForTaking(IMethodSymbol method) => (method.IsAbstract || method.DeclaringSyntaxReferences.IsEmpty)
        && !(method.DeclaringSyntaxReferences.IsEmpty && LockTable.IsAcquireName(method.Name))
        && (method.Name is "Enter" or "EnterAsync" || new[] { "Acquire", "TryAcquire", "Lock", "Obtain" }.Any(verb => method.Name.StartsWith(verb, System.StringComparison.Ordinal)));

    private static bool Acquires(IMethodSymbol method) => SmallMethod.Names(method).Any(LockTable.IsAcquireName);

    private static bool Releases(IMethodSymbol method) => SmallMethod.Names(method).Any(static name => LockTable.IsReleaseName(name) && !name.StartsWith("Dispose", System.StringComparison.Ordinal));
}
