using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Locks.SlowCallUnderLockAnalyzer>;

namespace Tandem.Analyzers.Tests.Locks;

public class SlowCallUnderLockTests
{
    // Sleeping.

    [Theory]
    [InlineData("Thread.Sleep(100)")]
    [InlineData("Thread.Sleep(TimeSpan.FromSeconds(1))")]
    [InlineData("Task.Delay(100).Wait()")]
    [InlineData("Task.Delay(100).GetAwaiter().GetResult()")]
    [InlineData("Task.Delay(100).ConfigureAwait(false).GetAwaiter().GetResult()")]
    public Task Sleep_Triggers(string call) => InLock($"[|{call}|]; _count++;");

    [Theory]
    [InlineData("Thread.Sleep(0)")]
    [InlineData("Thread.Sleep(TimeSpan.Zero)")]
    [InlineData("Thread.Yield()")]
    [InlineData("Thread.SpinWait(10)")]
    [InlineData("Task.Delay(100)")]
    public Task NoSleep_DoesNotTrigger(string call) => InLock($"{call}; _count++;");

    [Fact]
    public Task SleepBesideTheLock_DoesNotTrigger() => InMethod("Thread.Sleep(1); lock (_gate) { _count++; } Thread.Sleep(1);");

    // Blocking waits.

    [Theory]
    [InlineData("_task.Wait()")]
    [InlineData("_task.Wait(100)")]
    [InlineData("Task.WaitAll(_task)")]
    [InlineData("Task.WaitAny(_task, _numbers)")]
    [InlineData("_task.GetAwaiter().GetResult()")]
    [InlineData("_event.WaitOne()")]
    [InlineData("_event.WaitOne(100)")]
    [InlineData("WaitHandle.WaitAll(new WaitHandle[] { _event })")]
    [InlineData("_thread.Join()")]
    [InlineData("_slim.Wait()")]
    [InlineData("_countdown.Wait()")]
    [InlineData("_barrier.SignalAndWait()")]
    [InlineData("_process.WaitForExit()")]
    [InlineData("_queue.Take()")]
    [InlineData("_threadQueue.Take()")]
    [InlineData("SynchronizationContext.Current!.Send(_ => { }, null)")]
    [InlineData("Console.ReadLine()")]
    public Task BlockingWait_Triggers(string call) => InLock($"[|{call}|]; _count++;");

    [Fact]
    public Task Result_Triggers() => InLock("_count = [|_numbers.Result|];");

    [Fact]
    public Task ResultOfACall_Triggers() => InLock("_text = [|_http.GetStringAsync(_path).Result|];");

    [Theory]
    [InlineData("_task.Wait(0)")]
    [InlineData("_event.WaitOne(0)")]
    [InlineData("_event.WaitOne(TimeSpan.Zero)")]
    [InlineData("_thread.Join(millisecondsTimeout: 0)")]
    [InlineData("_slim.Set()")]
    [InlineData("_queue.TryTake(out _)")]
    [InlineData("_task.ContinueWith(static _ => Thread.Sleep(1))")]
    [InlineData("Task.Run(() => Thread.Sleep(1))")]
    [InlineData("_count = Task.FromResult(1).Result")]
    [InlineData("Task.CompletedTask.Wait()")]
    public Task NoWait_DoesNotTrigger(string call) => InLock($"{call}; _count++;");

    [Fact]
    public Task ResultOfACompletedTask_DoesNotTrigger() => InLock("if (_numbers.IsCompleted) _count = _numbers.Result;");

    [Fact]
    public Task ResultOfATaskWhoseStatusIsKnown_DoesNotTrigger() => InLock("if (_numbers.Status == TaskStatus.RanToCompletion) _count = _numbers.Result;");

    [Fact]
    public Task ResultOfAnAwaitedTask_DoesNotTrigger() => InClass("async Task M() { await _numbers; lock (_gate) { _count = _numbers.Result; } }");

    [Fact]
    public Task ResultOfAllTasksAwaited_DoesNotTrigger() => InClass("async Task M(Task<int>[] all) { await Task.WhenAll(all); lock (_gate) { foreach (var one in all) _count += one.Result; } }");

