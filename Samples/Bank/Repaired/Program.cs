using Bank;
using Tandem;

// Ten customers draw from one account that holds enough for five of them.
var account = new Account(500);
var paid = 0;
var customers = new List<Thread>();
for (var i = 0; i < 10; i++)
{
    var customer = new Thread(() =>
    {
        if (account.Withdraw(100))
            Interlocked.Add(ref paid, 100);
    });
    customers.Add(customer);
    customer.Start();
}

foreach (var customer in customers)
    customer.Join();
Console.WriteLine($"The account held 500. Ten customers were paid {paid:N0}; the balance is {account.Balance:N0}.");

// A line that can't be read leaves the statement free for the next.
var statement = new Statement();
try
{
    statement.Add("100,00 EUR");
}
catch (FormatException)
{
    var teller = new Thread(() => statement.Add("100")) { IsBackground = true };
    teller.Start();
    Console.WriteLine(teller.Join(TimeSpan.FromSeconds(1))
        ? "The next teller wrote to the statement."
        : "The next teller still waits for the statement, whose lock nobody will release.");
}

// The interest is worked out in another process. What the work needs goes along as an argument: the fix of TDM3001.
var rate = 0.03m;
using var executor = new ProcessExecutor(maxWorkers: 1);
Console.WriteLine($"In ten years 500 grow to {await executor.Submit(static (years, rate) => Interest.Compound(500, rate, years), 10, rate):N2}.");
