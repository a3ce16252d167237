using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.WorkCapturesStateAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

public class WorkCapturesStateTests
{
    [Fact]
    public Task CapturedLocal_Triggers() => InMethod("int rate = 3; await pool.Submit([|() => Compute(rate)|]);");

    [Fact]
    public Task StaticLambda_DoesNotTrigger() => InMethod("int rate = 3; await pool.Submit(static rate => Compute(rate), rate);");

    [Fact]
    public Task LambdaThatCapturesNothing_DoesNotTrigger() => InMethod("await pool.Submit(() => Compute(3)); await pool.Submit(rate => Compute(rate), 3);");

    [Fact]
    public Task CapturedParameter_Triggers() => InMethod("await pool.Submit([|x => Compute(x + number)|], 2);");

    [Fact]
    public Task CapturedConstant_DoesNotTrigger() => InMethod("const int Rate = 3; await pool.Submit(() => Compute(Rate)); await pool.Submit(() => nameof(pool));");

    [Fact]
    public Task CapturedThis_Triggers() => InMethod("await pool.Submit([|() => Compute(_factor)|]); await pool.Submit([|() => ToString()|]);");

    [Fact]
    public Task StaticField_DoesNotTrigger() => InMethod("await pool.Submit(() => Compute(s_factor));");

    [Fact]
    public Task MethodGroupOfThis_Triggers() => InMethod("await pool.Submit([|Scale|], 3); await pool.Submit([|this.Scale|], 3);");

    [Fact]
    public Task StaticMethodGroup_DoesNotTrigger() => InMethod("await pool.Submit(Compute, 3); await pool.Submit(Program.Compute, 3);");

    [Fact]
    public Task MethodGroupOfAnotherObject_Triggers() => InMethod("var other = new Program(); await pool.Submit([|other.Scale|], 3); await pool.Submit([|new Program().Scale|], 3);");

    [Fact]
    public Task ExtensionMethodGroup_Triggers() => InMethod("""var text = "a"; await pool.Submit([|text.Twice|]);""");

    [Fact]
    public Task ExtensionMethodOfAnArgument_DoesNotTrigger() => InMethod("""await pool.Submit(static text => text.Twice(), "a");""");

    [Fact]
    public Task LocalFunctionThatCaptures_Triggers() => InMethod("int Local(int x) => x + number; await pool.Submit([|Local|], 3); await pool.Submit([|() => Local(3)|]);");

    [Fact]
    public Task LocalFunctionThatCapturesNothing_DoesNotTrigger() => InMethod("int Local(int x) => x + 1; await pool.Submit(Local, 3); await pool.Submit(() => Local(3));");

    [Fact]
    public Task LocalFunctionInsideTheWork_DoesNotTrigger() => InMethod("await pool.Submit(static x => { return Local(x); int Local(int y) => x + y; }, 3);");

    [Fact]
    public Task LambdaStoredInALocal_Triggers() => InMethod("Func<int> work = () => Compute(number); await pool.Submit([|work|]);");

    [Fact]
    public Task LambdaStoredInALocalThatCapturesNothing_DoesNotTrigger() => InMethod("Func<int> work = () => Compute(1); await pool.Submit(work);");

    [Fact]
    public Task LocalThatIsSetTwice_DoesNotTrigger() => InMethod("Func<int> work = () => Compute(number); work = () => 1; await pool.Submit(work);");

    [Fact]
    public Task DelegateParameter_DoesNotTrigger() => Class("Task<int> Run(ProcessExecutor pool, Func<int> work) => pool.Submit(work);");

    [Fact]
    public Task StaticReadonlyDelegate_DoesNotTrigger() => Class("static readonly Func<int, int> s_work = x => x + 1; Task<int> Run(ProcessExecutor pool) => pool.Submit(s_work, 3);");

    [Fact]
    public Task LambdaBlock_TriggersBeforeItsBlock() => InMethod("await pool.Submit([|() =>|] { return Compute(number); }); await pool.Submit([|async x =>|] { await Task.Yield(); return x + number; }, 2);");

    [Fact]
    public Task AnonymousMethod_Triggers() => InMethod("await pool.Submit([|delegate|] { return Compute(number); });");

