using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Executors.IoBoundWorkOnProcessesAnalyzer>;

namespace Tandem.Analyzers.Tests.Executors;

public class IoBoundWorkOnProcessesTests
{
    [Theory]
    [InlineData("await pool.Submit([|static () => Thread.Sleep(1000)|]);")]
    [InlineData("await pool.Submit([|static async () => await Task.Delay(1000)|]);")]
    [InlineData("await pool.Submit([|static url => new HttpClient().GetStringAsync(url)|], url);")]
    [InlineData("await pool.Submit([|static async url =>|] { using var http = new HttpClient(); var text = await http.GetStringAsync(url); return text.Length; }, url);")]
    [InlineData("await pool.Submit([|Download|], url);")]
    [InlineData("await pool.Submit([|File.ReadAllText|], url);")]
    [InlineData("await foreach (var x in pool.Map([|Download|], urls)) Console.WriteLine(x);")]
    [InlineData("Executor any = new ProcessExecutor(2); await any.Submit([|Download|], url);")]
    [InlineData("await pool.Submit([|static () => Told()|]);")]
    [InlineData("Func<string, int> work = Download; await pool.Submit([|work|], url);")]
    [InlineData("await pool.Submit([|static path =>|] { foreach (var line in File.ReadLines(path)) Console.WriteLine(line); }, url);")]
    public Task WorkThatWaits_Triggers(string statements) => InMethod(statements);

    [Theory]
    [InlineData("await pool.Submit(static xs => xs.Order().Sum(x => x * x), xs);")]
    [InlineData("await pool.Submit(Hash, url);")]
    [InlineData("await pool.Submit(static path => { var sum = 0; foreach (var b in File.ReadAllBytes(path)) sum += b * 31; return sum; }, url);")]
    [InlineData("await pool.Submit(static xs => { Thread.Sleep(10); long sum = 0; foreach (var x in xs) sum += x * x; return sum; }, xs);")]
    [InlineData("await pool.Submit(static () => Console.WriteLine());")]
    [InlineData("await pool.Submit(static x => x + 1, 3);")]
    [InlineData("await pool.Submit(static url => { var text = File.ReadAllText(url); return Hidden.Convert(text); }, url);")]
    [InlineData("await pool.Submit(static path => { var counts = new Dictionary<string, int>(); foreach (var word in File.ReadAllText(path).Split(' ')) counts[word] = counts.GetValueOrDefault(word) + 1; return counts.Count; }, url);")]
    [InlineData("await pool.Submit(static path => { var text = File.ReadAllText(path); var same = 0; for (var i = 0; i < text.Length; i++) for (var j = 0; j < i; j++) if (text[i] == text[j]) same++; return same; }, url);")]
    [InlineData("await pool.Submit(static path => { var n = 0; foreach (var line in File.ReadAllLines(path)) if (line.StartsWith('#')) n++; return n; }, url);")]
    [InlineData("await pool.Submit(static path => File.ReadAllText(path).Count(c => c == 'x'), url);")]
    [InlineData("await pool.Submit(static () => ToldOtherwise());")]
    public Task WorkThatComputesOrIsUnknown_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("await pool.Submit(static queue => queue.Take(), new ProcessQueue<int>());")]
    [InlineData("await pool.Submit(static (gate, path) => { gate.Wait(); File.WriteAllText(path, path); }, new ProcessEvent(), url);")]
    [InlineData("await pool.Submit(static barrier => barrier.SignalAndWait(), new ProcessBarrier(2));")]
    [InlineData("await pool.Submit(static () => { Thread.Sleep(10); return Environment.ProcessId; });")]
    [InlineData("await pool.Submit(static () => { Thread.Sleep(10); Environment.Exit(3); });")]
    [InlineData("await pool.Submit(static () => { Thread.Sleep(10); return Process.GetCurrentProcess().Id; });")]
    [InlineData("await pool.Submit(static path => { File.WriteAllText(path, $\"{Environment.ProcessId}\"); Thread.Sleep(Timeout.Infinite); }, url);")]
    public Task WorkThatIsAboutProcesses_DoesNotTrigger(string statements) => InMethod(statements);

    [Theory]
    [InlineData("using var threads = new ThreadExecutor(4); await threads.Submit(Download, url);")]
    [InlineData("Executor any = urls.Length > 2 ? new ProcessExecutor(2) : new ThreadExecutor(2); await any.Submit(Download, url);")]
    [InlineData("await given.Submit(Download, url);")]
    [InlineData("await Task.Run(() => Download(url));")]
    [InlineData("WorkerProcess.Start(static () => Thread.Sleep(1000)).Join();")]
    public Task OtherWorkers_DoNotTrigger(string statements) => InMethod(statements);

    [Fact]
    public Task Message_NamesTheWait() => Verify.VerifyAnalyzerAsync("""
        using System.Net.Http;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static Task<string> Run(ProcessExecutor pool, string url) => pool.Submit({|#0:Download|}, url);

            static string Download(string url)
            {
                using var http = new HttpClient();
                return {|#1:http.GetStringAsync(url)|}.Result;
            }
        }
        """,
        Verify.Diagnostic().WithLocation(0).WithLocation(1).WithArguments("'Download'", "'HttpClient.GetStringAsync' on line 12"));

    private static Task InMethod(string statements) => Verify.VerifyAnalyzerAsync($$"""
        using System;
        using System.Collections.Generic;
        using System.Diagnostics;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Security.Cryptography;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            static async Task Run(ProcessExecutor pool, Executor given, string url, string[] urls, int[] xs)
            {
                {{statements}}
            }

            static int Download(string url) { using var http = new HttpClient(); return http.GetStringAsync(url).Result.Length; }
            static byte[] Hash(string path) => SHA256.HashData(File.ReadAllBytes(path));
            [IoBound] static int Told() => Hidden.Convert("").Length;
            [CpuBound] static int ToldOtherwise() { Thread.Sleep(10); return 1; }
        }

        abstract class Hidden
        {
            public static Hidden Of = null!;
            public abstract string Turn(string text);
            public static string Convert(string text) => Of.Turn(text);
        }
        """);
}
