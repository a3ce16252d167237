using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer, Tandem.CodeFixes.Races.CheckThenActCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class CheckThenActFixTests
{
    private const string Program = """

        static class Program
        {
            static void Main()
            {
                var account = new Account();
                new Thread(() => account.Withdraw(10)).Start();
                new Thread(() => account.Withdraw(10)).Start();
            }
        }
        """;

    [Fact]
    public Task DeclaredGuard_IsTaken() => Verify.VerifyCodeFixAsync(
        """
        class Account
        {
            private readonly object _gate = new();

            [Tandem.GuardedBy(nameof(_gate))]
            private int _balance;

            public void Draw(int amount)
            {
                if ([|_balance >= amount|])
                    _balance -= amount;
            }
        }
        """,
        """
        class Account
        {
            private readonly object _gate = new();

            [Tandem.GuardedBy(nameof(_gate))]
            private int _balance;

            public void Draw(int amount)
            {
                lock (_gate)
                {
                    if (_balance >= amount)
                        _balance -= amount;
                }
            }
        }
        """);

    [Fact]
    public Task Property_GetsALockOfItsOwn() => VerifyAsync(
        """
        public class Account
        {
            public int Balance { get; private set; } = 100;

            public bool Withdraw(int amount)
            {
                // Enough?
                if ([|Balance >= amount|])
                {
                    Balance -= amount; // take it
                    return true;
                }

                return false;
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _balanceLock = new();

            public int Balance { get; private set; } = 100;

            public bool Withdraw(int amount)
            {
                // Enough?
                lock (_balanceLock)
                {
                    if (Balance >= amount)
                    {
                        Balance -= amount; // take it
                        return true;
                    }
                }

                return false;
            }
        }
        """);

    [Fact]
    public Task GuardReturn_IsCoveredToTheAct() => VerifyAsync(
        """
        public class Account
        {
            private readonly string _name = "";
            private int _balance;

            public bool Withdraw(int amount)
            {
                if ([|_balance < amount|]) return false;
                var text = $@"
                    {_name} pays";
                _balance -= amount;

                System.Console.WriteLine(text);
                return true;
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _balanceLock = new();
            private readonly string _name = "";
            private int _balance;

            public bool Withdraw(int amount)
            {
                string text;
                lock (_balanceLock)
                {
                    if (_balance < amount) return false;
                    text = $@"
                    {_name} pays";
                    _balance -= amount;
                }

                System.Console.WriteLine(text);
                return true;
            }
        }
        """);

    [Fact]
    public Task StaticState_GetsAStaticLock() => VerifyAsync(
        """
        public class Account
        {
            private static int s_left;

            public void Withdraw(int amount)
            {
                if ([|s_left > 0|]) s_left--;
            }
        }
        """,
        """
        public class Account
        {
            private static readonly Lock s_leftLock = new();
            private static int s_left;

            public void Withdraw(int amount)
            {
                lock (s_leftLock)
                {
                    if (s_left > 0) s_left--;
                }
            }
        }
        """);

    [Fact]
    public Task LockThatGuardsTheStateElsewhere_IsReused() => VerifyAsync(
        """
        public class Account
        {
            private readonly object _gate = new();
            private int balance;

            public void Deposit(int amount)
            {
                lock (_gate) balance += amount;
            }

            public void Withdraw(int amount)
            {
                var left = [|balance|] - amount;
                if (left >= 0) balance = left;
            }
        }
        """,
        """
        public class Account
        {
            private readonly object _gate = new();
            private int balance;

            public void Deposit(int amount)
            {
                lock (_gate) balance += amount;
            }

            public void Withdraw(int amount)
            {
                lock (_gate)
                {
                    var left = balance - amount;
                    if (left >= 0) balance = left;
                }
            }
        }
        """);

    [Fact]
    public Task TwoHolds_BecomeOne() => VerifyAsync(
        """
        public class Account
        {
            private readonly object _gate = new();
            private int _balance;

            public bool Withdraw(int amount)
            {
                bool enough;
                lock (_gate)
                {
                    // look
                    enough = [|_balance >= amount|];
                }

                if (!enough) return false;
                lock (_gate)
                {
                    _balance -= amount;
                }

                return true;
            }
        }
        """,
        """
        public class Account
        {
            private readonly object _gate = new();
            private int _balance;

            public bool Withdraw(int amount)
            {
                bool enough;
                lock (_gate)
                {
                    // look
                    enough = _balance >= amount;

                    if (!enough) return false;
                    _balance -= amount;
                }

                return true;
            }
        }
        """);

    [Fact]
    public Task CheckOutsideTheLock_IsTakenIn() => VerifyAsync(
        """
        public class Account
        {
            private readonly object _gate = new();
            private int _balance;

            public void Withdraw(int amount)
            {
                if ([|_balance >= amount|])
                {
                    lock (_gate)
                    {
                        _balance -= amount;
                    }
                }
            }
        }
        """,
        """
        public class Account
        {
            private readonly object _gate = new();
            private int _balance;

            public void Withdraw(int amount)
            {
                lock (_gate)
                {
                    if (_balance >= amount)
                    {
                        _balance -= amount;
                    }
                }
            }
        }
        """);

    [Fact]
    public Task TwoMethodsOfOneType_ShareTheLock() => VerifyAsync(
        """
        public class Account
        {
            private int _balance;

            public void Withdraw(int amount)
            {
                if ([|_balance >= amount|]) _balance -= amount;
                Fee();
            }

            private void Fee()
            {
                if ([|_balance > 0|]) _balance--;
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _balanceLock = new();
            private int _balance;

            public void Withdraw(int amount)
            {
                lock (_balanceLock)
                {
                    if (_balance >= amount) _balance -= amount;
                }
                Fee();
            }

            private void Fee()
            {
                lock (_balanceLock)
                {
                    if (_balance > 0) _balance--;
                }
            }
        }
        """);

    [Fact]
    public Task Helpers_AreCoveredAtTheCall() => VerifyAsync(
        """
        public class Account
        {
            private int _balance;

            public void Withdraw(int amount)
            {
                if ([|CanDraw(amount)|])
                    Take(amount);
            }

            private bool CanDraw(int amount) => _balance >= amount;

            private void Take(int amount) => _balance -= amount;
        }
        """,
        """
        public class Account
        {
            private readonly Lock _balanceLock = new();
            private int _balance;

            public void Withdraw(int amount)
            {
                lock (_balanceLock)
                {
                    if (CanDraw(amount))
                        Take(amount);
                }
            }

            private bool CanDraw(int amount) => _balance >= amount;

            private void Take(int amount) => _balance -= amount;
        }
        """);

    [Fact]
    public Task CapturedLocal_GetsALocalLock() => Verify.VerifyCodeFixAsync(
        """
        using System.Threading.Tasks;
        static class Program
        {
            static void Main()
            {
                var balance = 100;
                Parallel.For(0, 10, i =>
                {
                    if ([|balance >= 10|]) balance -= 10;
                });
            }
        }
        """,
        """
        using System.Threading.Tasks;
        static class Program
        {
            static void Main()
            {
                var balanceLock = new System.Threading.Lock();
                var balance = 100;
                Parallel.For(0, 10, i =>
                {
                    lock (balanceLock)
                    {
                        if (balance >= 10) balance -= 10;
                    }
                });
            }
        }
        """);

    [Fact]
    public Task ExpressionBody_BecomesABlock() => VerifyAsync(
        """
        public class Account
        {
            private int _balance;

            public bool Withdraw(int amount) => [|_balance >= amount|] && (_balance -= amount) >= 0;
        }
        """,
        """
        public class Account
        {
            private readonly Lock _balanceLock = new();
            private int _balance;

            public bool Withdraw(int amount)
            {
                lock (_balanceLock)
                {
                    return _balance >= amount && (_balance -= amount) >= 0;
                }
            }
        }
        """);

    [Fact]
    public Task ParameterObject_GetsALockInItsType() => Verify.VerifyCodeFixAsync(
        """
        using System.Threading.Tasks;

        public class Account
        {
            public int Balance { get; set; }
        }

        public static class Bank
        {
            public static void Run(Account shared) => Parallel.For(0, 10, i => Draw(shared, i));

            private static void Draw(Account account, int amount)
            {
                if ([|account.Balance >= amount|]) account.Balance -= amount;
            }
        }
        """,
        """
        using System.Threading.Tasks;

        public class Account
        {
            internal readonly System.Threading.Lock BalanceLock = new();

            public int Balance { get; set; }
        }

        public static class Bank
        {
            public static void Run(Account shared) => Parallel.For(0, 10, i => Draw(shared, i));

            private static void Draw(Account account, int amount)
            {
                lock (account.BalanceLock)
                {
                    if (account.Balance >= amount) account.Balance -= amount;
                }
            }
        }
        """);

    [Theory]
    [InlineData("private readonly object _gate = new();", "Monitor.Enter(_gate); try { _left++; } finally { Monitor.Exit(_gate); }")]
    [InlineData("private readonly Lock _gate = new();", "using (_gate.EnterScope()) _left++;")]
    public Task AnEnteredLock_IsReused(string gate, string give) => VerifyAsync(
        $$"""
        public class Account
        {
            {{gate}}
            private int _left;

            public void Give() { {{give}} }

            public void Withdraw(int amount)
            {
                if ([|_left > 0|])
                    _left--;
            }
        }
        """,
        $$"""
        public class Account
        {
            {{gate}}
            private int _left;

            public void Give() { {{give}} }

            public void Withdraw(int amount)
            {
                lock (_gate)
                {
                    if (_left > 0)
                        _left--;
                }
            }
        }
        """);

    [Fact]
    public Task TrailingComment_StaysOnItsLine() => VerifyAsync(
        """
        public class Account
        {
            private int _left;

            public void Withdraw(int amount)
            {
                // enough?
                if ([|_left > 0|])
                    _left--; // one less
                // after
                System.Console.WriteLine();
            }
        }
        """,
        """
        public class Account
        {
            private readonly Lock _leftLock = new();
            private int _left;

            public void Withdraw(int amount)
            {
                // enough?
                lock (_leftLock)
                {
                    if (_left > 0)
                        _left--; // one less
                }
                // after
                System.Console.WriteLine();
            }
        }
        """);

    private static Task VerifyAsync(string source, string fixedSource) => Verify.VerifyCodeFixAsync("using System.Threading;\n" + source + Program, "using System.Threading;\n" + fixedSource + Program);
}
