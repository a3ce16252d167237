using Tandem.Analyzers.Races;
using Tandem.Analyzers.Tests.Verification;

namespace Tandem.Analyzers.Tests.Races;

/// <summary>Starts of concurrent work beyond those of the framework's own threads and tasks.</summary>
public class SpawnTests
{
    private const string Declared = "My.Pool.Run|My.Bus.Received, My.IPool.Post, My.Pool.Nested.Go, My.Extensions.Fork";

    /// <summary>Members of a class that has a pool and a bus of the user's own.</summary>
    public static TheoryData<string> DeclaredRacing =>
    [
        "int _n; void M() { for (var i = 0; i < 9; i++) _pool.Run(() => [|_n++|]); }",
        "int _n; void M() { _pool.Run(Add); _pool.Run(Add); } void Add() => [|_n++|];",
        "void M() { var n = 0; _pool.Run(() => [|n++|]); [|n++|]; }",
        "int _n; void M() { for (var i = 0; i < 9; i++) _pool.Post(() => [|_n++|]); }",
        "int _n; void M(IPool pool) { for (var i = 0; i < 9; i++) pool.Post(() => [|_n++|]); }",
        "int _n; void M(Pool.Nested pool) { for (var i = 0; i < 9; i++) pool.Go(() => [|_n++|]); }",
        "int _n; void M() { for (var i = 0; i < 9; i++) _pool.Fork(() => [|_n++|]); }",
        "int _n; void M() { for (var i = 0; i < 9; i++) Start(() => [|_n++|]); } void Start(Action work) => _pool.Run(work);",
        "int _n; public C() { _bus.Received += OnReceived; } void OnReceived(object? sender, EventArgs e) => [|_n++|]; public void Reset() => [|_n--|];",
    ];

    [Theory]
    [MemberData(nameof(DeclaredRacing))]
    public Task DeclaredStart_Triggers(string members) => Updated(members, Declared);

    [Theory]
    [MemberData(nameof(DeclaredRacing))]
    public Task StartThatIsNotDeclared_DoesNotTrigger(string members) => Updated(members.Replace("[|", "").Replace("|]", ""), declared: null);

    [Theory]
    [InlineData("int _n; void M() { _pool.Run(() => _n++); }")]
    [InlineData("int _n; async Task M() { await _pool.Run(() => _n++); _n++; }")]
    [InlineData("int _n; async Task M() { for (var i = 0; i < 9; i++) await _pool.Run(() => _n++); }")]
    [InlineData("int _n; void M() { for (var i = 0; i < 9; i++) _pool.Later(() => _n++); }")]
    [InlineData("void M() { for (var i = 0; i < 9; i++) _pool.Run(() => { var n = 0; n++; Console.WriteLine(n); }); }")]
    [InlineData("readonly object _gate = new(); int _n; void M() { for (var i = 0; i < 9; i++) _pool.Run(() => { lock (_gate) _n++; }); }")]
    [InlineData("int _n; void M() { for (var i = 0; i < 9; i++) _pool.Run(() => Interlocked.Increment(ref _n)); }")]
    [InlineData("int _n; public C() { _bus.Sent += OnSent; } void OnSent(object? sender, EventArgs e) => _n++; public void Reset() => _n--;")]
    [InlineData("int _n; void Run(Action work) => work(); void M() { for (var i = 0; i < 9; i++) Run(() => _n++); }")]
    public Task DeclaredStartThatOverlapsNothing_DoesNotTrigger(string members) => Updated(members, Declared);

    [Theory]
    [InlineData("")]
    [InlineData("|")]
    [InlineData("Run")]
    [InlineData(".Run, My.Pool.")]
    [InlineData("My.Nothing.Run, My.Pool.Nothing")]
    public Task MalformedOrUnknown_IsLeftOut(string declared) => Updated("int _n; void M() { for (var i = 0; i < 9; i++) _pool.Run(() => _n++); }", declared);