    [Fact]
    public Task ResultOfAContinuationsTask_DoesNotTrigger() => InMethod("_numbers.ContinueWith(done => { lock (_gate) { _count = done.Result; } });");

    [Fact]
    public Task ResultOfACallThatIsToldNotToBeAsync_DoesNotTrigger() => InClass("void M() { lock (_gate) { Work(async: false).GetAwaiter().GetResult(); [|Work(async: true).GetAwaiter().GetResult()|]; } } async Task Work(bool async) { if (async) await Task.Delay(1); }");

    [Fact]
    public Task ResultOfSomethingElse_DoesNotTrigger() => InLock("_count = new Answer().Result; new Answer().Wait();");

    // Locks are no slow calls.

    [Theory]
    [InlineData("_semaphore.Wait(); _semaphore.Release()")]
    [InlineData("_mutex.WaitOne(); _mutex.ReleaseMutex()")]
    [InlineData("lock (_other) { _count--; }")]
    [InlineData("Monitor.Enter(_other); Monitor.Exit(_other)")]
    [InlineData("Monitor.Wait(_gate)")]
    [InlineData("while (_count == 0) Monitor.Wait(_gate, 100)")]
    [InlineData("Monitor.PulseAll(_gate)")]
    public Task AnotherLock_DoesNotTrigger(string code) => InLock($"{code}; _count++;");

    [Fact]
    public Task WaitOnOneMonitorWhileAnotherIsHeld_Triggers() => InMethod("lock (_gate) { lock (_other) { while (_count == 0) [|Monitor.Wait(_other)|]; } }");

    [Theory]
    [InlineData("""Console.WriteLine("x")""")]
    [InlineData("""Console.Error.Write("x")""")]
    [InlineData("""System.Diagnostics.Debug.WriteLine("x")""")]
    public Task Console_DoesNotTrigger(string call) => InLock($"{call}; _count++;");

    // Files.

    [Theory]
    [InlineData("_text = [|File.ReadAllText(_path)|]")]
    [InlineData("[|File.WriteAllText(_path, _text)|]")]
    [InlineData("[|File.Delete(_path)|]")]
    [InlineData("_count = [|Directory.GetFiles(_path)|].Length")]
    [InlineData("[|new FileInfo(_path).Delete()|]")]
    [InlineData("var all = [|XDocument.Load(_path)|]")]
    public Task File_Triggers(string code) => InLock($"{code}; _count++;");

    [Theory]
    [InlineData("_text = Path.Combine(_path, _text)")]
    [InlineData("File.AppendAllText(_path, _text)")]
    [InlineData("if (File.Exists(_path)) _count--")]
    [InlineData("new StringWriter().Write(1)")]
    [InlineData("new MemoryStream().Write(new byte[3], 0, 3)")]
    [InlineData("var all = XDocument.Load(new StringReader(_text))")]
    [InlineData("var reader = new StreamReader(new MemoryStream())")]
    public Task NoFile_DoesNotTrigger(string code) => InLock($"{code}; _count++;");

    [Fact]
    public Task FileThatIsOpenedAndReadUnderTheLock_TriggersOnce() => InLock("using (var file = [|new FileStream(_path, FileMode.Open)|]) { file.ReadByte(); file.ReadByte(); }");

    [Fact]
    public Task FileThatWasOpenedBefore_Triggers() => InMethod("using var file = new FileStream(_path, FileMode.Open); lock (_gate) { _count = [|file.ReadByte()|]; }");

    [Fact]
    public Task SeveralInOneStatement_TriggerOnce() => InLock("_text = [|File.ReadAllText(_path)|] + File.ReadAllText(_path);");

    // Network and databases.

    [Theory]
    [InlineData("_count = [|Dns.GetHostAddresses(_path)|].Length")]
    [InlineData("[|new Socket(SocketType.Stream, ProtocolType.Tcp).Connect(_path, 80)|]")]
    [InlineData("var client = [|new TcpClient(_path, 80)|]")]
    [InlineData("[|_http.Send(new HttpRequestMessage())|]")]
    public Task Network_Triggers(string code) => InLock(code.Contains("_http") ? "var own = new HttpClient(); " + code.Replace("_http", "own") + ";" : $"{code}; _count++;");

