namespace Tandem.Tutorial;

/// <summary>The same account; a scope releases the lock on every path, and the value brings a lock of its own.</summary>
internal static class AccountWithScope
{
    public static Task Run()
    {
        using var balance = new SharedValue<int>(200);
        using var payer = WorkerProcess.Start(Deposit, balance);
        using var drawer = WorkerProcess.Start(Withdraw, balance);
        payer.Join();
        drawer.Join();
        Console.WriteLine($"balance: {balance.Value}");
        return Task.CompletedTask;
    }

    private static void Deposit(SharedValue<int> balance)
    {
        for (var i = 0; i < 1_000; i++)
        {
            using (balance.Lock.Acquire())
                balance.Value++;
        }
    }

    private static void Withdraw(SharedValue<int> balance)
    {
        // In one call: Update holds the same lock.
        for (var i = 0; i < 1_000; i++)
            balance.Update(static amount => amount - 1);
    }
}
