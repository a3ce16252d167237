using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Locks;

/// <summary>The object that a call does I/O on, and where it comes from.</summary>
internal static class IoObject
{
    private const int LongestChain = 20;

    private static readonly string[] s_types = ["Stream", "TextWriter", "TextReader", "BinaryWriter", "BinaryReader", "Socket", "TcpClient", "UdpClient", "DbConnection", "DbCommand", "FileInfo", "DirectoryInfo", "WebSocket"];

    /// <summary>Whether the type is a stream, a connection, a writer: an object that does I/O, and not for several threads at once.</summary>
    public static bool Is(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            if (s_types.Contains(type.Name)) return true;
        return false;
    }

    /// <summary>Whether a slow call works on an object of its own, made on the spot; of any other, the code around it does not tell who uses it besides.</summary>
    public static bool IsOwn(IOperation slow) => slow is not IInvocationOperation { Instance: { } receiver } || RootOf(receiver.Unconverted()) is IObjectCreationOperation or IInvocationOperation;

    /// <summary>What the receiver of a call comes from: <c>_connection</c> of <c>_connection.CreateCommand()</c> and of a local made by it, the creation of an object of the function's own.</summary>
    public static IOperation? RootOf(IOperation? receiver) => RootOf(receiver, LongestChain);

    // A local that is made of itself, in code that does not compile, would never end.
    private static IOperation? RootOf(IOperation? receiver, int steps) => steps == 0 ? null : receiver switch
    {
        ILocalReferenceOperation { Local: var local } when local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: var value } => RootOf(receiver.SemanticModel?.GetOperation(LockObjects.Bare(value)).Unconverted(), steps - 1),
        IInvocationOperation { Instance: { } instance } => RootOf(instance.Unconverted(), steps - 1),
        IInvocationOperation { TargetMethod.DeclaringSyntaxReferences.IsEmpty: false } => null,
        IAwaitOperation awaited => RootOf(awaited.Operation.Unconverted(), steps - 1),
        IObjectCreationOperation creation => Given(creation) is { } given ? RootOf(given, steps - 1) : creation,
        _ => receiver,
    };

    /// <summary><c>new SqlCommand(text, _connection)</c>, <c>new SqlCommand { Connection = _connection }</c>: the connection.</summary>
    private static IOperation? Given(IObjectCreationOperation creation) =>
        creation.Arguments.Select(static argument => argument.Value.Unconverted())
            .Concat(creation.Initializer?.Initializers.OfType<ISimpleAssignmentOperation>().Select(static assignment => assignment.Value.Unconverted()) ?? [])
            .FirstOrDefault(static value => Is(value?.Type));
}
