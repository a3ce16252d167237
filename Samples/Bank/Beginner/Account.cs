namespace Bank;

/// <summary>An account as one writes it first: right for one customer at a time.</summary>
public class Account(decimal balance)
{
    public decimal Balance { get; private set; } = balance;

    /// <summary>Pays out <paramref name="amount"/> if the account covers it.</summary>
    public bool Withdraw(decimal amount)
    {
        if (Balance >= amount)
        {
            Clearing.Approve();
            Balance -= amount;
            return true;
        }

        return false;
    }
}
