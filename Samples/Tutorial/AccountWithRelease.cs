namespace Tandem.Tutorial;

/// <summary>Two processes pay in and draw from one account; the lock is taken and released by hand.</summary>
internal static class AccountWithRelease
{
    public static Task Run()
    {
        using var balance = new SharedValue<int>(200);
        using var gate = new ProcessLock();
        using var payer = WorkerProcess.Start(Deposit, balance, gate);
        using var drawer = WorkerProcess.Start(Withdraw, balance, gate);
        payer.Join();
        drawer.Join();
        Console.WriteLine($"balance: {balance.Value}");
        return Task.CompletedTask;
    }

    private static void Deposit(SharedValue<int> balance, ProcessLock gate)
    {
        for (var i = 0; i < 1_000; i++)
        {
            gate.Acquire();
            try
            {
                balance.Value++;
            }
            finally
            {
                gate.Release();
            }
        }
    }

    private static void Withdraw(SharedValue<int> balance, ProcessLock gate)
    {
        for (var i = 0; i < 1_000; i++)
        {
            gate.Acquire();
            try
            {
                balance.Value--;
            }
            finally
            {
                gate.Release();
            }
        }
    }
}