    [Theory]
    [InlineData("_text = _http.BaseAddress!.ToString()")]
    [InlineData("var request = new HttpRequestMessage()")]
    [InlineData("_http.CancelPendingRequests()")]
    [InlineData("var client = new TcpClient()")]
    [InlineData("var sent = _http.GetStringAsync(_path)")]
    public Task NoNetwork_DoesNotTrigger(string code) => InLock($"{code}; _count++;");

    [Fact]
    public Task DatabaseOfItsOwn_Triggers() => InLock("using var connection = new Sql(_path); [|connection.Open()|];");

    [Fact]
    public Task CommandOfItsOwnConnection_Triggers() => InMethod("using var connection = new Sql(_path); connection.Open(); using var command = connection.CreateCommand(); lock (_gate) { [|command.ExecuteNonQuery()|]; }");

    // What the lock is there for.

    [Theory]
    [InlineData("_stream.Write(new byte[3], 0, 3); _stream.Flush()")]
    [InlineData("_writer.WriteLine(_text)")]
    [InlineData("this._stream.WriteByte(1)")]
    [InlineData("_socket.Send(new byte[3])")]
    [InlineData("_connection.Open()")]
    [InlineData("using var command = _connection.CreateCommand(); command.ExecuteNonQuery()")]
    [InlineData("_holder.Socket.Send(new byte[3])")]
    public Task GuardedObject_DoesNotTrigger(string code) => InLock($"{code}; _count++;");

    [Fact]
    public Task ObjectOfTheCaller_Triggers() => InClass("void M(DbCommand command) { lock (_gate) { [|command.ExecuteNonQuery()|]; } }");

    [Fact]
    public Task ObjectOfTheCallerThatIsLocked_DoesNotTrigger() => InClass("void M(Holder holder, FileStream file) { lock (holder) { holder.Socket.Connect(_path, 80); } lock (file) { file.WriteByte(1); } }");

    [Fact]
    public Task ClientThatThreadsShare_Triggers() => InLock("[|_http.Send(new HttpRequestMessage())|];");

    [Fact]
    public Task GuardedObjectThatAPrivateHelperUses_DoesNotTrigger() => InClass("public void M() { lock (_gate) { _stream.WriteByte(1); Core(); } } void Core() => _stream.WriteByte(2); public void Close() => _stream.Flush();");

    [Fact]
    public Task ObjectThatOthersUseWithoutTheLock_Triggers() => InClass("public void M() { lock (_gate) { [|_stream.WriteByte(1)|]; } } public void N() { _stream.WriteByte(2); }");

    [Fact]
    public Task LockedStream_DoesNotTrigger() => InMethod("lock (_stream) { _stream.WriteByte(1); File.Delete(_path); } lock (_writer) _writer.WriteLine();");

    [Fact]
    public Task LockNamedForIo_DoesNotTrigger() => InMethod("lock (_fileLock) { File.WriteAllText(_path, _text); _count++; }");

    [Fact]
    public Task LockNamedForIo_StillTriggersForASleep() => InMethod("lock (_fileLock) { [|Thread.Sleep(100)|]; }");

    [Fact]
    public Task LockThatGuardsAFileEverywhere_DoesNotTrigger() => InClass("void M() { lock (_gate) { File.WriteAllText(_path, _text); } } string N() { lock (_gate) { return File.ReadAllText(_path); } }");

    [Fact]
    public Task LockThatGuardsMemoryElsewhere_Triggers() => InClass("void M() { lock (_gate) { [|File.WriteAllText(_path, _text)|]; } } string N() { lock (_gate) { return _text; } }");

    [Fact]
    public Task LoadedOnce_DoesNotTrigger() => InLock("if (_loaded == null) { _loaded = File.ReadAllText(_path); }");

    [Fact]
    public Task LoadedOnceByCoalescing_DoesNotTrigger() => InLock("_loaded ??= File.ReadAllText(_path);");

    [Fact]
    public Task LoadedOnceBehindAReturn_DoesNotTrigger() => InClass("string M() { lock (_gate) { if (_loaded != null) return _loaded; var text = File.ReadAllText(_path); _loaded = text; return text; } }");

