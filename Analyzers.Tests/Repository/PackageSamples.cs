namespace Tandem.Analyzers.Tests.Repository;

/// <summary>Programs of users who install the packages.</summary>
internal static class PackageSamples
{
    /// <summary>A lock that an exception leaves held; the framework's types alone.</summary>
    public const string WithoutTandem = """
        var log = new Log();
        log.Write(args.Length > 0 ? args[0] : "nothing");

        public class Log
        {
            private readonly object _gate = new();

            public void Write(string line)
            {
                Monitor.Enter(_gate);
                Console.WriteLine(line.Trim());
                Monitor.Exit(_gate);
            }
        }

        """;

    /// <summary>A mistake of each room; repaired, it prints <see cref="EveryRoomPrints"/>.</summary>
    public const string EveryRoom = """
        using Tandem;

        // Locks and races: ten customers draw from one account.
        var account = new Account(100);
        var customers = Enumerable.Range(0, 10).Select(_ => new Thread(() => account.Withdraw(30))).ToList();
        customers.ForEach(customer => customer.Start());
        customers.ForEach(customer => customer.Join());
        account.Report($"balance {account.Balance}");

        // Processes: work that needs a value of its caller.
        await using var processes = new ProcessExecutor(maxWorkers: 2);
        var factor = 3;
        Console.WriteLine($"three times fourteen is {await processes.Submit(() => factor * 14)}");

        // Executors: hard work on threads that are meant for waiting.
        await using var threads = new ThreadExecutor(maxWorkers: 8);
        Console.WriteLine($"{await threads.Submit(Primes.Count, 10_000)} primes");
        var worker = await processes.Submit(static () => Environment.ProcessId);
        Console.WriteLine(worker == Environment.ProcessId ? "one process" : "a process of its own");

        public class Account(decimal balance)
        {
            private readonly object _reportGate = new();

            public decimal Balance { get; private set; } = balance;

            public bool Withdraw(decimal amount)
            {
                if (Balance >= amount)
                {
                    Balance -= amount;
                    return true;
                }

                return false;
            }

            public void Report(string line)
            {
                Monitor.Enter(_reportGate);
                Console.WriteLine(line.Trim());
                Monitor.Exit(_reportGate);
            }
        }

        public static class Primes
        {
            public static int Count(int limit)
            {
                var count = 0;
                for (var n = 2; n < limit; n++)
                    if (IsPrime(n)) count++;
                return count;
            }

            private static bool IsPrime(int n)
            {
                for (var d = 2; d * d <= n; d++)
                    if (n % d == 0) return false;
                return true;
            }
        }

        """;

    public const string EveryRoomPrints = """
        balance 10
        three times fourteen is 42
        1229 primes
        a process of its own

        """;
}
