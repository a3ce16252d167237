using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.NonAtomicUpdateAnalyzer, Tandem.CodeFixes.Races.NonAtomicUpdateCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class NonAtomicUpdateFixTests
{
    /// <summary>Updates that a call of Interlocked does, exactly.</summary>
    public static TheoryData<string, string, string> Interlocked => new()
    {
        { "int", "[|_n++|];", "Interlocked.Increment(ref _n);" },
        { "int", "[|++_n|];", "Interlocked.Increment(ref _n);" },
        { "long", "[|_n--|];", "Interlocked.Decrement(ref _n);" },
        { "uint", "[|_n++|];", "Interlocked.Increment(ref _n);" },
        { "int", "[|_n += amount|];", "Interlocked.Add(ref _n, amount);" },
        { "long", "[|_n += amount|];", "Interlocked.Add(ref _n, amount);" },
        { "int", "[|_n -= amount|];", "Interlocked.Add(ref _n, -amount);" },
        { "int", "[|_n -= amount + 1|];", "Interlocked.Add(ref _n, -(amount + 1));" },
        { "int", "[|_n |= amount|];", "Interlocked.Or(ref _n, amount);" },
        { "int", "[|_n = _n + amount|];", "Interlocked.Add(ref _n, amount);" },
        { "int", "[|_n = amount + _n|];", "Interlocked.Add(ref _n, amount);" },
        { "int", "var now = [|++_n|]; Use(now);", "var now = Interlocked.Increment(ref _n); Use(now);" },
        { "int", "var before = [|_n++|]; Use(before);", "var before = (Interlocked.Increment(ref _n) - 1); Use(before);" },
        { "int", "Use([|_n += 2|]);", "Use(Interlocked.Add(ref _n, 2));" },
        { "volatile int", "[|_n++|];", "Interlocked.Increment(ref _n);" },
    };

    [Theory]
    [MemberData(nameof(Interlocked))]
    public Task ExactUpdate_BecomesInterlocked(string type, string update, string repaired) => VerifyAsync(Members(type, update), Members(type, repaired));

    private static string Members(string type, string code) =>
        $$"""
            private {{type}} _n;

            public void Run(int amount)
            {
                {{code}} // so many
            }

            static void Use(long n) { }
        """;

    [Fact]
    public Task Double_GetsALock() => VerifyAsync(
        """
            private double _sum;

            public void Run(int amount)
            {
                // Add it.
                [|_sum += amount|];
            }
        """,
        """
            private readonly Lock _sumLock = new();
            private double _sum;

            public void Run(int amount)
            {
                // Add it.
                lock (_sumLock)
                {
                    _sum += amount;
                }
            }
        """);

    [Fact]
    public Task Property_GetsALock() => VerifyAsync(
        """
            public int Count { get; private set; }

            public void Run(int amount) => [|Count++|];
        """,
        """
            private readonly Lock _countLock = new();

            public int Count { get; private set; }

            public void Run(int amount)
            {
                lock (_countLock)
                {
                    Count++;
                }
            }
        """);

    [Fact]
    public Task GuardElsewhere_IsTaken() => VerifyAsync(
        """
            private readonly object _gate = new();
            private int _n;

            public void Run(int amount)
            {
                [|_n += amount|];
            }

            public void Reset()
            {
                lock (_gate)
                    _n = 0;
            }
        """,
        """
            private readonly object _gate = new();
            private int _n;

            public void Run(int amount)
            {
                lock (_gate)
                {
                    _n += amount;
                }
            }

            public void Reset()
            {
                lock (_gate)
                    _n = 0;
            }
        """);

    [Fact]
    public Task OtherUpdateThatInterlockedCannotDo_MakesItALock() => VerifyAsync(
        """
            private int _n;

            public void Run(int amount)
            {
                [|_n++|];
                [|_n *= 2|];
            }
        """,
        """
            private readonly Lock _nLock = new();
            private int _n;

            public void Run(int amount)
            {
                lock (_nLock)
                {
                    _n++;
                }
                lock (_nLock)
                {
                    _n *= 2;
                }
            }
        """);

    [Fact]
    public Task CheckedUpdate_KeepsItsCheck() => VerifyAsync(
        """
            private int _n;

            public void Run(int amount)
            {
                checked
                {
                    [|_n += amount|];
                }
            }
        """,
        """
            private readonly Lock _nLock = new();
            private int _n;

            public void Run(int amount)
            {
                checked
                {
                    lock (_nLock)
                    {
                        _n += amount;
                    }
                }
            }
        """);

    private static Task VerifyAsync(string members, string repaired) => Verify.VerifyCodeFixAsync(Program(members), Program(repaired));

    private static string Program(string members) =>
        $$"""
        using System.Threading;

        public class Counter
        {
        {{members}}
        }

        static class Program
        {
            static void Main()
            {
                var counter = new Counter();
                new Thread(() => counter.Run(10)).Start();
                new Thread(() => counter.Run(10)).Start();
            }
        }
        """;
}
