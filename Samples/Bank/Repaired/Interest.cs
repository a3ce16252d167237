namespace Bank;

/// <summary>Compound interest.</summary>
public static class Interest
{
    public static decimal Compound(decimal amount, decimal rate, int years)
    {
        for (var year = 0; year < years; year++)
            amount += amount * rate;
        return amount;
    }
}
