namespace Bank;

/// <summary>The statement of an account; several tellers write to it. Its lock is released whatever happens: the fix of TDM2001.</summary>
public class Statement
{
    private readonly object _gate = new();
    private readonly List<string> _lines = [];

    /// <summary>Adds a line.</summary>
    public void Add(string amount)
    {
        lock (_gate)
        {
            _lines.Add($"{decimal.Parse(amount),10:N2}");
        }
    }
}