    [Fact]
    public Task NestedLambda_DoesNotTriggerForItsOwnVariables() => InMethod("await pool.Submit(static xs => xs.Select(x => x + xs.Length).Sum() + (from x in xs select x * 2).Sum(), new[] { 1, 2 });");

    [Fact]
    public Task NestedLambdaThatCapturesFromOutside_Triggers() => InMethod("await pool.Submit([|xs => xs.Select(x => x + number).Sum()|], new[] { 1, 2 });");

    [Fact]
    public Task VariableOfAQuery_Triggers() => InMethod("var tasks = from n in new[] { 1, 2 } select pool.Submit([|() => Compute(n)|]); await Task.WhenAll(tasks);");

    [Fact]
    public Task Map_Triggers() => InMethod("await foreach (var r in pool.Map([|x => x * number|], [1, 2])) Console.WriteLine(r);");

    [Fact]
    public Task MapThatCapturesNothing_DoesNotTrigger() => InMethod("await foreach (var r in pool.Map(x => x * 2, [number, 2])) Console.WriteLine(r);");

    [Fact]
    public Task Initializer_Triggers() => Class("ProcessExecutor Create(int seed) => new(new ProcessExecutorOptions { MaxWorkers = 2, Initializer = [|() => Console.WriteLine(seed)|] });");

    [Fact]
    public Task InitializerThatCapturesNothing_DoesNotTrigger() => Class("ProcessExecutor Create(int seed) => new(new ProcessExecutorOptions { MaxWorkers = seed, Initializer = () => Console.WriteLine(1) });");

    [Fact]
    public Task InitializerOfThreads_DoesNotTrigger() => Class("ThreadExecutor Create(int seed) => new(new ThreadExecutorOptions { MaxWorkers = 2, Initializer = () => Console.WriteLine(seed) });");

    [Fact]
    public Task ThreadExecutor_DoesNotTrigger() => Class("Task<int> Run(ThreadExecutor pool, int number) => pool.Submit(() => number + 1);");

    [Fact]
    public Task ExecutorOfUnknownKind_DoesNotTrigger() => Class("Task<int> Run(Executor pool, int number) => pool.Submit(() => number + 1);");

    [Fact]
    public Task ExecutorThatIsSurelyAProcessExecutor_Triggers() => Class("async Task<int> Run(int number) { using Executor pool = new ProcessExecutor(2); return await pool.Submit([|() => number + 1|]); }");

    [Fact]
    public Task ExecutorThatIsSurelyAThreadExecutor_DoesNotTrigger() => Class("async Task<int> Run(int number) { using Executor pool = new ThreadExecutor(2); return await pool.Submit(() => number + 1); }");

    [Fact]
    public Task ExecutorThatMayBeEither_DoesNotTrigger() => Class("async Task<int> Run(int number, bool threads) { using Executor pool = threads ? new ThreadExecutor(2) : new ProcessExecutor(2); return await pool.Submit(() => number + 1); }");

    [Fact]
    public Task LocalThatHoldsOneKindOnEveryPath_Triggers() => Class("async Task<int> Run(int number, bool few) { Executor pool; if (few) pool = new ProcessExecutor(1); else pool = new ProcessExecutor(2); return await pool.Submit([|() => number + 1|]); }");

    [Fact]
    public Task LocalThatHoldsTwoKinds_DoesNotTrigger() => Class("async Task<int> Run(int number, bool few) { Executor pool = new ProcessExecutor(1); if (few) pool = new ThreadExecutor(2); return await pool.Submit(() => number + 1); }");

    [Fact]
    public Task ReadonlyFieldThatHoldsAProcessExecutor_Triggers() => Class("private readonly Executor _pool = new ProcessExecutor(2); Task<int> Run(int number) => _pool.Submit([|() => number + 1|]);");

    [Fact]
    public Task ReadonlyFieldSetByConstructors_Triggers() => Class("""
        private readonly Executor _pool;
        Program() => _pool = new ProcessExecutor(2);
        Program(int workers) { this._pool = new ProcessExecutor(workers); }
        Task<int> Run(int number) => _pool.Submit([|() => number + 1|]);
        """);

