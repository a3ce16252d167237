using System.Diagnostics;

namespace Tandem.Benchmarks.Runtime;

/// <summary>What counts, signals and meets: semaphores, shared values, events, barriers and conditions.</summary>
internal static class SignalBenchmark
{
    private const int Rounds = 1_000_000, Meetings = 20_000;

    public static async Task AddAsync(ComparisonTable table, ProcessExecutor executor)
    {
        using var semaphore = new ProcessSemaphore(1);
        Work.Hammer(semaphore, Rounds);
        table.Add("semaphore free", "ProcessSemaphore, free", Time(() => Work.Hammer(semaphore, Rounds)) / Rounds, "–");

        using var value = new SharedValue<long>();
        Work.Hammer(value, Rounds);
        table.Add("value free", "SharedValue.Update, free", Time(() => Work.Hammer(value, Rounds)) / Rounds, "–");

        using var asked = new ProcessEvent(initialState: false, EventResetMode.AutoReset);
        using var answered = new ProcessEvent(initialState: false, EventResetMode.AutoReset);
        await MeasureAsync(table, "event", "ProcessEvent, there and back", () => executor.Submit(Work.Answer, asked, answered, Meetings), () =>
        {
            for (var i = 0; i < Meetings; i++)
            {
                asked.Set();
                answered.Wait();
            }
        });

        using var barrier = new ProcessBarrier(2);
        await MeasureAsync(table, "barrier", "ProcessBarrier, a phase of two", () => executor.Submit(Work.Meet, barrier, Meetings), () => Work.Meet(barrier, Meetings));

        using var processLock = new ProcessLock();
        using var condition = new ProcessCondition(processLock);
        using var turn = new SharedValue<long>();
        await MeasureAsync(table, "condition", "ProcessCondition, a turn each of two", () =>
        {
            turn.Value = 0;
            return executor.Submit(Work.TakeTurns, condition, turn, 1L, Meetings);
        }, () => Work.TakeTurns(condition, turn, 0, Meetings));
    }

    // The first time, the worker compiles what it runs.
    private static async Task MeasureAsync(ComparisonTable table, string what, string description, Func<Task<int>> theirs, Action ours)
    {
        var microseconds = 0.0;
        for (var i = 0; i < 2; i++)
        {
            var work = theirs();
            microseconds = Time(ours) / Meetings;
            await work;
        }

        table.Add(what, description, microseconds, "–");
    }

    private static double Time(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMicroseconds;
    }
}
