using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

public class Account
{
    private readonly object _gate = new();
    private decimal _fees;
    private static int s_open;
    public decimal Balance { get; set; } = 100;

    public bool Withdraw(decimal amount)
    {
        if (Balance >= amount) // enough
        {
            Balance -= amount;
            return true;
        }
        return false;
    }

    public bool WithdrawInTwoHolds(decimal amount)
    {
        bool enough;
        lock (_gate) { enough = Balance >= amount; }
        if (!enough) return false;
        lock (_gate) Balance -= amount;
        return true;
    }

    public void Charge(decimal fee) { if (_fees < 10) { _fees += fee; s_open++; } }

    public bool WithdrawThroughHelper(decimal amount) { if (!Enough(amount)) return false; Take(amount); return true; }

    private bool Enough(decimal amount) => Balance >= amount;

    private void Take(decimal amount) => Balance -= amount;

    [Tandem.GuardedBy(nameof(_gate))] private (int Day, decimal Rate) _interest;

    public decimal Rate => _interest.Rate;

    public void SetRate(decimal rate) { lock (_gate) { _interest = (_interest.Day, rate); Note(); } Note(); _interest.Day++; }

    [Tandem.Holds(nameof(_gate))] private void Note() => _fees += _interest.Rate;

    public static void Open() { if (s_open < 5) s_open = s_open + 1; }
}

public static class Bank
{
    private static readonly List<Account> s_accounts = [];
    private static Account? s_main;

    public static async Task RunAsync(Account account)
    {
        var threads = new List<Thread>();
        for (var i = 0; i < 10; i++)
        {
            var thread = new Thread(() => Draw(account));
            threads.Add(thread);
            thread.Start();
        }
        foreach (var thread in threads) thread.Join();

        Parallel.For(0, 10, _ => account.WithdrawInTwoHolds(1));
        await Task.WhenAll(Task.Run(() => account.Charge(1)), Task.Run(() => account.WithdrawThroughHelper(2)), Task.Factory.StartNew(Account.Open));
        using var timer = new Timer(static state => ((Account)state!).Withdraw(3), account, 0, 10);
        ThreadPool.QueueUserWorkItem(_ => { if (s_main == null) s_main = new Account(); });
        var balance = 5;
        var worker = Task.Run(() => { if (balance > 0) balance--; });
        if (balance > 0) balance--;
        await worker;
    }

    private static void Draw(Account account)
    {
        while (account.Balance >= 10) account.Balance = account.Balance - 10;
        if (!s_accounts.Contains(account)) s_accounts.Add(account);
    }
}

public sealed class Sessions
{
    private readonly ConcurrentDictionary<string, object> _sessions = new();
    private readonly ConcurrentDictionary<string, int> _visits = new();
    private readonly ConcurrentQueue<string> _waiting = new();

    public object Get(string user)
    {
        _visits[user] += 1;
        if (_visits.TryGetValue(user, out var n) && n > 3) _visits[user] = n - 1; else _visits[user] = 0;
        if (!_sessions.TryGetValue(user, out var session)) // not yet
        {
            session = new object();
            _sessions[user] = session;
        }
        return _sessions.ContainsKey(user) ? _sessions[user] : session;
    }

    public void Serve()
    {
        while (!_waiting.IsEmpty) { _waiting.TryDequeue(out var user); Get(user!); }
        foreach (var (user, _) in _sessions) if (_sessions.TryGetValue(user, out var old) && old is null) _sessions.TryRemove(user, out _);
    }
}

public sealed class Crawler
{
    private readonly object _gate = new();
    private readonly List<string> _pages = [];
    private readonly Dictionary<string, int> _links = new();

    public void Run(IEnumerable<string> addresses) => Parallel.ForEach(addresses, address =>
    {
        _pages.Add(address); // each
        if (!_links.ContainsKey(address)) _links[address] = 1; else _links[address]++;
    });

    public void Show() { foreach (var page in _pages) Console.WriteLine($"{page}: {(_links.TryGetValue(page, out var n) ? n : 0)}"); }

    public void Clear() { lock (_gate) _links.Clear(); }
}

public static class Rounds
{
    public static void Run(Func<string?> read)
    {
        for (var i = 0; i < 9; i++) Task.Run(() => Console.WriteLine(i)); // each
        string? line;
        while ((line = read()) != null)
        {
            var thread = new Thread(() => Console.WriteLine(line.Length + line));
            thread.Start();
        }
    }
}

public sealed class Cache
{
    private readonly object _gate = new();
    private List<string>? _names;
    private bool _started, _ready;
    private int _value;

    public List<string> Names { get { if (_names == null) _names = new(); return _names ??= []; } }

    public int Value
    {
        get
        {
            if (!_ready) // not yet
            {
                lock (_gate)
                {
                    if (!_ready)
                    {
                        _value = 3;
                        _ready = true;
                    }
                }
            }
            return _value;
        }
    }

    public void Start()
    {
        if (_started) return;
        _started = true;
        Parallel.For(0, 9, _ => { Start(); Console.WriteLine(Names.Count); });
    }
}

public sealed class Meter
{
    private readonly object _gate = new();
    private DateTimeOffset _seen;
    private decimal _sum;
    private (int Low, int High)? _range;
    private bool _stop;

    public void Stop() => _stop = true;

    public int Run()
    {
        var rounds = 0;
        while (!_stop) // until told
            rounds++;
        while (true) { if (_stop) return rounds; }
    }

    public void Add(decimal n) { lock (_gate) _sum = n; _range = null; }

    public decimal Sum => _sum;

    public async Task<string?> Measure()
    {
        Parallel.For(0, 9, i => { _seen = DateTimeOffset.Now; _range = (i, i); });
        string? text = null;
        var work = Task.Run(() => text = "" + _seen);
        Console.WriteLine(text); // too early
        await work;
        return text;
    }
}
