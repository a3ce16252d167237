using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Tandem.Analyzers.Model;

/// <summary>Why a call takes its time.</summary>
internal enum SlowKind
{
    /// <summary>It sleeps.</summary>
    Sleep,

    /// <summary>It waits for another thread, task or process.</summary>
    Wait,

    /// <summary>It waits for the network.</summary>
    Network,

    /// <summary>It reads or writes files.</summary>
    File,

    /// <summary>It waits for a database.</summary>
    Database,
}

/// <summary>
/// The members of the BCL and of Tandem that keep the calling thread waiting, whatever they are given. Narrower than
/// <see cref="WorkTable"/>, which tells what a piece of work spends its time on: a lookup of a type here is a call that blocks.
/// Matched by name: a library need not be there. Taking a lock is not among them, nor is appending to a file, which several threads can't do
/// without one.
/// </summary>
internal static class SlowCalls
{
    private const string Constructor = ".ctor";

    // These open a file or a connection only where they are given its name.
    private static readonly ImmutableHashSet<string> s_byName = [Constructor, "Load", "Save"];

    private static readonly Dictionary<string, SlowKind> s_kinds = Parse(
        (SlowKind.Sleep, """
            System.Threading.Thread Sleep
            """),
        (SlowKind.Wait, """
            System.Threading.Thread Join
            System.Threading.Tasks.Task Wait WaitAll WaitAny
            System.Threading.Tasks.Task`1 Result
            System.Threading.Tasks.ValueTask`1 Result
            System.Runtime.CompilerServices.TaskAwaiter GetResult
            System.Runtime.CompilerServices.TaskAwaiter`1 GetResult
            System.Runtime.CompilerServices.ValueTaskAwaiter GetResult
            System.Runtime.CompilerServices.ValueTaskAwaiter`1 GetResult
            System.Runtime.CompilerServices.ConfiguredTaskAwaiter GetResult
            System.Runtime.CompilerServices.ConfiguredValueTaskAwaiter GetResult
            System.Threading.WaitHandle WaitOne WaitAll WaitAny SignalAndWait
            System.Threading.ManualResetEventSlim Wait
            System.Threading.CountdownEvent Wait
            System.Threading.Barrier SignalAndWait
            System.Threading.SpinWait SpinUntil
            System.Threading.SynchronizationContext Send
            System.ComponentModel.ISynchronizeInvoke Invoke
            System.Windows.Forms.Control Invoke
            System.Windows.Threading.Dispatcher Invoke
            System.Console Read ReadKey ReadLine
            System.Diagnostics.Process WaitForExit WaitForInputIdle
            System.Collections.Concurrent.BlockingCollection`1 Take TakeFromAny
            Tandem.ThreadQueue`1 Take Join
            Tandem.ProcessQueue`1 Take Join
            Tandem.PipeEnd`1 Receive
            Tandem.ProcessEvent Wait
            Tandem.ProcessBarrier SignalAndWait
            Tandem.WorkerProcess Join
            """),
        (SlowKind.Network, """
            System.Net.Dns GetHostEntry GetHostAddresses GetHostByName GetHostByAddress Resolve
            System.Net.Sockets.Socket Connect Send SendTo SendFile Receive ReceiveFrom ReceiveMessageFrom Accept Disconnect
            System.Net.Sockets.TcpClient Connect .ctor
            System.Net.Sockets.UdpClient Send Receive
            System.Net.Sockets.TcpListener AcceptSocket AcceptTcpClient
            System.Net.Sockets.NetworkStream Read Write ReadByte WriteByte CopyTo
            System.Net.Security.SslStream Read Write ReadByte WriteByte Flush CopyTo AuthenticateAsClient AuthenticateAsServer
            System.Net.WebRequest GetResponse GetRequestStream
            System.Net.WebClient DownloadData DownloadFile DownloadString OpenRead OpenWrite UploadData UploadFile UploadString UploadValues
            System.Net.Http.HttpMessageInvoker Send
            System.Net.Mail.SmtpClient Send
            System.Net.NetworkInformation.Ping Send
            System.Net.HttpListener GetContext
            System.IO.Pipes.NamedPipeClientStream Connect
            System.IO.Pipes.NamedPipeServerStream WaitForConnection
            System.IO.Pipes.PipeStream Read Write ReadByte WriteByte Flush CopyTo WaitForPipeDrain
            """),
        (SlowKind.File, """
            System.IO.File ReadAllText ReadAllLines ReadAllBytes WriteAllText WriteAllLines WriteAllBytes
            System.IO.File Open OpenRead OpenWrite OpenText Create CreateText Copy Move Replace Delete Encrypt Decrypt
            System.IO.Directory GetFiles GetDirectories GetFileSystemEntries CreateDirectory Delete Move
            System.IO.FileInfo Open OpenRead OpenWrite OpenText Create CreateText CopyTo MoveTo Replace Delete
            System.IO.DirectoryInfo GetFiles GetDirectories GetFileSystemInfos Create CreateSubdirectory Delete MoveTo
            System.IO.FileStream .ctor Read Write ReadByte WriteByte Flush CopyTo SetLength
            System.IO.StreamReader .ctor
            System.IO.StreamWriter .ctor
            System.IO.Compression.ZipFile CreateFromDirectory ExtractToDirectory Open OpenRead
            System.Xml.Linq.XDocument Load Save
            System.Xml.Linq.XElement Load Save
            System.Xml.XmlDocument Load Save
            """),
        (SlowKind.Database, """
            System.Data.IDbConnection Open
            System.Data.IDbCommand ExecuteNonQuery ExecuteReader ExecuteScalar
            System.Data.IDbTransaction Commit Rollback
            System.Data.Common.DbConnection Open
            System.Data.Common.DbCommand ExecuteNonQuery ExecuteReader ExecuteScalar Prepare
            System.Data.Common.DbTransaction Commit Rollback
            System.Data.Common.DbDataAdapter Fill Update
            Microsoft.EntityFrameworkCore.DbContext SaveChanges
            System.Data.Entity.DbContext SaveChanges
            """));