    private static Task Updated(string members, string? declared)
    {
        var test = new CSharpAnalyzerVerifier<NonAtomicUpdateAnalyzer>.Test
        {
            TestCode = $$"""
                using System; using System.Threading; using System.Threading.Tasks; using My;
                #pragma warning disable CS0067
                namespace My
                {
                    public interface IPool { void Post(Action work); }
                    public sealed class Pool : IPool
                    {
                        public Task Run(Action work) => Later(work);
                        public Task Later(Action work) { work.ToString(); return Task.CompletedTask; }
                        public void Post(Action work) => Later(work);
                        public sealed class Nested { public void Go(Action work) => work.ToString(); }
                    }
                    public static class Extensions { public static void Fork(this Pool pool, Action work) => pool.Later(work); }
                    public sealed class Bus { public event EventHandler? Received; public event EventHandler? Sent; }
                }
                public class C
                {
                    readonly Pool _pool = new();
                    readonly Bus _bus = new();
                    {{members}}
                }
                """,
        };
        if (declared is not null) test.TestState.AnalyzerConfigFiles.Add(("/.editorconfig", $"root = true\n[*.cs]\ntandem_spawn = {declared}\n"));
        return test.RunAsync();
    }

    /// <summary>Members of a service that the host runs.</summary>
    [Theory]
    [InlineData("int _n; protected override async Task ExecuteAsync(CancellationToken token) { while (!token.IsCancellationRequested) { await Task.Delay(9); [|_n++|]; } } public void Add() => [|_n++|];")]
    [InlineData("int _n; protected override Task ExecuteAsync(CancellationToken token) => Loop(); async Task Loop() { for (; ; ) { await Task.Delay(9); [|_n--|]; } } public void Add() => [|_n++|];")]
    [InlineData("int _n; protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _n = 0; } public void Add() => [|_n++|];")]
    [InlineData("static int s_n; protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); s_n = 0; } public static void Add() => [|s_n++|];")]
    public Task ServiceThatTheHostRuns_OverlapsItsPublicMembers(string members) => Hosted(members);

    [Theory]
    [InlineData("int _n; protected override async Task ExecuteAsync(CancellationToken token) { while (!token.IsCancellationRequested) { await Task.Delay(9); _n++; } }")]
    [InlineData("int _n; protected override async Task ExecuteAsync(CancellationToken token) { for (; ; ) { await Task.Delay(9); Add(); } } void Add() { _n++; }")]
    [InlineData("int _n; protected override async Task ExecuteAsync(CancellationToken token) { for (; ; ) { await Task.Delay(9); Interlocked.Increment(ref _n); } } public void Add() => Interlocked.Increment(ref _n);")]
    [InlineData("int _n; readonly object _gate = new(); protected override async Task ExecuteAsync(CancellationToken token) { for (; ; ) { await Task.Delay(9); lock (_gate) _n++; } } public void Add() { lock (_gate) _n++; }")]
    [InlineData("int _n; protected override async Task ExecuteAsync(CancellationToken token) { for (; ; ) { await Task.Delay(9); Console.WriteLine(token); } } public void Add() { _n++; }")]
    [InlineData("int _n; public override Task StartAsync(CancellationToken token) { _n++; return base.StartAsync(token); } protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _n++; }")]
    [InlineData("int _n; public override async Task StopAsync(CancellationToken token) { await base.StopAsync(token); _n++; } protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _n++; }")]
    [InlineData("int _n; public override void Dispose() { _n++; } protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _n++; }")]
    [InlineData("int _n; public S() { _n++; } protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _n++; }")]
    [InlineData("protected override async Task ExecuteAsync(CancellationToken token) { var n = 0; for (; ; ) { await Task.Delay(9); n++; Console.WriteLine(n); } } public int Add(int n) { n++; return n; }")]
    public Task ServiceThatTheHostRuns_AloneOrLocked_DoesNotTrigger(string members) => Hosted(members);

    [Fact]
    public Task Message_TellsThatTheHostStartsIt() => CSharpAnalyzerVerifier<NonAtomicUpdateAnalyzer>.VerifyAnalyzerAsync(
        Service("int _n; protected override async Task ExecuteAsync(CancellationToken token) { await Task.Yield(); _n = 0; } public void Add() => {|#0:_n++|};"),
        CSharpAnalyzerVerifier<NonAtomicUpdateAnalyzer>.Diagnostic().WithLocation(0).WithArguments("_n", "'ExecuteAsync' changes it too, on another thread (started by the host)"));

