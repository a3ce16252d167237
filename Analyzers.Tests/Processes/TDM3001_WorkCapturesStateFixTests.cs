using Microsoft.CodeAnalysis.CSharp;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Processes.WorkCapturesStateAnalyzer, Tandem.CodeFixes.Processes.WorkCapturesStateCodeFix>;

namespace Tandem.Analyzers.Tests.Processes;

public class WorkCapturesStateFixTests
{
    [Fact]
    public Task OneLocal_IsPassed() => InMethod(
        "int rate = 3; var r = await pool.Submit([|() => Compute(rate)|]);",
        "int rate = 3; var r = await pool.Submit(static rate => Compute(rate), rate);");

    [Fact]
    public Task TwoLocals_ArePassedInOrderOfUse() => InMethod(
        "int x = 3, y = 4; var r = await pool.Submit([|() => Compute(y) + x * y|]);",
        "int x = 3, y = 4; var r = await pool.Submit(static (y, x) => Compute(y) + x * y, y, x);");

    [Fact]
    public Task FourValues_ArePassed() => InMethod(
        "int x = 3, y = 4, z = 5; var r = await pool.Submit([|() => x + y + z + number|]);",
        "int x = 3, y = 4, z = 5; var r = await pool.Submit(static (x, y, z, number) => x + y + z + number, x, y, z, number);");

    [Fact]
    public Task FiveValues_AreLeft() => Unchanged("int x = 3, y = 4, z = 5; var r = await pool.Submit([|a => a + x + y + z + number|], 1);");

    [Fact]
    public Task ArgumentsThatAreThere_StayFirst() => InMethod(
        "int x = 3; var r = await pool.Submit([|a => a + x|], 1);",
        "int x = 3; var r = await pool.Submit(static (a, x) => a + x, 1, x);");

    [Fact]
    public Task TypedParameters_GetATypedOne() => InMethod(
        """string x = "3"; var r = await pool.Submit([|(int a) => a + x.Length|], 1);""",
        """string x = "3"; var r = await pool.Submit(static (int a, string x) => a + x.Length, 1, x);""");

    [Fact]
    public Task Token_StaysLast() => InMethod(
        "int x = 3; var r = await pool.Submit([|() => Compute(x)|], token); r = await pool.Submit([|() => Compute(x)|], cancellationToken: token);",
        "int x = 3; var r = await pool.Submit(static x => Compute(x), x, token); r = await pool.Submit(static x => Compute(x), x, cancellationToken: token);");

    [Fact]
    public Task CapturedToken_IsPassedAfterTheOthers() => InMethod(
        "var r = await pool.Submit([|() => Until(token, number)|], token);",
        "var r = await pool.Submit(static (number, token) => Until(token, number), number, token, token);");

    [Fact]
    public Task ReadonlyField_IsPassedUnderItsName() => InMethod(
        "var r = await pool.Submit([|() => Compute(_factor) + this._factor|]);",
        "var r = await pool.Submit(static factor => Compute(factor) + factor, _factor);");

    [Fact]
    public Task ReadonlyField_GetsANameThatIsFree() => InMethod(
        "int factor = 3; var r = await pool.Submit([|() => factor + _factor|]);",
        "int factor = 3; var r = await pool.Submit(static (factor, factor2) => factor + factor2, factor, _factor);");

    [Fact]
    public Task GetOnlyProperty_IsPassed() => InMethod(
        "var r = await pool.Submit([|() => Compute(Size)|]);",
        "var r = await pool.Submit(static size => Compute(size), Size);");

    [Fact]
    public Task FieldThatChanges_IsLeft() => Unchanged("var r = await pool.Submit([|() => Compute(_count)|]);");

    [Fact]
    public Task TheObjectItself_IsLeft() => Unchanged("var r = await pool.Submit([|() => Compute(GetHashCode())|]); r = await pool.Submit([|() => Whole(this)|]);");

    [Fact]
    public Task MethodThatNeedsNoInstance_BecomesStatic() => Class(
        """
        Task<int> Run(ProcessExecutor pool, int x) => pool.Submit([|() => Scale(x)|]);

            /// <summary>Scales.</summary>
            private int Scale(int x) => Twice(x) * 3;

            private int Twice(int x) => x + x;
        """,
        """
        Task<int> Run(ProcessExecutor pool, int x) => pool.Submit(static x => Scale(x), x);

            /// <summary>Scales.</summary>
            private static int Scale(int x) => Twice(x) * 3;

            private static int Twice(int x) => x + x;
        """);

