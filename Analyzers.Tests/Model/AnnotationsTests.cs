using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;
using Tandem.Analyzers.Executors;
using Tandem.Analyzers.Locks;
using Tandem.Analyzers.Races;
using Tandem.Analyzers.Tests.Verification;

namespace Tandem.Analyzers.Tests.Model;

/// <summary>Tandem's attributes work where a project declares them itself, without the runtime library, on a framework that has none.</summary>
public class AnnotationsTests
{
    private const string Declarations = """

        namespace Tandem
        {
            [System.AttributeUsage(System.AttributeTargets.All)] internal sealed class CpuBoundAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)] internal sealed class IoBoundAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)] internal sealed class ThreadSafeAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)] internal sealed class ThreadConfinedAttribute : System.Attribute { }
            [System.AttributeUsage(System.AttributeTargets.All)] internal sealed class GuardedByAttribute : System.Attribute { public GuardedByAttribute(string name) { } }
            [System.AttributeUsage(System.AttributeTargets.All, AllowMultiple = true)] internal sealed class HoldsAttribute : System.Attribute { public HoldsAttribute(string name) { } }
        }
        """;

    [Fact]
    public Task CpuBound_IsReportedOnAThreadForEachElement() => VerifyAsync<CpuBoundWorkOnThreadsAnalyzer>("""
        using System.Threading;
        using Tandem;

        class Images
        {
            public void All(string[] names)
            {
                foreach (var name in names)
                    new Thread([|() => Sharpen(name)|]).Start();
            }

            [CpuBound] private static void Sharpen(string name) => System.IO.File.Exists(name);
        }
        """);

    [Fact]
    public Task IoBound_IsSilentWhateverTheBodyDoes() => VerifyAsync<CpuBoundWorkOnThreadsAnalyzer>("""
        using System.Threading;
        using Tandem;

        class Images
        {
            public void All(string[] names)
            {
                foreach (var name in names)
                    new Thread(() => Fetch(name)).Start();
            }

            [IoBound]
            private static double Fetch(string name)
            {
                var sum = 0.0;
                for (var i = 0; i < 1_000_000; i++) sum += System.Math.Sqrt(i * sum);
                return sum;
            }
        }
        """);

    [Fact]
    public Task ThreadSafe_HasATypeCheckedAsIfCalledFromManyThreads() => VerifyAsync<CheckThenActAnalyzer>("""
        using Tandem;

        [ThreadSafe]
        class Account
        {
            private decimal _balance;

            public void Draw(decimal amount)
            {
                if ([|_balance >= amount|]) _balance -= amount;
            }
        }
        """);

    [Fact]
    public Task ThreadSafeOfAnotherNamespace_SaysNothing() => VerifyAsync<CheckThenActAnalyzer>("""
        [Other.ThreadSafe]
        class Account
        {
            private decimal _balance;

            public void Draw(decimal amount)
            {
                if (_balance >= amount) _balance -= amount;
            }
        }

        namespace Other
        {
            internal sealed class ThreadSafeAttribute : System.Attribute { }
        }
        """);

    [Fact]
    public Task ThreadConfined_IsSilent() => VerifyAsync<CheckThenActAnalyzer>("""
        using Tandem;

        [ThreadSafe]
        class Account
        {
            [ThreadConfined] private decimal _balance;

            public void Draw(decimal amount)
            {
                if (_balance >= amount) _balance -= amount;
            }
        }
        """);

    [Fact]
    public Task GuardedBy_IsReportedWithoutItsLock_AndHolds_CountsAsHavingIt() => VerifyAsync<UnguardedAccessAnalyzer>("""
        using Tandem;

        class Totals
        {
            private readonly object _gate = new object();
            [GuardedBy("_gate")] private long _total;

            public void Add(long n) { lock (_gate) AddLocked(n); }

            public long Get() => [|_total|];

            [Holds("_gate")] private void AddLocked(long n) => _total += n;
        }
        """);

    [Fact]
    public Task EachHolds_IsAskedOfTheCaller() => VerifyAsync<UnguardedAccessAnalyzer>("""
        using Tandem;

        class Ledger
        {
            private readonly object _accounts = new object();
            private readonly object _log = new object();

            public void Both() { lock (_accounts) { lock (_log) Move(); } }

            public void One() { lock (_accounts) { [|Move()|]; } }

            [Holds("_accounts"), Holds("_log")] private void Move() { }
        }
        """);

    [Fact]
    public Task Holds_HasASlowCallReported() => VerifyAsync<SlowCallUnderLockAnalyzer>("""
        using Tandem;

        class Log
        {
            private readonly object _gate = new object();

            [Holds("_gate")] private void Pause() => [|System.Threading.Thread.Sleep(100)|];
        }
        """);

    private static Task VerifyAsync<TAnalyzer>(string code)
        where TAnalyzer : DiagnosticAnalyzer, new() =>
        new CSharpAnalyzerVerifier<TAnalyzer>.Test { TestCode = code + Declarations, ReferenceAssemblies = ReferenceAssemblies.NetStandard.NetStandard20 }.RunAsync();
}