    [Fact]
    public Task LoadedAgainBehindAReturnOfAnother_Triggers() => InClass("string M() { lock (_gate) { if (_count > 3) return _text; var text = [|File.ReadAllText(_path)|]; _loaded = text; return text; } }");

    [Fact]
    public Task LoadedOnceByBlocking_Triggers() => InLock("_loaded ??= [|_http.GetStringAsync(_path).Result|];");

    [Fact]
    public Task MutexOverAFile_DoesNotTrigger() => InMethod("_mutex.WaitOne(); try { File.Delete(_path); } finally { _mutex.ReleaseMutex(); }");

    // Locks of each kind.

    [Fact]
    public Task MonitorCalls_Trigger() => InMethod("Monitor.Enter(_gate); try { [|Thread.Sleep(1)|]; } finally { Monitor.Exit(_gate); } Thread.Sleep(1);");

    [Fact]
    public Task MaybeHeld_DoesNotTrigger() => InMethod("var taken = _count > 3; if (taken) Monitor.Enter(_gate); Thread.Sleep(1); if (taken) Monitor.Exit(_gate);");

    [Fact]
    public Task LockStatementOverALock_Triggers() => InMethod("lock (_lock) { [|Thread.Sleep(1)|]; }");

    [Fact]
    public Task LockScope_Triggers() => InMethod("using (_lock.EnterScope()) { [|Thread.Sleep(1)|]; } Thread.Sleep(1);");

    [Fact]
    public Task WriteLock_Triggers() => InMethod("_rw.EnterWriteLock(); try { [|Thread.Sleep(1)|]; } finally { _rw.ExitWriteLock(); }");

    [Fact]
    public Task ThreadLock_Triggers() => InMethod("using (_threadLock.Acquire()) { [|Thread.Sleep(1)|]; }");

    [Fact]
    public Task SemaphoreOfOne_Triggers() => InMethod("_semaphore.Wait(); try { [|Thread.Sleep(1)|]; } finally { _semaphore.Release(); }");

    [Fact]
    public Task SlowMethodUnderASemaphore_DoesNotTrigger() => InClass("void M() { _semaphore.Wait(); try { Pause(); } finally { _semaphore.Release(); } } void Pause() => Thread.Sleep(1);");

    [Fact]
    public Task SemaphoreOfSeveral_DoesNotTrigger() => InMethod("_several.Wait(); try { Thread.Sleep(1); } finally { _several.Release(); }");

    [Fact]
    public Task SemaphoreThatIsASignal_DoesNotTrigger() => InMethod("_semaphore.Wait(); Thread.Sleep(1);");

    [Fact]
    public Task AwaitedIoUnderAnAsynchronousLock_DoesNotTrigger() => InClass("async Task M() { await _semaphore.WaitAsync(); try { _text = await File.ReadAllTextAsync(_path); await Task.Delay(1); } finally { _semaphore.Release(); } }");

    [Fact]
    public Task IoUnderAnAsynchronousLock_DoesNotTrigger() => InClass("async Task M() { await _semaphore.WaitAsync(); try { _text = File.ReadAllText(_path); } finally { _semaphore.Release(); } }");

    [Fact]
    public Task BlockingUnderAnAsynchronousLock_Triggers() => InClass("async Task M() { using (await _threadLock.AcquireAsync()) { [|_task.Wait()|]; } }");

    [Fact]
    public Task LockGivenBackForTheWait_DoesNotTrigger() => InMethod("Monitor.Enter(_gate); _count++; Monitor.Exit(_gate); Thread.Sleep(1); Monitor.Enter(_gate); _count--; Monitor.Exit(_gate);");

    // Where the code runs.

    [Fact]
    public Task LambdaUnderTheLock_DoesNotTrigger() => InLock("_later = () => Thread.Sleep(1); Task.Run(() => File.Delete(_path));");

    [Fact]
    public Task LockInALambda_Triggers() => InMethod("_later = () => { lock (_gate) { [|Thread.Sleep(1)|]; } };");

    [Fact]
    public Task LocalFunctionUnderTheLock_DoesNotTrigger() => InLock("void Later() { Thread.Sleep(1); } _later = Later;");

