using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Flow;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>I/O that a lock is there for: it keeps two threads from using one stream, one connection, one file at a time, and must be held over that.</summary>
internal static class GuardedIo
{
    private static readonly string[] s_purposes = ["file", "disk", "io", "log", "write", "writer", "read", "reader", "stream", "socket", "connection", "connect", "console", "db", "database", "send", "save", "load", "cache"];

    /// <summary>Whether the lock is there for the I/O of <paramref name="slow"/>.</summary>
    public static bool IsPurpose(SlowCall slow, LockHolding hold)
    {
        if (slow.Kind is SlowKind.Sleep or SlowKind.Wait) return false;

        // What keeps other processes out guards what these share: files, mostly. Who waits asynchronously for a lock blocks nobody.
        if (hold.Kind is LockKind.Mutex or LockKind.ProcessLock || hold.IsAsync) return true;
        return IsGuarded(slow.Operation, hold) || IoObject.Is(hold.Type) || IsNamedForIo(hold.Name) || LoadsOnce(slow.Operation) || OtherSectionsDoToo(hold);
    }

    /// <summary>Whether the call works on an object that is guarded by the lock, or on one made by such an object: the lock keeps its users apart.</summary>
    private static bool IsGuarded(IOperation slow, LockHolding hold) => slow is IInvocationOperation { Instance: { } receiver } && IoObject.RootOf(receiver.Unconverted()) switch
    {
        // Nobody else has it.
        IObjectCreationOperation or IInvocationOperation => false,
        // Threads may share it as it is.
        { Type.Name: "HttpClient" or "HttpMessageInvoker" } => false,
        IParameterReferenceOperation { Parameter: var parameter } when IsOfType(parameter) => !IsUsedWithout(parameter, hold),
        // It is the caller's, as a lock of this type is not, unless it comes along.
        IParameterReferenceOperation { Parameter.Name: var name } => hold.Name == name || hold.Name.StartsWith(name + ".", StringComparison.Ordinal),
        IFieldReferenceOperation { Instance: null or IInstanceReferenceOperation } field => !IsUsedWithout(field.Field, hold),
        _ => true,
    };

    /// <summary>Whether the parameter is one of a primary constructor: a field to all members.</summary>
    private static bool IsOfType(IParameterSymbol parameter) =>
        parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor && constructor.DeclaringSyntaxReferences.Any(static reference => reference.GetSyntax() is TypeDeclarationSyntax);

    /// <summary>Whether another member that others call does I/O on the field and takes no lock for it: then the lock is not the field's.</summary>
    private static bool IsUsedWithout(ISymbol field, LockHolding hold)
    {
        if (hold.Section.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type) return false;
        return type.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(access =>
            SlowCalls.Names.Contains(access.Name.Identifier.ValueText) && LastName(access.Expression) == field.Name
            && access.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { } method
            && method.Modifiers.Any(static modifier => modifier.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword)
            && !method.Identifier.ValueText.StartsWith("Dispose", StringComparison.Ordinal) && method.Identifier.ValueText is not "Close"
            && !method.DescendantNodes().Any(static node => node is LockStatementSyntax || LockTable.KnownNames.IsAcquire(node)));
    }

    /// <summary><c>_fileLock</c>, <c>s_ioGate</c>: a word of the name says what it guards.</summary>
    private static bool IsNamedForIo(string name)
    {
        var start = 0;
        for (var at = 1; at <= name.Length; at++)
        {
            if (at < name.Length && !char.IsUpper(name[at]) && name[at] is not '_' and not '.') continue;
            if (s_purposes.Contains(name.Substring(start, at - start).Trim('_', '.').ToLowerInvariant())) return true;
            start = at;
        }

        return false;
    }

    /// <summary><c>lock (_gate) { if (_text == null) _text = File.ReadAllText(path); }</c>: that nobody loads it twice is what the lock is for.</summary>
    private static bool LoadsOnce(IOperation slow)
    {
        for (var (at, from) = (slow.Parent, slow); at is not null and not ILockOperation and not IMethodBodyOperation and not IAnonymousFunctionOperation; (at, from) = (at.Parent, at))
        {
            if (at is ICoalesceAssignmentOperation { Target: IMemberReferenceOperation }) return true;
            if (at is IConditionalOperation { Condition: var condition } conditional && from != condition && TestedMembers(condition).Any(member => Assigns(conditional.WhenTrue, member))) return true;

            // if (_text != null) return _text;
            if (at is IBlockOperation block)
            {
                var index = block.Operations.IndexOf(from!);
                foreach (var guard in block.Operations.Take(index).OfType<IConditionalOperation>())
                    if (Leaves(guard.WhenTrue) && TestedMembers(guard.Condition).Any(member => block.Operations.Skip(index).Any(later => Assigns(later, member)))) return true;
            }
        }

        return false;
    }

    private static bool Leaves(IOperation branch) => branch is IReturnOperation || (branch is IBlockOperation { Operations: { Length: > 0 } operations } && operations[operations.Length - 1] is IReturnOperation);

    private static IEnumerable<ISymbol> TestedMembers(IOperation condition) => condition switch
    {
        IFieldReferenceOperation field => [field.Field],
        IPropertyReferenceOperation property => [property.Property],
        _ => condition.ChildOperations.SelectMany(TestedMembers),
    };

    private static bool Assigns(IOperation operation, ISymbol member) =>
        (operation is IAssignmentOperation { Target: IMemberReferenceOperation target } && SymbolEqualityComparer.Default.Equals(target.Member, member)) || operation.ChildOperations.Any(child => Assigns(child, member));

    /// <summary>Whether every other section of the lock, and there is one, does I/O as well: nobody who waits for it is in a hurry.</summary>
    private static bool OtherSectionsDoToo(LockHolding hold)
    {
        if (hold.Section.FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } type) return false;
        var others = type.DescendantNodes().OfType<LockStatementSyntax>().Where(other => other != hold.Section && LastName(other.Expression) == LastName(hold.Name)).ToList();
        return others.Count > 0 && others.TrueForAll(static other => other.Statement.DescendantNodes().OfType<SimpleNameSyntax>().Any(static name => name.Identifier.ValueText is "File" or "Directory" or "FileStream" or "StreamWriter" or "StreamReader" || SlowCalls.Names.Contains(name.Identifier.ValueText)));
    }

    private static string LastName(object path) => path.ToString() is var text && text.LastIndexOf('.') is >= 0 and var dot ? text.Substring(dot + 1) : text!;
}
