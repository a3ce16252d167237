/// <summary>Trial division, which keeps a core busy for as long as the number is large.</summary>
internal static class Prime
{
    public static bool IsPrime(long number)
    {
        if (number < 2) return false;
        if (number % 2 == 0) return number == 2;
        for (long divisor = 3; divisor <= number / divisor; divisor += 2)
            if (number % divisor == 0)
                return false;
        return true;
    }
}
