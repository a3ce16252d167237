using Tandem.Runtime.Tests.Workers;

namespace Tandem.Runtime.Tests.Launch;

/// <summary>However an application is published and started, its workers start too, and never run its Main.</summary>
[Trait("Category", "Package")]
[Collection(WorkerProcesses.Name)]
public sealed class LaunchTests : IDisposable
{
    private static readonly string[] s_printed =
    [
        "Main with 1 arguments",
        "42",
        "String",
        "order 7!",
        "code 5",
        "SIGKILL",
        "no hooks",
        "worker process: 7, exit code 3",
    ];

    private readonly Application _application = new("""
        using Tandem;

        if (args is ["hooked", ..] || Environment.GetEnvironmentVariable("HOOKED") is not null)
        {
            Environment.SetEnvironmentVariable("HOOKED", "1");
            if (ProcessExecutor.RunWorker(args))
                return;
        }

        Console.WriteLine($"Main with {args.Length} arguments");
        using (var executor = new ProcessExecutor(1))
        {
            try
            {
                Console.WriteLine(await executor.Submit(Double, 21));
            }
            catch (WorkerStartException refused)
            {
                Console.WriteLine(refused.Message);
                return;
            }

            Console.WriteLine(await executor.Submit(NameOf<string>));
            Console.WriteLine((await executor.Submit(static order => order with { Name = $"{order.Name} {order.Lines.Sum()}!" }, new Order("order", [3, 4]))).Name);
            try
            {
                await executor.Submit(static () => throw new CodeException(5));
            }
            catch (CodeException exception)
            {
                Console.WriteLine($"code {exception.Code}");
            }

            try
            {
                await executor.Submit(static () => System.Diagnostics.Process.GetCurrentProcess().Kill());
            }
            catch (WorkerCrashedException crash)
            {
                Console.WriteLine(crash.Signal);
            }

            // A worker of a worker.
            Console.WriteLine(await executor.Submit(static async () =>
            {
                await using var inner = new ProcessExecutor(1);
                return await inner.Submit(static () => Environment.GetEnvironmentVariable("DOTNET_STARTUP_HOOKS") ?? "no hooks");
            }));
        }

        using var process = WorkerProcess.Start(static () =>
        {
            Environment.ExitCode = 3;
            return 7;
        });
        process.Join();
        Console.WriteLine($"worker process: {process.Result}, exit code {process.ExitCode}");

        static int Double(int x) => 2 * x;
        static string NameOf<T>() => typeof(T).Name;

        record Order(string Name, List<int> Lines);

        class CodeException(int code) : Exception("told")
        {
            public int Code => code;
        }
        """);

    public void Dispose() => _application.Dispose();

    [Fact]
    public async Task APublishedFolder_AndASingleFile_OfTheSharedRuntime()
    {
        var folder = await _application.PublishAsync();
        Assert.Equal(s_printed, await Application.RunAsync(Path.Combine(folder, "Application"), "a"));
        Assert.Equal(s_printed, await Application.RunAsync("dotnet", Path.Combine(folder, "Application.dll"), "a"));

        var file = await _application.PublishAsync("--runtime", Application.Platform, "--self-contained", "false", "-p:PublishSingleFile=true");
        Assert.False(File.Exists(Path.Combine(file, "Tandem.dll")));
        Assert.Equal(s_printed, await Application.RunAsync(Path.Combine(file, "Application"), "a"));
    }

    [Fact]
    public async Task ASelfContainedFolder_AndASelfContainedFile()
    {
        var folder = await _application.PublishAsync("--runtime", Application.Platform, "--self-contained");
        var program = Path.Combine(folder, "Application");
        Assert.Equal(s_printed, await Application.RunAsync(program, "a"));

        var file = await _application.PublishAsync("--runtime", Application.Platform, "--self-contained", "-p:PublishSingleFile=true");
        Assert.False(File.Exists(Path.Combine(file, "Tandem.dll")));
        Assert.Equal(s_printed, await Application.RunAsync(Path.Combine(file, "Application"), "a"));

        // Without startup hooks a worker would come to Main.
        var configuration = Path.Combine(folder, "Application.runtimeconfig.json");
        File.WriteAllText(configuration, File.ReadAllText(configuration).Replace("\"configProperties\": {", "\"configProperties\": { \"System.StartupHookProvider.IsSupported\": false,", StringComparison.Ordinal));
        Assert.Equal(s_printed, await Application.RunAsync(program, "hooked"));
        var refused = await Application.RunAsync(program, "a");
        Assert.Equal(2, refused.Length);
        Assert.Contains("Make 'if (ProcessExecutor.RunWorker(args)) return;' the first statement of Main.", refused[1], StringComparison.Ordinal);
    }
}