    [Fact]
    public Task MethodGroupThatNeedsNoInstance_BecomesStatic() => Class(
        """
        async Task Run(ProcessExecutor pool)
            {
                await pool.Submit([|this.Scale|], 3);
                await foreach (var x in pool.Map([|ScaleAsync|], [1, 2])) Console.WriteLine(x);
            }

            int Scale(int x) => x * 3;

            private async Task<int> ScaleAsync(int x) { await Task.Yield(); return x * 3; }
        """,
        """
        async Task Run(ProcessExecutor pool)
            {
                await pool.Submit(Scale, 3);
                await foreach (var x in pool.Map(ScaleAsync, [1, 2])) Console.WriteLine(x);
            }

            static int Scale(int x) => x * 3;

            private static async Task<int> ScaleAsync(int x) { await Task.Yield(); return x * 3; }
        """);

    [Fact]
    public Task MethodThatNeedsItsInstance_IsLeft() => Same("""
        private int _count = 1;
        Task<int> Run(ProcessExecutor pool) => pool.Submit([|Scale|], 3);
        Task<int> Again(ProcessExecutor pool) => pool.Submit([|x => Scale(x)|], 3);
        private int Scale(int x) => x * _count++;
        """);

    [Fact]
    public Task MethodThatOthersSee_IsLeft() => Same("Task<int> Run(ProcessExecutor pool) => pool.Submit([|Scale|], 3); public int Scale(int x) => x * 3;");

    [Fact]
    public Task MethodThatIsCalledOnAnInstance_IsLeft() => Same("Task<int> Run(ProcessExecutor pool) => pool.Submit([|Scale|], 3); int Twice(int x) => this.Scale(x); private int Scale(int x) => x * 3;");

    [Fact]
    public Task AsyncLambda_StaysAsync() => InMethod(
        "var r = await pool.Submit([|async () =>|] { await Task.Yield(); return number; });",
        "var r = await pool.Submit(static async number => { await Task.Yield(); return number; }, number);");

    [Fact]
    public Task Block_KeepsItsCommentsAndLines() => InMethod(
        """
        var r = await pool.Submit([|() =>|] // far away
                {
                    // twice
                    return Compute(number) * 2;
                });
        """,
        """
        var r = await pool.Submit(static number => // far away
                {
                    // twice
                    return Compute(number) * 2;
                }, number);
        """);

    [Fact]
    public Task CommentBehindTheWork_StaysThere() => InMethod(
        "var r = await pool.Submit([|() => number * 2|] /* in */, token);",
        "var r = await pool.Submit(static number => number * 2 /* in */, number, token);");

    [Fact]
    public Task AnonymousMethod_GetsParameters() => InMethod(
        "var r = await pool.Submit([|delegate|] { return Compute(number); });",
        "var r = await pool.Submit(static delegate(int number) { return Compute(number); }, number);");

    [Fact]
    public Task ExplicitTypeArguments_AreExtended() => InMethod(
        "var r = await pool.Submit<long>([|() => Compute(number)|]);",
        "var r = await pool.Submit<int, long>(static number => Compute(number), number);");

    [Fact]
    public Task WorkWithoutResult_IsPassed() => InMethod(
        "await pool.Submit([|() => Console.WriteLine(number)|]); await pool.Submit([|() =>|] { Console.WriteLine(number); });",
        "await pool.Submit(static number => Console.WriteLine(number), number); await pool.Submit(static number => { Console.WriteLine(number); }, number);");

    [Fact]
    public Task ArrayAndRecord_ArePassed() => InMethod(
        "var xs = new[] { 1, 2 }; var order = new Order(1, [\"a\"]); var r = await pool.Submit([|() => xs.Sum() + order.Id|]);",
        "var xs = new[] { 1, 2 }; var order = new Order(1, [\"a\"]); var r = await pool.Submit(static (xs, order) => xs.Sum() + order.Id, xs, order);");