    /// <summary>A service is no evidence if it is only started and stopped; neither is a class of another library by the name of the host's.</summary>
    [Theory]
    [InlineData("class S : Microsoft.Extensions.Hosting.IHostedService { int _n; public async Task StartAsync(CancellationToken token) { await Task.Yield(); _n++; } public async Task StopAsync(CancellationToken token) { await Task.Yield(); _n++; } public void Add() => _n++; }")]
    [InlineData("abstract class BackgroundService { protected abstract Task ExecuteAsync(); } class S : BackgroundService { int _n; protected override async Task ExecuteAsync() { await Task.Yield(); _n++; } public void Add() => _n++; }")]
    [InlineData("class S { int _n; protected virtual async Task ExecuteAsync() { await Task.Yield(); _n++; } public void Add() => _n++; }")]
    public Task NoBackgroundService_DoesNotTrigger(string type) => CSharpAnalyzerVerifier<NonAtomicUpdateAnalyzer>.VerifyAnalyzerAsync(Service("protected override Task ExecuteAsync(CancellationToken token) => Task.CompletedTask;").Replace("class S :", "class Other :") + type);

    private static Task Hosted(string members) => CSharpAnalyzerVerifier<NonAtomicUpdateAnalyzer>.VerifyAnalyzerAsync(Service(members));

    private static string Service(string members) =>
        $$"""
        using System; using System.Threading; using System.Threading.Tasks;
        namespace Microsoft.Extensions.Hosting
        {
            public interface IHostedService { Task StartAsync(CancellationToken token); Task StopAsync(CancellationToken token); }
            public abstract class BackgroundService : IHostedService, IDisposable
            {
                protected abstract Task ExecuteAsync(CancellationToken token);
                public virtual Task StartAsync(CancellationToken token) => Task.CompletedTask;
                public virtual Task StopAsync(CancellationToken token) => Task.CompletedTask;
                public virtual void Dispose() { }
            }
        }
        public class S : Microsoft.Extensions.Hosting.BackgroundService
        {
            {{members}}
        }

        """;

    /// <summary>Consumers of channels and queues: what is handed over belongs to who takes it.</summary>
    [Theory]
    [InlineData("void M() { Task.Run(async () => { await foreach (var item in _channel.Reader.ReadAllAsync()) item.Count++; }); } public void Add(Item item) { item.Count++; _channel.Writer.TryWrite(item); }")]
    [InlineData("void M() { for (var i = 0; i < 3; i++) Task.Run(async () => { while (await _channel.Reader.WaitToReadAsync()) while (_channel.Reader.TryRead(out var item)) item.Count++; }); }")]
    [InlineData("void M() { for (var i = 0; i < 3; i++) Task.Run(async () => { var item = await _channel.Reader.ReadAsync(); item.Count++; }); }")]
    [InlineData("void M() { for (var i = 0; i < 3; i++) new Thread(() => { foreach (var item in _queue.GetConsumingEnumerable()) item.Count++; }).Start(); }")]
    [InlineData("void M() { for (var i = 0; i < 3; i++) new Thread(() => { while (_queue.TryTake(out var item)) item.Count++; }).Start(); }")]
    [InlineData("readonly ThreadLocal<Item> _own = new(); void M() { Parallel.For(0, 9, i => _own.Value!.Count++); }")]
    [InlineData("void M() { Task.Run(async () => { await foreach (var item in _channel.Reader.ReadAllAsync()) { _total += item.Count; } }); } int _total;")]
    public Task HandedOver_DoesNotTrigger(string members) => Consumer(members);

    [Theory]
    [InlineData("int _total; void M() { for (var i = 0; i < 3; i++) Task.Run(async () => { await foreach (var item in _channel.Reader.ReadAllAsync()) [|_total += item.Count|]; }); }")]
    [InlineData("int _total; void M() { Task.Run(async () => { await foreach (var item in _channel.Reader.ReadAllAsync()) [|_total += item.Count|]; }); } public void Reset() => _total = 0;")]
    public Task ConsumersThatShareATotal_Trigger(string members) => Consumer(members);

    private static Task Consumer(string members) => CSharpAnalyzerVerifier<NonAtomicUpdateAnalyzer>.VerifyAnalyzerAsync(
        $$"""
        using System; using System.Collections.Concurrent; using System.Threading; using System.Threading.Channels; using System.Threading.Tasks;
        public class Item { public int Count; }
        public class C
        {
            readonly Channel<Item> _channel = Channel.CreateUnbounded<Item>();
            readonly BlockingCollection<Item> _queue = new();
            {{members}}
        }
        """);
}
