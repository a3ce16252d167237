namespace Bank;

/// <summary>An account that many may draw from at once: what the fix of TDM4001 makes of the beginner's.</summary>
public class Account(decimal balance)
{
    private readonly Lock _balanceLock = new();

    public decimal Balance { get; private set; } = balance;

    /// <summary>Pays out <paramref name="amount"/> if the account covers it.</summary>
    public bool Withdraw(decimal amount)
    {
        lock (_balanceLock)
        {
            if (Balance >= amount)
            {
                Clearing.Approve();
                Balance -= amount;
                return true;
            }
        }

        return false;
    }
}