    [Fact]
    public Task NestedLocks_TriggerForTheInner() => InMethod("lock (_gate) { lock (_other) { [|Thread.Sleep(1)|]; } }");

    [Fact]
    public Task LockExpression_DoesNotTrigger() => InMethod("lock (Slow()) { _count++; } object Slow() { Thread.Sleep(1); return _gate; }");

    [Fact]
    public Task EmbeddedStatement_Triggers() => InMethod("lock (_gate) [|Thread.Sleep(1)|];");

    // One level down.

    [Fact]
    public Task CallOfASlowMethod_Triggers() => InClass("void M() { lock (_gate) { [|Pause()|]; } } void Pause() { _count++; Thread.Sleep(1); }");

    [Fact]
    public Task CallOfASlowMethodWithArrow_Triggers() => InClass("void M() { lock (_gate) { _text = [|Load()|]; } } string Load() => File.ReadAllText(_path);");

    [Fact]
    public Task CallOfALocalSlowFunction_Triggers() => InMethod("lock (_gate) { [|Pause()|]; } static void Pause() => Thread.Sleep(1);");

    [Fact]
    public Task CallOfAnotherTypesSlowMethod_Triggers() => InClass("void M() { lock (_gate) { [|Pauses.Long()|]; } } static class Pauses { public static void Long() { using (new MemoryStream()) { Thread.Sleep(1); } } }");

    [Fact]
    public Task CallOfAMethodThatMaySleep_DoesNotTrigger() => InClass("void M() { lock (_gate) { Pause(); } } void Pause() { if (_count > 3) Thread.Sleep(1); }");

    [Fact]
    public Task CallOfAMethodThatMayReturnBefore_DoesNotTrigger() => InClass("void M() { lock (_gate) { Pause(); } } void Pause() { if (_count > 3) return; Thread.Sleep(1); }");

    [Fact]
    public Task CallOfAMethodThatSleepsInALoop_DoesNotTrigger() => InClass("void M() { lock (_gate) { Pause(); } } void Pause() { while (_count > 3) Thread.Sleep(1); }");

    [Fact]
    public Task CallOfAMethodThatStartsASleeper_DoesNotTrigger() => InClass("void M() { lock (_gate) { Pause(); } } void Pause() { Task.Run(() => Thread.Sleep(1)); }");

    [Fact]
    public Task CallOfAnAsyncMethod_DoesNotTrigger() => InClass("void M() { lock (_gate) { var pause = Pause(); } } async Task Pause() { await Task.Yield(); Thread.Sleep(1); }");

    [Fact]
    public Task CallOfAVirtualMethod_DoesNotTrigger() => InClass("void M() { lock (_gate) { Pause(); } } protected virtual void Pause() => Thread.Sleep(1);");

    [Fact]
    public Task CallOfAMethodTwoLevelsDown_DoesNotTrigger() => InClass("void M() { lock (_gate) { Rest(); } } void Rest() { Pause(); } void Pause() { Thread.Sleep(1); }");

    [Fact]
    public Task CallOfAnObjectThatOwnsItsStream_DoesNotTrigger() => InClass("void M() { lock (_gate) { Send(); } } void Send() => _stream.WriteByte(1);");

    [Fact]
    public Task CallOfAMethodThatWaitsForAFinishedTask_DoesNotTrigger() => InClass("void M() { lock (_gate) { Get(); } } int Get() { if (!_numbers.IsCompleted) throw new Exception(); return _numbers.Result; }");

    [Fact]
    public Task MethodThatHoldsItsCallersLock_Triggers() => InClass("[Holds(nameof(_gate))] void M() { [|Thread.Sleep(1)|]; } void N() { lock (_gate) { M(); } }");

    [Fact]
    public Task LocalMadeOfItself_DoesNotThrow() => InLock("Sql sql = (Sql){|CS0165:sql|}.CreateCommand().Connection!; sql.Open();");

    // Messages.