    [Fact]
    public Task WhatCannotCross_IsLeft() => Unchanged("""
        var stream = new MemoryStream(); Func<int> work = () => 3; var gate = new object(); var lazy = new Lazy<int>(3); var task = Task.FromResult(1);
        var r = await pool.Submit([|() => (int)stream.Length|]); r = await pool.Submit([|() => work()|]); r = await pool.Submit([|() =>|] { lock (gate) return 1; });
        r = await pool.Submit([|() => lazy.Value|]); r = await pool.Submit([|() => task.Result|]); r = await pool.Submit([|() => pool.MaxWorkers|]);
        """);

    [Fact]
    public Task VariableThatTheWorkWrites_IsLeft() => Unchanged("""
        int sum = 0; var found = new List<int>(); var counts = new int[3]; var order = new Counter();
        await pool.Submit([|() =>|] { sum += 3; }); await pool.Submit([|() => found.Add(3)|]); await pool.Submit([|() =>|] { counts[1] = 3; });
        await pool.Submit([|() => int.TryParse("3", out sum)|]); await pool.Submit([|() =>|] { order.Count++; });
        """);

    [Theory]
    [InlineData("Touch(order)")]
    [InlineData("TouchDeep(order)")]
    [InlineData("Fill(counts)")]
    [InlineData("FillSpan(counts)")]
    [InlineData("{ var x = order; x.Count = 3; }")]
    [InlineData("{ var x = new[] { order }; x[0].Count = 3; }")]
    [InlineData("{ (order.Count, _) = (3, 4); }")]
    [InlineData("{ foreach (ref var x in counts.AsSpan()) x = 3; }")]
    [InlineData("{ ref var x = ref counts[0]; x++; }")]
    [InlineData("Array.Reverse(counts)")]
    [InlineData("Array.Sort(counts)")]
    [InlineData("Interlocked.Increment(ref counts[0])")]
    [InlineData("found.ForEach(x => found.Remove(x))")]
    [InlineData("orders.ForEach(x => x.Count = 3)")]
    [InlineData("orders.ForEach(Touch)")]
    [InlineData("{ foreach (var x in orders.Where(o => o.Count > 1)) x.Count = 3; }")]
    [InlineData("{ var copy = orders.ToList(); copy[0].Count = 3; }")]
    [InlineData("{ if (orders is [var first]) first.Count = 3; }")]
    [InlineData("{ void Local(Counter c) => c.Count++; Local(order); }")]
    public Task ObjectThatTheWorkChanges_IsLeft(string work) => Unchanged(Objects + $"await pool.Submit({(work[0] == '{' ? "[|() =>|] " + work : $"[|() => {work}|]")});");

    [Theory]
    [InlineData("Weigh(order)", "order")]
    [InlineData("counts.Sum() + counts.Length", "counts")]
    [InlineData("orders.Where(o => o.Count > 1).Select(Weigh).Sum()", "orders")]
    [InlineData("Sorted(counts)", "counts")]
    [InlineData("found.Contains(3) ? found[0] : 0", "found")]
    [InlineData("new List<int>(found) { 3 }.Count", "found")]
    [InlineData("string.Join(',', counts)", "counts")]
    public Task ObjectThatTheWorkOnlyReads_IsPassed(string work, string name) => InMethod(
        Objects + $"await pool.Submit([|() => {work}|]);", Objects + $"await pool.Submit(static {name} => {work}, {name});");

    [Fact]
    public Task ProcessQueue_IsSharedNotCopied() => InMethod(
        "using var queue = new ProcessQueue<int>(); await pool.Submit([|() => queue.Put(3)|]);",
        "using var queue = new ProcessQueue<int>(); await pool.Submit(static queue => queue.Put(3), queue);");

    [Fact]
    public Task ItemsOfMap_AreLeft() => Unchanged("await foreach (var r in pool.Map([|x => x * number|], [1, 2])) Console.WriteLine(r);");

    [Fact]
    public Task NamedArgument_IsLeft() => Unchanged("var r = await pool.Submit([|a => a + number|], argument: 1);");

    [Fact]
    public Task LambdaInALocal_IsLeft() => Unchanged("Func<int> work = () => number; var r = await pool.Submit([|work|]);");

    [Fact]
    public Task LocalFunctionThatCaptures_IsLeft() => Unchanged("int Local() => number; var r = await pool.Submit([|() => Local()|]);");