    [Fact]
    public Task ReadonlyFieldOfEitherKind_DoesNotTrigger() => Class("""
        private readonly Executor _pool = new ProcessExecutor(2);
        Program() { }
        Program(int workers) { _pool = new ThreadExecutor(workers); }
        Program(Executor given) { _pool = given; }
        Task<int> Run(int number) => _pool.Submit(() => number + 1);
        """);

    [Fact]
    public Task FieldThatChanges_DoesNotTrigger() => Class("private Executor _pool = new ProcessExecutor(2); Task<int> Run(int number) => _pool.Submit(() => number + 1);");

    [Theory]
    [InlineData("var tasks = from n in new[] { 1, 2 } let m = n * 2 select pool.Submit([|() => Compute(m)|]); await Task.WhenAll(tasks);")]
    [InlineData("var tasks = from n in new[] { 1, 2 } from m in new[] { 1, 2 } where m > n select pool.Submit([|() => Compute(n) + m|]); await Task.WhenAll(tasks);")]
    public Task VariablesOfAQuery_Trigger(string body) => InMethod(body);

    [Fact]
    public Task Query_DoesNotTrigger() => InMethod("""
        await pool.Submit(static a => (from x in a let y = x * 2 where y > 3 select y + x).Sum(), new[] { number });
        await pool.Submit(a => (from x in a from y in a where y > x orderby x, y select y + x).Count(), new[] { number });
        await pool.Submit(a => (from x in a join y in a on x equals y let z = x + y select y + z).Count(), new[] { number });
        await pool.Submit(a => (from x in a group x by x % 3 into g let c = g.Count() where c > 1 select c).Sum(), new[] { number });
        """);

    [Fact]
    public Task QueryThatCaptures_Triggers() => InMethod("await pool.Submit([|a => (from x in a let y = x * 2 where y > number select y + x).Sum()|], new[] { 1 });");

    [Fact]
    public Task SetterValue_Triggers() => Class("private ProcessExecutor _pool = null!; int Rate { set { _pool.Submit([|() => value + 1|]); } }");

    [Fact]
    public Task ParameterOfAPrimaryConstructor_Triggers() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Scaler(int factor)
        {
            public Task<int> Run(ProcessExecutor pool) => pool.Submit({|#0:x => x * {|#1:factor|}|}, 3);
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'this' (through 'factor')", "pass it as an argument and make the lambda static"));

    [Fact]
    public Task TopLevelStatements_Trigger() => new Verify.Test
    {
        TestState = { OutputKind = Microsoft.CodeAnalysis.OutputKind.ConsoleApplication },
        TestCode = """
            using Tandem;

            using var pool = new ProcessExecutor(2);
            var rate = 3;
            await pool.Submit([|() => rate * 2|]);
            """,
    }.RunAsync();

    [Fact]
    public Task Message_NamesWhatIsCaptured() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            private readonly int _factor = 2;

            public Task<int> Run(ProcessExecutor pool, int rate) => pool.Submit({|#0:() => Compute({|#1:rate|}) * {|#2:_factor|}|});

            private static int Compute(int x) => x;
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithLocation(2)
            .WithArguments("'rate' and 'this' (through '_factor')", "pass it as an argument and make the lambda static"));

    [Fact]
    public Task MessageOfAMethodGroup_SaysToMakeItStatic() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            public Task<int> Run(ProcessExecutor pool) => pool.Submit({|#0:{|#1:Compute|}|}, 3);

            private int Compute(int x) => x;
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'this' (through 'Compute')", "make 'Compute' static and pass what it needs as an argument"));

    [Fact]
    public Task MessageOfALocalFunction_SaysSo() => Verify.VerifyAnalyzerAsync("""
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            public Task<int> Run(ProcessExecutor pool, int rate)
            {
                return pool.Submit({|#0:Scale|}, 3);
                int Scale(int x) => x * {|#1:rate|};
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'rate'", "pass it as an argument and make the local function static"));

    private static Task InMethod(string statements) => Class($$"""
            private readonly int _factor = 2;
            private static readonly int s_factor = 2;
            private int Scale(int x) => x * _factor;
            private static int Compute(int x) => x;
            async Task Run(ProcessExecutor pool, int number)
            {
                {{statements}}
            }
        """);

    private static Task Class(string members) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Linq;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            {{members}}
        }

        static class Texts
        {
            public static string Twice(this string text) => text + text;
        }
        """);
}