    [Fact]
    public Task Message_NamesCallAndLock() => Verify.VerifyAnalyzerAsync(
        Source("void M() { {|#1:lock (_gate)|} { {|#0:Thread.Sleep(1)|}; } }"),
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'Thread.Sleep' sleeps", "_gate", 48, "do it before or after the lock"));

    [Fact]
    public Task Message_NamesTheCallBelow() => Verify.VerifyAnalyzerAsync(
        Source("void M() { {|#1:lock (_gate)|} { {|#0:Pause()|}; } } void Pause() => {|#2:Thread.Sleep(1)|};"),
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2).WithArguments("'Pause' calls 'Thread.Sleep' on line 48, which sleeps,", "_gate", 48, "do it before or after the lock"));

    [Theory]
    [InlineData("class P(DbConnection connection) { readonly object _gate = new(); public int Run() { lock (_gate) { using var command = connection.CreateCommand(); return command.ExecuteNonQuery(); } } }")]
    [InlineData("class P(Socket socket) { readonly object _gate = new(); public int Run(byte[] bytes) { lock (_gate) { return socket.Send(bytes); } } }")]
    [InlineData("class P(Socket socket) { readonly object _gate = new(); int _n; public int Run(byte[] bytes) { lock (_gate) { _n++; return [|socket.Send(bytes)|]; } } public int Read(byte[] bytes) => socket.Receive(bytes); }")]
    public Task ParameterOfThePrimaryConstructor_IsAField(string type) => InClass(type);

    [Fact]
    public Task ObjectThatIsBeingMade_DoesNotTrigger() => InClass("public C(string path) { lock (_gate) { _text = File.ReadAllText(path); } }");

    [Fact]
    public Task LockOfAllObjectsInAConstructor_Triggers() => InClass("static readonly object s_all = new(); public C(string path) { lock (s_all) { _text = [|File.ReadAllText(path)|]; } }");

    private static Task InLock(string body) => InMethod($"lock (_gate) {{ {body} }}");

    private static Task InMethod(string body) => InClass($"void M() {{ {body} }}");

    private static Task InClass(string members) => Verify.VerifyAnalyzerAsync(Source(members));

    private static string Source(string members) => $$"""
        using System;
        using System.Collections.Concurrent;
        using System.Data;
        using System.Data.Common;
        using System.Diagnostics;
        using System.IO;
        using System.Net;
        using System.Net.Http;
        using System.Net.Sockets;
        using System.Threading;
        using System.Threading.Tasks;
        using System.Xml.Linq;
        using Tandem;
        #pragma warning disable CS0649, CS8618, CS1998, CS8765, SYSLIB0014

        class Answer { public int Result => 1; public void Wait() { } }
        class Holder { public Socket Socket = new(SocketType.Stream, ProtocolType.Tcp); }

        class C
        {
            readonly object _gate = new(), _other = new(), _fileLock = new();
            readonly Lock _lock = new();
            readonly ReaderWriterLockSlim _rw = new();
            readonly Mutex _mutex = new();
            readonly SemaphoreSlim _semaphore = new(1, 1), _several = new(4);
            readonly ThreadLock _threadLock = new();
            readonly AutoResetEvent _event = new(true);
            readonly ManualResetEventSlim _slim = new();
            readonly CountdownEvent _countdown = new(1);
            readonly Barrier _barrier = new(2);
            readonly BlockingCollection<int> _queue = new();
            readonly ThreadQueue<int> _threadQueue = new();
            readonly HttpClient _http = new();
            readonly Thread _thread;
            readonly Process _process;
            readonly Task _task;
            readonly Task<int> _numbers;
            readonly FileStream _stream;
            readonly StreamWriter _writer;
            readonly Socket _socket;
            readonly DbConnection _connection;
            readonly Holder _holder = new();
            readonly string _path = "";
            string? _loaded;
            string _text = "";
            int _count;
            Action? _later;
            {{members.Replace("\n", "\n    ")}}
        }

        class Sql(string name) : DbConnection
        {
            public override string ConnectionString { get; set; } = name;
            public override string Database => ""; public override string DataSource => ""; public override string ServerVersion => ""; public override ConnectionState State => default;
            public override void ChangeDatabase(string databaseName) { } public override void Close() { } public override void Open() { }
            protected override DbTransaction BeginDbTransaction(System.Data.IsolationLevel isolationLevel) => throw new NotSupportedException();
            protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
        }
        """;
}
