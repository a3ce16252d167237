namespace Bank;

/// <summary>The clearing house that every payment waits for.</summary>
public static class Clearing
{
    public static void Approve() => Thread.Sleep(1);
}
