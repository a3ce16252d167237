using Microsoft.CodeAnalysis.CSharp.Testing;
using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.DataRaceAnalyzer, Tandem.CodeFixes.Races.DataRaceCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class DataRaceFixTests
{
    [Fact]
    public Task PolledField_BecomesVolatile() => VerifyAsync(
        "private bool _stop;\n    public void Stop() { _stop = true; }\n    public void Wait() { while (![|_stop|]) { } }",
        "private volatile bool _stop;\n    public void Stop() { _stop = true; }\n    public void Wait() { while (!_stop) { } }");

    [Fact]
    public Task PolledField_IsReadVolatile() => VerifyAsync(
        "private bool _stop;\n    public void Stop() { _stop = true; }\n    public void Wait() { while (![|_stop|]) { } }",
        "private bool _stop;\n    public void Stop() { _stop = true; }\n    public void Wait() { while (!Volatile.Read(ref _stop)) { } }",
        "VolatileRead");

    [Fact]
    public Task PolledFieldThatCannotBeVolatile_IsReadVolatile() => VerifyAsync(
        "private long _left = 9;\n    public void Step() { _left = 0; }\n    public void Wait() { while ([|_left|] > 5 && _left > 0) { } }",
        "private long _left = 9;\n    public void Step() { _left = 0; }\n    public void Wait() { while (Volatile.Read(ref _left) > 5 && Volatile.Read(ref _left) > 0) { } }");

    [Fact]
    public Task PolledLocal_IsReadVolatile() => VerifyAsync(
        "public void M()\n    {\n        var done = false;\n        Task.Run(() => done = true);\n        while (![|done|]) { } // wait\n    }",
        "public void M()\n    {\n        var done = false;\n        Task.Run(() => done = true);\n        while (!Volatile.Read(ref done)) { } // wait\n    }");

    [Fact]
    public Task PolledProperty_GetsNone()
    {
        const string Source = "public bool Done { get; set; }\n    public void Finish() => Done = true;\n    public void Wait() { while (![|Done|]) { } }";
        return VerifyAsync(Source, Source);
    }

    [Fact]
    public Task TornRead_GetsTheLockOfTheWrite() => VerifyAsync(
        """
        private readonly object _gate = new();
            private decimal _sum;

            public void Set(decimal n)
            {
                lock (_gate) _sum = n;
            }

            public decimal Get()
            {
                // All of it.
                return [|_sum|];
            }
        """,
        """
        private readonly object _gate = new();
            private decimal _sum;

            public void Set(decimal n)
            {
                lock (_gate) _sum = n;
            }

            public decimal Get()
            {
                // All of it.
                lock (_gate)
                {
                    return _sum;
                }
            }
        """);

    [Fact]
    public Task TornField_GetsANewLockAroundEveryUse() => VerifyAsync(
        """
        private Guid _id;

            public void Start()
            {
                Parallel.For(0, 9, i => Next());
            }

            private void Next()
            {
                [|_id = Guid.NewGuid()|];
            }

            public void Show()
            {
                Console.WriteLine(_id);
            }
        """,
        """
        private readonly Lock _idLock = new();
            private Guid _id;

            public void Start()
            {
                Parallel.For(0, 9, i => Next());
            }

            private void Next()
            {
                lock (_idLock)
                {
                    _id = Guid.NewGuid();
                }
            }

            public void Show()
            {
                lock (_idLock)
                {
                    Console.WriteLine(_id);
                }
            }
        """);

    [Fact]
    public Task TornUseInAnotherFile_GetsNoNewLock()
    {
        const string Source = "internal Guid _id;\n    public void Start() { Parallel.For(0, 9, i => { [|_id = Guid.NewGuid()|]; }); } void Show(Other other) { other.Show(this); } }\n    public class Other { public void Show(C c) { Console.WriteLine(c._id); }";
        return VerifyAsync(Source, Source);
    }

    [Fact]
    public Task EarlyRead_WaitsForTheTask() => VerifyAsync(
        """
        public async Task<int> M()
            {
                var n = 0;
                var work = Task.Run(() => n = 3);
                Console.WriteLine([|n|]);
                await work;
                return n;
            }
        """,
        """
        public async Task<int> M()
            {
                var n = 0;
                var work = Task.Run(() => n = 3);
                await work;
                Console.WriteLine(n);
                await work;
                return n;
            }
        """);

    [Fact]
    public Task EarlyRead_JoinsTheThread() => VerifyAsync(
        """
        public void M()
            {
                var n = 0;
                var work = new Thread(() => n = 3);
                work.Start();
                if ([|n|] > 2)
                    Console.WriteLine(n);
                work.Join();
            }
        """,
        """
        public void M()
            {
                var n = 0;
                var work = new Thread(() => n = 3);
                work.Start();
                work.Join();
                if (n > 2)
                    Console.WriteLine(n);
                work.Join();
            }
        """);

    [Fact]
    public Task EarlyReadThatIsNeverWaitedFor_GetsNone()
    {
        const string Source = "public string? M() { string? result = null; Task.Run(() => { result = \"\"; }); return [|result|]; }";
        return VerifyAsync(Source, Source);
    }

    private static Task VerifyAsync(string members, string repaired, string? key = null)
    {
        var test = new Verify.Test { TestCode = Source(members), FixedCode = Source(repaired), CodeActionEquivalenceKey = key };
        return test.RunAsync();
    }

    private static string Source(string members) =>
        $$"""
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        public class C
        {
            {{members}}
        }
        """;
}
