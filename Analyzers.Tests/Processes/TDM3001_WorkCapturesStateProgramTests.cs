using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Processes.WorkCapturesStateAnalyzer>;

namespace Tandem.Analyzers.Tests.Processes;

/// <summary>Small programs as people write them: most of their work is fine, some of it captures.</summary>
public class WorkCapturesStateProgramTests
{
    [Fact]
    public Task PrimeFinder() => Verify.VerifyAnalyzerAsync(Usings + """
        static class Primes
        {
            public static async Task<int> CountAsync(long[] numbers)
            {
                await using var pool = new ProcessExecutor(Environment.ProcessorCount);
                var count = 0;
                await foreach (var isPrime in pool.Map(IsPrime, numbers, new MapOptions { ChunkSize = 100 })) if (isPrime) count++;
                return count;
            }

            private static bool IsPrime(long n) { for (long d = 2; d * d <= n; d++) if (n % d == 0) return false; return n > 1; }
        }
        """);

    [Fact]
    public Task MonteCarlo_WithTheRoundsCaptured() => Verify.VerifyAnalyzerAsync(Usings + """
        static class Pi
        {
            public static async Task<double> EstimateAsync(int rounds, int workers)
            {
                using var pool = new ProcessExecutor(workers);
                var parts = Enumerable.Range(0, workers).Select(seed => pool.Submit([|() => Hits(seed, rounds)|]));
                var hits = await Task.WhenAll(parts);
                return 4.0 * hits.Sum() / (rounds * (double)workers);
            }

            private static long Hits(int seed, int rounds) { var random = new Random(seed); long hits = 0; for (var i = 0; i < rounds; i++) if (Math.Sqrt(random.NextDouble()) < 0.5) hits++; return hits; }
        }
        """);

    [Fact]
    public Task ThumbnailService_WithItsSettingsInFields() => Verify.VerifyAnalyzerAsync(Usings + """
        sealed class Thumbnails(int width) : IDisposable
        {
            private readonly ProcessExecutor _pool = new(2);
            private readonly string _folder = "thumbs";

            public Task<byte[]> OfAsync(byte[] image, CancellationToken token) => _pool.Submit([|() => Shrink(image, width)|], token);

            public Task SaveAsync(byte[] image, string name) => _pool.Submit([|(image, name) => File.WriteAllBytes(Path.Combine(_folder, name), image)|], image, name);

            public Task<byte[]> SmallAsync(byte[] image) => _pool.Submit(static (image, width) => Shrink(image, width), image, width);

            public void Dispose() => _pool.Dispose();

            private static byte[] Shrink(byte[] image, int width) => image[..width];
        }
        """);

    [Fact]
    public Task WordCount_WithMergedResults() => Verify.VerifyAnalyzerAsync(Usings + """
        static class Words
        {
            public static async Task<Dictionary<string, int>> CountAsync(string[] paths)
            {
                using var pool = new ProcessExecutor();
                var total = new Dictionary<string, int>();
                foreach (var counts in await Task.WhenAll(paths.Select(path => pool.Submit(CountFile, path))))
                    foreach (var (word, count) in counts) total[word] = total.GetValueOrDefault(word) + count;
                return total;
            }

            public static async Task WrongAsync(string[] paths)
            {
                using var pool = new ProcessExecutor();
                var total = new Dictionary<string, int>();
                foreach (var path in paths)
                    await pool.Submit([|() =>|] { foreach (var (word, count) in CountFile(path)) total[word] = count; });
            }

            private static Dictionary<string, int> CountFile(string path) => File.ReadAllText(path).Split(' ').GroupBy(w => w).ToDictionary(g => g.Key, g => g.Count());
        }
        """);

