using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Executors.ExecutorNeverShutDownAnalyzer>;

namespace Tandem.Analyzers.Tests.Executors;

public class ExecutorNeverShutDownTests
{
    [Theory]
    [InlineData("var pool = [|new ThreadExecutor(4)|]; await pool.Submit(Work);")]
    [InlineData("var pool = [|new ProcessExecutor()|]; await pool.Submit(Work);")]
    [InlineData("ProcessExecutor pool = [|new(new ProcessExecutorOptions { MaxWorkers = 2 })|]; await foreach (var x in pool.Map(Twice, items)) Console.WriteLine(x);")]
    [InlineData("Executor pool = [|new ThreadExecutor()|]; Console.WriteLine(pool.MaxWorkers);")]
    [InlineData("ThreadExecutor pool; pool = [|new ThreadExecutor(2)|]; await pool.Submit(Work);")]
    public Task LocalThatIsNeverShutDown_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("using var pool = new ThreadExecutor(4); await pool.Submit(Work);")]
    [InlineData("await using var pool = new ProcessExecutor(4); await pool.Submit(Work);")]
    [InlineData("using (var pool = new ThreadExecutor(4)) { await pool.Submit(Work); }")]
    [InlineData("using (new ThreadExecutor(4)) { await Task.Yield(); }")]
    [InlineData("await using (var pool = new ThreadExecutor(4)) await pool.Submit(Work);")]
    [InlineData("var pool = new ThreadExecutor(4); using (pool) { await pool.Submit(Work); }")]
    [InlineData("var pool = new ThreadExecutor(4); using var owner = pool; await pool.Submit(Work);")]
    [InlineData("var pool = new ThreadExecutor(4); await using (pool.ConfigureAwait(false)) { await pool.Submit(Work); }")]
    [InlineData("await using var end = new ThreadExecutor(4).ConfigureAwait(false);")]
    [InlineData("ThreadExecutor pool; using (pool = new ThreadExecutor(4)) { await pool.Submit(Work); }")]
    public Task Using_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("pool.Dispose();")]
    [InlineData("await pool.DisposeAsync();")]
    [InlineData("await pool.ShutdownAsync();")]
    [InlineData("await pool.ShutdownAsync(cancelPending: true).ConfigureAwait(false);")]
    [InlineData("pool.ShutdownAsync().Wait();")]
    [InlineData("_ = pool.ShutdownAsync();")]
    [InlineData("pool.Terminate();")]
    [InlineData("pool?.Dispose();")]
    [InlineData("if (pool != null) pool.Dispose();")]
    [InlineData("if (pool is not null) { await pool.DisposeAsync(); }")]
    [InlineData("if (pool == null) return; pool.Dispose();")]
    [InlineData("((IDisposable)pool).Dispose();")]
    public Task ShutDown_DoesNotTrigger(string end) => InMethod($"var pool = new ProcessExecutor(4); await pool.Submit(Twice, 3); {end}");

    [Theory]
    [InlineData("try { await pool.Submit(Work); } finally { pool.Dispose(); }")]
    [InlineData("try { if (flag) return; await pool.Submit(Work); } finally { await pool.ShutdownAsync(); }")]
    [InlineData("try { try { if (flag) return; } finally { Console.WriteLine(); } } finally { if (pool != null) pool.Dispose(); }")]
    [InlineData("if (flag) { pool.Dispose(); return; } await pool.Submit(Work); pool.Dispose();")]
    [InlineData("if (flag) pool.Dispose(); else pool.Terminate();")]
    [InlineData("switch (items.Count) { case 0: pool.Dispose(); break; default: await pool.ShutdownAsync(); break; }")]
    [InlineData("while (true) { await pool.Submit(Work); if (flag) break; } pool.Dispose();")]
    [InlineData("foreach (var item in items) await pool.Submit(Twice, item); pool.Dispose();")]
    public Task ShutDownOnEveryPath_DoesNotTrigger(string statements) => InMethod("var pool = new ProcessExecutor(4); " + statements);

    [Theory]
    [InlineData("if (flag) return; pool.Dispose();")]
    [InlineData("if (flag) pool.Dispose();")]
    [InlineData("try { if (flag) pool.Dispose(); } finally { Console.WriteLine(); }")]
    [InlineData("foreach (var item in items) { await pool.Submit(Work); pool.Dispose(); break; }")]
    [InlineData("switch (items.Count) { case 0: pool.Dispose(); break; case 1: return; }")]
    [InlineData("try { await pool.Submit(Work); } finally { if (flag) await pool.ShutdownAsync(); }")]
    public Task PathWithoutShutDown_Triggers(string statements) => InMethod("var pool = [|new ProcessExecutor(4)|]; " + statements);

    [Theory]
    [InlineData("await pool.Submit(Work); pool.Dispose();")]
    [InlineData("if (flag) throw new InvalidOperationException(); pool.Dispose();")]
    [InlineData("try { await pool.Submit(Work); pool.Dispose(); } catch (IOException e) { Console.WriteLine(e); }")]
    [InlineData("if (flag) { Console.WriteLine(); Environment.Exit(1); } pool.Dispose();")]
    [InlineData("while (true) await pool.Submit(Work);")]
    public Task OnlyAnExceptionOrTheEndOfAll_DoesNotTrigger(string statements) => InMethod("var pool = new ThreadExecutor(4); " + statements);

    [Fact]
    public Task AnotherForEachRound_Triggers() => InMethod("foreach (var item in items) { var pool = [|new ThreadExecutor(1)|]; await pool.Submit(Work); }");

    [Fact]
    public Task AnotherRoundWithoutEnd_Triggers() => InMethod("while (true) { var pool = [|new ThreadExecutor(1)|]; await pool.Submit(Work); if (flag) pool.Dispose(); }");

    [Fact]
    public Task EachRoundShutDown_DoesNotTrigger() => InMethod("while (true) { var pool = new ThreadExecutor(1); await pool.Submit(Work); pool.Dispose(); }");

    [Theory]
    [InlineData("var pool = [|new ThreadExecutor(1)|]; await pool.Submit(Work); pool = new ThreadExecutor(2); await pool.Submit(Work); pool.Dispose();")]
    [InlineData("ThreadExecutor? pool = [|new ThreadExecutor(1)|]; await pool.Submit(Work); if (flag) pool = null; pool?.Dispose();")]
    public Task VariableThatChangesBefore_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("var pool = new ThreadExecutor(1); await pool.Submit(Work); pool.Dispose(); pool = new ThreadExecutor(2); await pool.Submit(Work); pool.Dispose();")]
    [InlineData("ThreadExecutor? pool = new ThreadExecutor(1); await pool.Submit(Work); pool.Dispose(); pool = null;")]
    [InlineData("ThreadExecutor? pool = null; pool = new ThreadExecutor(1); await pool.Submit(Work); pool.Dispose();")]
    public Task VariableThatChangesBehind_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("Executor? pool = null; try { pool = new ThreadExecutor(2); await pool.Submit(Work); } finally { pool?.Dispose(); }")]
    [InlineData("Executor? pool = null; if (flag) pool = new ThreadExecutor(2); Console.WriteLine(); if (flag) pool!.Dispose();")]
    [InlineData("Executor? pool = null; if (flag) pool = new ThreadExecutor(2); if (pool != null) { await pool.Submit(Work); pool.Dispose(); }")]
    [InlineData("Executor pool = flag ? new ThreadExecutor(2) : new ProcessExecutor(2); await pool.Submit(Work); pool.Dispose();")]
    [InlineData("var pool = given ?? new ThreadExecutor(2); await pool.Submit(Work); if (given is null) pool.Dispose();")]
    [InlineData("var owns = given is null; var pool = given ?? new ThreadExecutor(2); await pool.Submit(Work); if (owns) await pool.ShutdownAsync();")]
    public Task MadeOnACondition_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("Executor? pool = null; if (flag) pool = [|new ThreadExecutor(2)|]; if (pool != null) await pool.Submit(Work);")]
    [InlineData("Executor pool = [|flag ? new ThreadExecutor(2) : new ProcessExecutor(2)|]; await pool.Submit(Work);")]
    [InlineData("Executor pool = [|items.Count switch { 0 => new ThreadExecutor(2), _ => new ProcessExecutor(2) }|]; await pool.Submit(Work);")]
    [InlineData("var pool = [|given ?? new ThreadExecutor(2)|]; await pool.Submit(Work);")]
    [InlineData("Executor? pool = null; if (flag) pool = [|new ThreadExecutor(2)|]; Console.WriteLine(); if (!flag) pool!.Dispose();")]
    public Task MadeOnACondition_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("await [|new ThreadExecutor(2)|].Submit(Work);")]
    [InlineData("await foreach (var x in [|new ProcessExecutor()|].Map(Twice, items)) Console.WriteLine(x);")]
    public Task ExecutorThatNobodyKeeps_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("return new ThreadExecutor(2);")]
    [InlineData("var pool = new ThreadExecutor(2); pool.Submit(Work); return pool;")]
    [InlineData("return _field = new ThreadExecutor(2);")]
    [InlineData("var pool = new ThreadExecutor(2); _field = pool; return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); _many.Add(pool); return null!;")]
    [InlineData("_many.Add(new ThreadExecutor(2)); return null!;")]
    [InlineData("_byName[\"a\"] = new ThreadExecutor(2); return null!;")]
    [InlineData("Property = new ThreadExecutor(2); return null!;")]
    [InlineData("var all = new[] { new ThreadExecutor(1), new ThreadExecutor(2) }; return all[0];")]
    [InlineData("List<Executor> all = [new ThreadExecutor(1)]; return all[0];")]
    [InlineData("var (a, b) = (new ThreadExecutor(1), new ThreadExecutor(2)); return a;")]
    [InlineData("var pool = new ThreadExecutor(2); var other = pool; return other;")]
    [InlineData("var pool = new ThreadExecutor(2); Register(pool); return null!;")]
    [InlineData("var owner = new Owner(new ThreadExecutor(2)); return owner.Pool;")]
    [InlineData("var pool = new ThreadExecutor(2); var owner = new Owner(pool); return null!;")]
    [InlineData("var owner = new Owner(null!) { Pool = new ThreadExecutor(1) }; return null!;")]
    [InlineData("var lazy = new Lazy<Executor>(() => new ThreadExecutor(2)); return lazy.Value;")]
    [InlineData("Executor Make() => new ThreadExecutor(2); return Make();")]
    [InlineData("services.AddSingleton(new ThreadExecutor(2)); return null!;")]
    [InlineData("services.AddSingleton(_ => new ThreadExecutor(2)); return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); services.AddSingleton(pool); return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); Console.CancelKeyPress += (_, _) => pool.Dispose(); return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); AppDomain.CurrentDomain.ProcessExit += delegate { pool.ShutdownAsync().Wait(); }; return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); _later = pool.Dispose; return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); _start = () => pool.Submit(Work); return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); Map(\"/run\", () => pool.Submit(Work)); return null!;")]
    [InlineData("var pool = new ThreadExecutor(2); object o = pool; return o as Executor ?? pool;")]
    [InlineData("if (new ThreadExecutor(2) is { MaxWorkers: 2 } pool) return pool; return null!;")]
    public Task HandedOver_DoesNotTrigger(string statements) => Class($$"""
            static Executor? _field;
            static Executor? Property { get; set; }
            static readonly List<Executor> _many = new();
            static readonly Dictionary<string, Executor> _byName = new();
            static Action? _later;
            static Func<Task>? _start;
            static void Register(IDisposable disposable) => s_kept.Add(disposable);
            static readonly List<IDisposable> s_kept = new();
            static void Map(string route, Func<Task> handler) => _start = handler;
            static Executor Run(Services services)
            {
                {{statements}}
            }
        """);

    [Theory]
    [InlineData("static readonly ThreadExecutor s_pool = new(4);")]
    [InlineData("private readonly Executor _pool = new ProcessExecutor(4);")]
    [InlineData("Executor Pool { get; } = new ThreadExecutor();")]
    [InlineData("Executor Pool => new ThreadExecutor();")]
    [InlineData("private readonly Executor _pool; Program() { _pool = new ProcessExecutor(2); }")]
    [InlineData("private readonly Executor _pool; Program() => _pool = new ProcessExecutor(2);")]
    [InlineData("private readonly Executor _pool; Program(Executor? pool) { _pool = pool ?? new ThreadExecutor(2); }")]
    [InlineData("Program() : this(new ThreadExecutor(2)) { } Program(Executor pool) { }")]
    [InlineData("void Make(out Executor pool) { pool = new ThreadExecutor(2); }")]
    [InlineData("IEnumerable<Executor> All() { yield return new ThreadExecutor(1); }")]
    public Task Members_DoNotTrigger(string members) => Class(members);

    [Theory]
    [InlineData("await Task.WhenAll(items.Select(item => pool.Submit(Twice, item)));")]
    [InlineData("await Task.WhenAll(items.Select(async item => await pool.Submit(Twice, item)));")]
    [InlineData("await Task.WhenAll(from item in items select pool.Submit(Twice, item));")]
    [InlineData("await Parallel.ForEachAsync(items, async (item, token) => await pool.Submit(Twice, item, token));")]
    [InlineData("await Local(); Task<int> Local() => pool.Submit(Twice, 3);")]
    [InlineData("await Count(pool, items);")]
    [InlineData("await Outer(pool);")]
    [InlineData("await pool.Both();")]
    [InlineData("await LocalCount(pool); Task<int> LocalCount(Executor e) => e.Submit(Twice, 3);")]
    public Task LentToTheCodeAround_Triggers(string statements) => InMethod("var pool = [|new ThreadExecutor(4)|]; " + statements);

    [Theory]
    [InlineData("await Count(pool, items); pool.Dispose();")]
    [InlineData("await Consume(pool);")]
    [InlineData("Keep(pool);")]
    [InlineData("await Local(); Task Local() => pool.ShutdownAsync();")]
    [InlineData("Action end = () => pool.Dispose(); await pool.Submit(Work); end();")]
    public Task LentAndShutDown_DoesNotTrigger(string statements) => InMethod("var pool = new ThreadExecutor(4); " + statements);

    [Fact]
    public Task Lambda_Triggers() => InMethod("Func<Task> run = async () => { var pool = [|new ThreadExecutor(4)|]; await pool.Submit(Work); }; await run();");

    [Fact]
    public Task VariableOfTheFunctionAround_DoesNotTrigger() => InMethod("ThreadExecutor? pool = null; void Open() { pool = new ThreadExecutor(4); } Open(); await pool!.Submit(Work); pool.Dispose();");

    [Fact]
    public Task LocalFunction_Triggers() => InMethod("await Run(); async Task Run() { var pool = [|new ThreadExecutor(4)|]; await pool.Submit(Work); }");

    [Fact]
    public Task WorkerProcess_DoesNotTrigger() => InMethod("var worker = WorkerProcess.Start(Work); await worker.Completion;");

    [Fact]
    public Task TopLevelStatements_Trigger() => new Verify.Test
    {
        TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication },
        TestCode = """
            using System;
            using Tandem;

            var pool = {|#0:new ProcessExecutor(2)|};
            Console.WriteLine(await pool.Submit(static x => x + 1, 3));
            """,
        ExpectedDiagnostics = { Verify.Diagnostic().WithLocation(0).WithArguments("pool", "never shut down", "declare it with 'await using'") },
    }.RunAsync();

    [Fact]
    public Task Message_SaysWhichWayOut() => Verify.VerifyAnalyzerAsync("""
        using Tandem;

        class Program
        {
            static int Run(bool flag)
            {
                var pool = {|#0:new ThreadExecutor(2)|};
                if (flag)
                {
                    {|#1:return 0;|}
                }

                pool.Dispose();
                return 1;
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("pool", "not shut down by the return on line 10", "declare it with 'using'"));

    [Fact]
    public Task MessageOfAVariableThatChanges() => Verify.VerifyAnalyzerAsync("""
        using Tandem;

        class Program
        {
            static void Run()
            {
                var pool = {|#0:new ThreadExecutor(2)|};
                {|#1:pool = new ThreadExecutor(3);|}
                pool.Dispose();
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("pool", "not shut down before the variable changes on line 8", "declare it with 'using'"));

    [Fact]
    public Task MessageOfOneThatNobodyKeeps() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static Task<int> Run() => {|#0:new ThreadExecutor(2)|}.Submit(() => 3);
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithArguments("new ThreadExecutor", "nobody keeps it beyond 'Submit' to shut it down", "declare it with 'using'"));

    [Fact]
    public Task ExecutorOfAnotherLibrary_DoesNotTrigger() => Verify.VerifyAnalyzerAsync("""
        class ThreadExecutor { public void Submit(System.Action work) => work(); }

        class Program
        {
            static void Run() { var pool = new ThreadExecutor(); pool.Submit(() => { }); }
        }
        """);

    private static Task InMethod(string statements) => Class($$"""
            static Task<int> Outer(Executor pool) => Count(pool, new List<int>());
            static async Task<int> Count(Executor pool, List<int> items)
            {
                var sum = 0;
                foreach (var item in items) sum += await pool.Submit(Twice, item);
                return sum;
            }
            static async Task Consume(Executor pool) { await pool.Submit(Work); pool.Dispose(); }
            static void Keep(Executor pool) => s_kept = pool;
            static Executor? s_kept;
            static async Task Run(bool flag, List<int> items, Executor? given)
            {
                await Task.Yield();
                {{statements}}
            }
        """);

    private static Task Class(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static void Work() { }
            static int Twice(int x) => x + x;
            {{members}}
        }

        static class Extensions
        {
            public static Task Both(this Executor pool) => Task.WhenAll(pool.Submit(() => { }), pool.Submit(() => { }));
        }

        class Owner(Executor pool)
        {
            public Executor Pool { get; set; } = pool;
        }

        class Services
        {
            private object? _last;
            public void AddSingleton<T>(T value) => _last = value;
            public void AddSingleton<T>(Func<Services, T> make) => _last = make;
        }
        """);
}
