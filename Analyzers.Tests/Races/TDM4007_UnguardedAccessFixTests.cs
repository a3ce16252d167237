using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.UnguardedAccessAnalyzer, Tandem.CodeFixes.Races.UnguardedAccessCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class UnguardedAccessFixTests
{
    [Fact]
    public Task Write_IsPutUnderTheLock() => VerifyAsync(
        """
            public void Set(int n)
            {
                // So many.
                [|_total = n|];
            }
        """,
        """
            public void Set(int n)
            {
                // So many.
                lock (_gate)
                {
                    _total = n;
                }
            }
        """);

    [Fact]
    public Task Read_IsPutUnderTheLock() => VerifyAsync(
        """
            public int Get()
            {
                return [|_total|];
            }
        """,
        """
            public int Get()
            {
                lock (_gate)
                {
                    return _total;
                }
            }
        """);

    [Fact]
    public Task SeveralUses_GetOneLock() => VerifyAsync(
        """
            public void Swap(int n)
            {
                System.Console.WriteLine([|_total|]);
                _total = n;
            }
        """,
        """
            public void Swap(int n)
            {
                lock (_gate)
                {
                    System.Console.WriteLine(_total);
                    _total = n;
                }
            }
        """);

    [Fact]
    public Task OtherObject_GetsItsOwnLock() => VerifyAsync(
        """
            public void Clear(Counter other)
            {
                [|other._total = 0|];
            }
        """,
        """
            public void Clear(Counter other)
            {
                lock (other._gate)
                {
                    other._total = 0;
                }
            }
        """);

    [Fact]
    public Task UsesAroundAnAwait_GetNone() => Verify.VerifyCodeFixAsync(Source(
        """
            public async System.Threading.Tasks.Task SwapAsync(int n)
            {
                System.Console.WriteLine([|_total|]);
                await System.Threading.Tasks.Task.Yield();
                _total = n;
            }
        """), Source(
        """
            public async System.Threading.Tasks.Task SwapAsync(int n)
            {
                System.Console.WriteLine([|_total|]);
                await System.Threading.Tasks.Task.Yield();
                _total = n;
            }
        """));

    private static Task VerifyAsync(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Source(string members) =>
        $$"""
        public class Counter
        {
            private readonly object _gate = new();
            [Tandem.GuardedBy(nameof(_gate))]
            private int _total;

        {{members}}
        }
        """;
}