    [Fact]
    public Task Keyword_StaysEscaped() => InMethod(
        "int @class = 3; var r = await pool.Submit([|() => @class|]);",
        "int @class = 3; var r = await pool.Submit(static @class => @class, @class);");

    [Fact]
    public Task MemberOfAnAnonymousObject_KeepsItsName() => InMethod(
        "await pool.Submit([|() => Console.WriteLine(new { _factor, number })|]);",
        "await pool.Submit(static (factor, number) => Console.WriteLine(new { _factor = factor, number }), _factor, number);");

    [Fact]
    public Task Name_InNameof_Stays() => InMethod(
        "await pool.Submit([|() => Console.WriteLine(nameof(number) + number)|]);",
        "await pool.Submit(static number => Console.WriteLine(nameof(number) + number), number);");

    [Fact]
    public Task VariableOfALoop_IsPassed() => InMethod(
        "foreach (var n in new[] { 1, 2 }) await pool.Submit([|() => Compute(n)|]);",
        "foreach (var n in new[] { 1, 2 }) await pool.Submit(static n => Compute(n), n);");

    [Fact]
    public Task VariableOfAQuery_IsPassed() => InMethod(
        "await Task.WhenAll(from n in new[] { 1, 2 } select pool.Submit([|() => Compute(n)|]));",
        "await Task.WhenAll(from n in new[] { 1, 2 } select pool.Submit(static n => Compute(n), n));");

    [Fact]
    public Task VariablesOfAQuery_ArePassed() => InMethod(
        "await Task.WhenAll(from n in new[] { 1, 2 } let m = n * 2 select pool.Submit([|() => Compute(n) + m + number|]));",
        "await Task.WhenAll(from n in new[] { 1, 2 } let m = n * 2 select pool.Submit(static (n, m, number) => Compute(n) + m + number, n, m, number));");

    [Fact]
    public Task CSharp8_GoesWithoutStatic() => new Verify.Test
    {
        LanguageVersion = LanguageVersion.CSharp8,
        TestCode = Source("async Task<int> Run(ProcessExecutor pool, int number) { return await pool.Submit([|() => number + 1|]); }", ""),
        FixedCode = Source("async Task<int> Run(ProcessExecutor pool, int number) { return await pool.Submit(number => number + 1, number); }", ""),
    }.RunAsync();

    [Fact]
    public Task CSharp7_GetsANameThatDoesNotShadow() => new Verify.Test
    {
        LanguageVersion = LanguageVersion.CSharp7_3,
        TestCode = Source("async Task<int> Run(ProcessExecutor pool, int number) { return await pool.Submit([|() => number + 1|]); }", ""),
        FixedCode = Source("async Task<int> Run(ProcessExecutor pool, int number) { return await pool.Submit(number2 => number2 + 1, number); }", ""),
    }.RunAsync();

    private const string Objects = "var found = new List<int>(); var counts = new int[3]; var order = new Counter(); var orders = new List<Counter>(); ";

    private const string Members = """
        private readonly int _factor = 2;
            private int _count = 1;
            private int Size { get; } = 3;
            static int Compute(int x) => x;
            static int Until(CancellationToken token, int x) => x;
            static void Touch(Counter c) => c.Count = 3;
            static void TouchDeep(Counter c) => Touch(c);
            static int Weigh(Counter c) => c.Count;
            static void Fill(int[] a) => a[0] = 1;
            static void FillSpan(Span<int> a) => a[0] = 1;
            static int Sorted(int[] a) { var copy = a.ToArray(); Array.Sort(copy); return copy[0]; }
            static int Whole(Program program) => program._count++;
        """;

    private static Task Unchanged(string statements) => InMethod(statements, statements);

    private static Task Same(string members) => Class(members, members);

    private static Task InMethod(string statements, string repaired) => Verify.VerifyCodeFixAsync(Source(Method(statements)), Source(Method(repaired)));

    private static Task Class(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Method(string statements) => $$"""
        {{Members}}
            async Task Run(ProcessExecutor pool, int number, CancellationToken token)
            {
                await Task.Yield();
                {{statements}}
            }
        """;

    private static string Source(string members, string more = "record Order(int Id, string[] Lines); class Counter { public int Count { get; set; } }") => $$"""
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            {{members}}
        }

        {{more}}
        """;
}
