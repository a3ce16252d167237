using System.Reflection;
using Tandem.Platform;

namespace Tandem.Runtime.Tests.Children;

/// <summary>Entered when a test starts this assembly as a child process: runs one static method of it. The test host never comes here.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not [var type, var method, .. var rest])
        {
            Console.Error.WriteLine("This program is started by the tests it holds; run them with 'dotnet test'.");
            return 2;
        }

        DieWithTheTest();
        typeof(Program).Assembly.GetType(type, throwOnError: true)!
            .GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!
            .CreateDelegate<Action<string[]>>()(rest);
        return 0;
    }

    /// <summary>Kills this process as kill -9 would when it reaches the step for the given time.</summary>
    public static void CrashAt(string step, int passes = 1)
    {
        CrashPoint.Reached = reached =>
        {
            if (reached != step || Interlocked.Decrement(ref passes) != 0)
                return;
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite); // the signal is under way; not one step further
        };
    }

    /// <summary>Stops this process, as a debugger or SIGSTOP would, when it first reaches the step; it goes on when the test says so.</summary>
    public static void StopAt(string step)
    {
        var passes = 1;
        CrashPoint.Reached = reached =>
        {
            if (reached == step && Interlocked.Decrement(ref passes) == 0)
                StopSignals.Stop(Environment.ProcessId);
        };
    }

    /// <summary>Tells the test, which waits for it in <see cref="ChildProcess.WaitFor"/>.</summary>
    public static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    /// <summary>Standard input is held open by the test; it ends with the test, however that ends.</summary>
    private static void DieWithTheTest() => new Thread(() =>
    {
        while (Console.In.ReadLine() is not null)
        {
        }

        Environment.Exit(3);
    }) { IsBackground = true }.Start();
}
