namespace Tandem.Workers;

/// <summary>
/// The types that mean something in one process only, by name, each with what to do instead. A type that derives from one of them or
/// implements it is meant too.
/// </summary>
internal static class RefusedTypes
{
    private const string UseProcessLock = "Use a ProcessLock.";
    private const string UseProcessQueue = "Use a ProcessQueue.";
    private const string UseProcessEvent = "Use a ProcessEvent.";
    private const string PassTheData = "Pass the data, or the path or address that it is opened by, and open it in the worker.";
    private const string MakeItThere = "Make it in the worker.";
    private const string PassWhatItHolds = "Pass the values that it holds.";

    public static readonly IReadOnlyDictionary<string, string> Remedies = new Dictionary<string, string>
    {
        ["System.Delegate"] = "Pass the data that the delegate would use, and call its method in the work itself.",
        ["System.IO.Stream"] = PassTheData,
        ["System.IO.TextReader"] = PassTheData,
        ["System.IO.TextWriter"] = PassTheData,
        ["System.IO.FileSystemWatcher"] = MakeItThere,
        ["System.Net.Sockets.Socket"] = PassTheData,
        ["System.Net.Sockets.TcpClient"] = PassTheData,
        ["System.Net.Sockets.UdpClient"] = PassTheData,
        ["System.Net.Sockets.TcpListener"] = MakeItThere,
        ["System.Net.Http.HttpMessageInvoker"] = MakeItThere,
        ["System.Net.Http.HttpMessageHandler"] = MakeItThere,
        ["System.Data.IDbConnection"] = PassTheData,
        ["System.Data.IDbCommand"] = PassTheData,
        // DataTable and DataSet, which could serve services to a designer.
        ["System.ComponentModel.MarshalByValueComponent"] = "Pass its rows as an array of a type of your own.",
        ["System.ArraySegment`1"] = "Pass it as Memory (AsMemory), which crosses as the bytes of what it shows where its elements are plain values, else its ToArray().",
        ["System.Collections.BitArray"] = "Pass its bits as a bool[] or an int[], which its CopyTo fills.",
        ["System.Runtime.InteropServices.SafeHandle"] = PassTheData,
        ["System.Runtime.InteropServices.CriticalHandle"] = PassTheData,
        ["System.Runtime.InteropServices.HandleRef"] = PassTheData,
        ["System.Runtime.InteropServices.GCHandle"] = PassWhatItHolds,
        ["System.IntPtr"] = "An address or handle means nothing there. Pass the data, or a long where it is a number.",
        ["System.UIntPtr"] = "An address or handle means nothing there. Pass the data, or a ulong where it is a number.",
        ["System.Threading.Tasks.Task"] = "Await it and pass its result.",
        ["System.Threading.Tasks.ValueTask"] = "Await it and pass its result.",
        ["System.Threading.Tasks.ValueTask`1"] = "Await it and pass its result; work that is asynchronous returns a Task.",
        ["System.Threading.Tasks.TaskCompletionSource"] = "Return the result from the work.",
        ["System.Threading.Tasks.TaskCompletionSource`1"] = "Return the result from the work.",
        ["System.Threading.CancellationToken"] = "Pass the token as an argument of its own.",
        ["System.Threading.CancellationTokenSource"] = "Pass its token as an argument of its own.",
        ["System.Threading.CancellationTokenRegistration"] = "Pass the token as an argument of its own.",
        ["System.Threading.Thread"] = MakeItThere,
        ["System.Threading.Timer"] = MakeItThere,
        ["System.Threading.PeriodicTimer"] = MakeItThere,
        ["System.Timers.Timer"] = MakeItThere,
        ["System.Threading.ThreadLocal`1"] = PassWhatItHolds,
        ["System.Threading.AsyncLocal`1"] = PassWhatItHolds,
        ["System.Threading.Lock"] = UseProcessLock,
        ["System.Threading.ReaderWriterLock"] = UseProcessLock,
        ["System.Threading.ReaderWriterLockSlim"] = UseProcessLock,
        ["System.Threading.SpinLock"] = UseProcessLock,
        ["System.Threading.SemaphoreSlim"] = "Use a ProcessSemaphore, or a ProcessEvent to signal.",
        ["System.Threading.WaitHandle"] = "Use a ProcessLock or a ProcessSemaphore to exclude, or a ProcessEvent to signal.",
        ["System.Threading.ManualResetEventSlim"] = UseProcessEvent,
        ["System.Threading.CountdownEvent"] = "Use a ProcessBarrier, or a ProcessQueue to signal.",
        ["System.Threading.Barrier"] = "Use a ProcessBarrier.",
        ["Tandem.ThreadLock"] = UseProcessLock,
        ["Tandem.LockScope"] = "Pass the ProcessLock, and acquire it in the worker.",
        ["Tandem.ThreadQueue`1"] = UseProcessQueue,
        ["Tandem.Executor"] = "Make an executor in the worker, or submit from here.",
        ["System.Threading.Channels.Channel`2"] = UseProcessQueue,
        ["System.Threading.Channels.ChannelReader`1"] = UseProcessQueue,
        ["System.Threading.Channels.ChannelWriter`1"] = UseProcessQueue,
        ["System.Collections.Concurrent.BlockingCollection`1"] = UseProcessQueue,
        ["System.Collections.Generic.IAsyncEnumerable`1"] = "Collect its items and pass them as an array, or use a ProcessQueue.",
        ["System.Linq.IQueryable"] = "Run the query and pass its result as an array.",
        ["System.Collections.IEnumerator"] = "Pass the sequence as an array.",
        ["System.Lazy`1"] = PassWhatItHolds,
        ["System.WeakReference"] = PassWhatItHolds,
        ["System.WeakReference`1"] = PassWhatItHolds,
        ["System.Type"] = "Pass its name, or make the work generic.",
        ["System.Reflection.MemberInfo"] = "Pass its name.",
        ["System.Reflection.Assembly"] = "Pass its name.",
        ["System.Reflection.Module"] = "Pass its name.",
        ["System.Exception"] = "Throw it, or pass its message.",
        ["System.Diagnostics.Process"] = "Pass its id.",
        ["System.IServiceProvider"] = "Build the services in the worker, for example in the Initializer.",
        ["System.Text.StringBuilder"] = "Pass its ToString().",
        ["System.Random"] = "Pass a seed.",
    };
}