    [Fact]
    public Task Crawler_OnThreads_AndParserOnProcesses() => Verify.VerifyAnalyzerAsync(Usings + """
        sealed class Crawler(HttpClient http)
        {
            public async Task<int> RunAsync(string[] urls)
            {
                using var fetchers = new ThreadExecutor(20);
                using var parsers = new ProcessExecutor(2);
                var links = 0;
                foreach (var url in urls)
                {
                    var page = await fetchers.Submit(() => http.GetStringAsync(url));
                    links += await parsers.Submit(CountLinks, page);
                    links += await parsers.Submit([|p => CountLinks(p) + url.Length|], page);
                }
                return links;
            }

            private static int CountLinks(string page) => page.Split("href=").Length - 1;
        }
        """);

    [Fact]
    public Task Pipeline_OverAQueue() => Verify.VerifyAnalyzerAsync(Usings + """
        static class Pipeline
        {
            public static async Task RunAsync(int[] items)
            {
                using var queue = new ProcessQueue<int>(capacity: 100);
                using var pool = new ProcessExecutor(2);
                var producer = pool.Submit(static (queue, items) => { foreach (var item in items) queue.Put(item); queue.Complete(); }, queue, items);
                var consumer = pool.Submit([|() =>|] { while (queue.TryTake(out var item)) Console.WriteLine(item); });
                await Task.WhenAll(producer, consumer);
            }
        }
        """);

    [Fact]
    public Task Simulation_WithAnInitializer() => Verify.VerifyAnalyzerAsync(Usings + """
        static class Simulation
        {
            private static double[] s_table = [];

            public static ProcessExecutor Create() => new(new ProcessExecutorOptions { MaxWorkers = 4, Initializer = static () => s_table = new double[1000] });

            public static ProcessExecutor Create(double[] table)
            {
                var options = new ProcessExecutorOptions { MaxWorkers = 4 };
                options.Initializer = [|() => s_table = table|];
                return new ProcessExecutor(options);
            }
        }
        """);

    [Fact]
    public Task MatrixProduct_RowByRow() => Verify.VerifyAnalyzerAsync(Usings + """
        static class Matrices
        {
            public static async Task<double[][]> MultiplyAsync(ProcessExecutor pool, double[][] a, double[][] b)
            {
                double[] Row(double[] row) => [.. Enumerable.Range(0, b[0].Length).Select(j => row.Select((x, k) => x * b[k][j]).Sum())];
                static double[] RowOf(double[] row, double[][] b) => [.. Enumerable.Range(0, b[0].Length).Select(j => row.Select((x, k) => x * b[k][j]).Sum())];

                var wrong = await Task.WhenAll(a.Select(row => pool.Submit([|Row|], row)));
                return await Task.WhenAll(a.Select(row => pool.Submit(RowOf, row, b)));
            }
        }
        """);

    [Fact]
    public Task Backtest_WithAStrategyThatIsAnObject() => Verify.VerifyAnalyzerAsync(Usings + """
        interface IStrategy { double Run(double[] prices); }
        sealed class Momentum : IStrategy { public double Run(double[] prices) => prices[^1] - prices[0]; }

        static class Backtest
        {
            public static Task<double[]> RunAsync(ProcessExecutor pool, IStrategy strategy, double[][] histories) =>
                Task.WhenAll(histories.Select(prices => pool.Submit([|strategy.Run|], prices)));

            public static Task<double[]> RunAsync<TStrategy>(ProcessExecutor pool, double[][] histories) where TStrategy : IStrategy, new() =>
                Task.WhenAll(histories.Select(prices => pool.Submit(static prices => new TStrategy().Run(prices), prices)));
        }
        """);

    [Fact]
    public Task Scheduler_ThatTakesAnyWork() => Verify.VerifyAnalyzerAsync(Usings + """
        sealed class Scheduler(Executor executor)
        {
            private static readonly Func<int, int> s_square = static x => x * x;
            private int _submitted;

            public Task<T> RunAsync<T>(Func<T> work) { _submitted++; return executor.Submit(work); }

            public Task<int> SquareAsync(ProcessExecutor pool, int x) => pool.Submit(s_square, x);

            public Task<int> LogAsync(ProcessExecutor pool) => pool.Submit([|() => _submitted|]);
        }
        """);

    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        """;
}