    /// <summary>The names of the members, and of the types that are slow to make. For a first look at syntax, before anything is bound.</summary>
    public static ImmutableHashSet<string> Names { get; } =
    [
        .. s_kinds.Keys.Select(static key => key.EndsWith(Constructor, StringComparison.Ordinal) ? LastName(key.Substring(0, key.Length - Constructor.Length - 1)) : LastName(key)),
    ];

    /// <summary>Why <paramref name="operation"/> (a call, a property read, an object creation) takes its time; null where it does not.</summary>
    public static SlowKind? Of(IOperation operation) => operation switch
    {
        IInvocationOperation call when !IsPoll(call) => call switch
        {
            // Task.Delay(100).Wait()
            { Instance: { } instance } when KindOf(call.TargetMethod, instance.Type) is { } kind => IsDelay(instance) ? SlowKind.Sleep : kind,
            _ => KindOf(call.TargetMethod, receiver: null),
        },
        IPropertyReferenceOperation { Instance: { } instance } property => KindOf(property.Property, instance.Type),
        IObjectCreationOperation { Constructor: { } constructor } => KindOf(constructor, receiver: null),
        _ => null,
    };

    /// <summary>What the code around it sees of <paramref name="operation"/>: <c>File.ReadAllText</c>, <c>new FileStream</c>.</summary>
    public static string NameOf(IOperation operation) => operation switch
    {
        IInvocationOperation { TargetMethod: { Name: "GetResult" } } => "GetResult",
        IInvocationOperation { TargetMethod: var method } => $"{method.ContainingType.Name}.{method.Name}",
        IPropertyReferenceOperation { Property: var property } => $"{property.ContainingType.Name}.{property.Name}",
        _ => $"new {operation.Type?.Name}",
    };

    private static SlowKind? KindOf(ISymbol member, ITypeSymbol? receiver)
    {
        if (s_byName.Contains(member.Name) && !(member is IMethodSymbol { Parameters: { Length: > 0 } parameters } && parameters[0].Type.SpecialType == SpecialType.System_String)) return null;
        foreach (var type in Types(receiver).Concat(Types(member.ContainingType)))
            if (s_kinds.TryGetValue(FullName(type) + "." + (member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? Constructor : member.Name), out var kind)) return kind;
        return null;
    }

    /// <summary><c>task.Wait(0)</c> and <c>Thread.Sleep(0)</c> wait for nothing.</summary>
    private static bool IsPoll(IInvocationOperation call) => call.Arguments.Any(static argument => argument.Parameter?.Type is { } type && argument.Value.Unconverted() switch
    {
        { ConstantValue: { HasValue: true, Value: 0 } } => type.SpecialType == SpecialType.System_Int32 && IsTime(argument.Parameter!),
        IFieldReferenceOperation { Field: { Name: "Zero", ContainingType.Name: "TimeSpan" } } or IDefaultValueOperation { Type.Name: "TimeSpan" } => true,
        _ => false,
    });

    private static bool IsTime(IParameterSymbol parameter) => parameter.Name.IndexOf("timeout", StringComparison.OrdinalIgnoreCase) >= 0 || parameter.Name.IndexOf("milliseconds", StringComparison.OrdinalIgnoreCase) >= 0;

    private static bool IsDelay(IOperation task) => task is IInvocationOperation { TargetMethod: { Name: "Delay", ContainingType.Name: "Task" } }
        || (task is IInvocationOperation { TargetMethod.Name: "GetAwaiter" or "ConfigureAwait" or "AsTask", Instance: { } instance } && IsDelay(instance));

    private static IEnumerable<INamedTypeSymbol> Types(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            if (type is INamedTypeSymbol { SpecialType: not SpecialType.System_Object } named) yield return named.OriginalDefinition;
    }

    private static string FullName(INamedTypeSymbol type) =>
        type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.MetadataName : type.MetadataName;

    private static string LastName(string key) => key.Substring(key.LastIndexOf('.') + 1);

    private static Dictionary<string, SlowKind> Parse(params (SlowKind Kind, string Rows)[] groups)
    {
        var kinds = new Dictionary<string, SlowKind>();
        foreach (var (kind, rows) in groups)
        {
            foreach (var row in rows.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
            {
                var words = row.Split([' '], StringSplitOptions.RemoveEmptyEntries);
                foreach (var member in words.Skip(1)) kinds[words[0] + "." + member] = kind;
            }
        }

        return kinds;
    }
}
