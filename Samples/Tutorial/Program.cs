using Tandem.Tutorial;

// One lesson, named on the command line, or all of them in this order.
(string Name, Func<Task> Run)[] lessons =
[
    ("threads", Threads.Run),
    ("processes", Processes.Run),
    ("hello", Hello.Run),
    ("memory", SharedMemory.Run),
    ("messages", Messages.Run),
    ("reader", EndlessReader.Run),
    ("pool", Pool.Run),
    ("account", AccountWithRelease.Run),
    ("scope", AccountWithScope.Run),
    ("reentrant", ReentrantLock.Run),
    ("parts", EqualParts.Run),
];

var wanted = lessons.Where(lesson => args.Length == 0 || args.Contains(lesson.Name)).ToArray();
if (wanted.Length == 0 || wanted.Length < args.Length)
{
    Console.Error.WriteLine($"Usage: dotnet run --project Samples/Tutorial [-- lesson ...], of {string.Join(", ", lessons.Select(lesson => lesson.Name))}");
    return 2;
}

foreach (var (name, run) in wanted)
{
    if (wanted.Length > 1)
        Console.WriteLine($"--- {name}");
    await run();
}

return 0;
