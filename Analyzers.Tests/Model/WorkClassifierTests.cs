using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tandem.Analyzers.Model;

namespace Tandem.Analyzers.Tests.Model;

/// <summary>What `Work` in each source spends its time on.</summary>
public class WorkClassifierTests
{
    private static readonly MetadataReference[] s_framework =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(static path => MetadataReference.CreateFromFile(path))];

    [Theory]
    [InlineData("long Work(int[] xs) { long sum = 0; foreach (var x in xs) sum += x * x; return sum; }")]
    [InlineData("bool Work(long n) { for (long d = 2; d * d <= n; d++) if (n % d == 0) return false; return true; }")]
    [InlineData("bool Work(long n) => Enumerable.Range(2, (int)Math.Sqrt(n)).All(d => n % d != 0);")]
    [InlineData("int Work(int n) => n < 2 ? n : Work(n - 1) + Work(n - 2) * 3;")]
    [InlineData("void Work(int[] xs) { for (int i = 0; i < xs.Length; i++) for (int j = 0; j + 1 < xs.Length; j++) if (xs[j] > xs[j + 1]) (xs[j], xs[j + 1]) = (xs[j + 1], xs[j]); }")]
    [InlineData("byte[] Work(byte[] data) => SHA256.HashData(data);")]
    [InlineData("byte[] Work(byte[] data) { using var sha = SHA256.Create(); return sha.ComputeHash(data); }")]
    [InlineData("void Work(int[] xs) => Array.Sort(xs);")]
    [InlineData("List<string> Work(List<string> xs) => xs.OrderBy(x => x).ToList();")]
    [InlineData("string Work(string text) => Regex.Replace(text, \"a+\", \"b\");")]
    [InlineData("object Work(string json) => JsonSerializer.Deserialize<Dictionary<string, int>>(json);")]
    [InlineData("byte[] Work(byte[] data) { var packed = new MemoryStream(); using (var zip = new GZipStream(packed, CompressionMode.Compress)) zip.Write(data, 0, data.Length); return packed.ToArray(); }")]
    [InlineData("int Work(string[] lines) { int sum = 0; foreach (var line in lines) sum += int.Parse(line); return sum; }")]
    [InlineData("int Work(string text) { int n = 0; foreach (var c in text) n = n * 31 + c; return n; }")]
    [InlineData("int Work(string text) { int n = 0; for (int i = 0; i < text.Length; i++) if (char.IsLetter(text[i])) n += text[i] - 'a'; return n; }")]
    [InlineData("int Work(string text) { int n = 0; foreach (Match m in Regex.Matches(text, \"a+\")) n += m.Length; return n; }")]
    [InlineData("int Work(string text, Regex regex) => regex.Matches(text).Count;")]
    [InlineData("Dictionary<string, int> Work(string text) { var counts = new Dictionary<string, int>(); foreach (var word in text.Split(' ')) counts[word] = counts.GetValueOrDefault(word) + word.Length * 2; return counts; }")]
    [InlineData("Dictionary<string, int> Work(string[] words) => words.GroupBy(w => w).ToDictionary(g => g.Key, g => g.Sum(w => w.Length * 3));")]
    [InlineData("double Work(double[,] a, double[,] b, int n) { double s = 0; for (int i = 0; i < n; i++) for (int j = 0; j < n; j++) s += a[i, j] * b[j, i]; return s; }")]
    [InlineData("int Work(int n) { int steps = 0; while (n != 1) { n = n % 2 == 0 ? n / 2 : 3 * n + 1; steps++; } return steps; }")]
    [InlineData("int Work(int depth) => depth == 0 ? 1 : Enumerable.Range(0, 8).Sum(_ => Work(depth - 1) * 2);")]
    [InlineData("byte[] Work(string password, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(password, salt, 600000, HashAlgorithmName.SHA256, 32);")]
    [InlineData("string Work(string text) => Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));")]
    [InlineData("byte[] Work(byte[] data) { using var to = new MemoryStream(); using var brotli = new BrotliStream(to, CompressionLevel.Optimal); brotli.Write(data); return to.ToArray(); }")]
    [InlineData("object Work(string xml) => System.Xml.Linq.XDocument.Parse(xml);")]
    [InlineData("int[] Work(int[] xs) => xs.Order().ToArray();")]
    [InlineData("double Work(double[] xs) { double s = 0; for (int i = 0; i < xs.Length; i++) s += Math.Sin(xs[i]) * Math.Sqrt(xs[i]); return s; }")]
    [InlineData("void Work(float[] xs) { var v = Vector<float>.One; for (int i = 0; i < xs.Length; i++) v *= 1.1f; v.CopyTo(xs); }")]
    [InlineData("double Work(int n) { var random = new Random(1); int inside = 0; for (int i = 0; i < n; i++) { double x = random.NextDouble(), y = random.NextDouble(); if (x * x + y * y <= 1) inside++; } return 4.0 * inside / n; }")]
    [InlineData("bool[] Work(int n) { var composite = new bool[n]; for (int i = 2; i * i < n; i++) if (!composite[i]) for (int j = i * i; j < n; j += i) composite[j] = true; return composite; }")]
    [InlineData("long Work(int n) { long[] f = new long[n + 1]; f[1] = 1; for (int i = 2; i <= n; i++) f[i] = f[i - 1] + f[i - 2]; return f[n]; }")]
    [InlineData("int Work(string a, string b) { var d = new int[a.Length + 1, b.Length + 1]; for (int i = 1; i <= a.Length; i++) for (int j = 1; j <= b.Length; j++) d[i, j] = Math.Min(d[i - 1, j] + 1, d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)); return d[a.Length, b.Length]; }")]
    [InlineData("void Work(List<int> xs) => xs.Sort((a, b) => a.CompareTo(b));")]
    [InlineData("bool Work(int[] board, int row) { if (row == board.Length) return true; for (int c = 0; c < board.Length; c++) { if (Math.Abs(board[row] - c) == row - c) continue; board[row] = c; if (Work(board, row + 1)) return true; } return false; }")]
    [InlineData("BigInteger Work(int n) { BigInteger f = 1; for (int i = 2; i <= n; i++) f *= i; return f; }")]
    public void Computing_IsCpuBound(string source) => Assert.Equal(WorkKind.CpuBound, Classify(source));

    [Theory]
    [InlineData("void Work() => Thread.Sleep(100);")]
    [InlineData("async Task Work() => await Task.Delay(100);")]
    [InlineData("async Task<string> Work(HttpClient http) => await http.GetStringAsync(\"http://localhost\").ConfigureAwait(false);")]
    [InlineData("async Task<string> Work(HttpClient http) { var text = await http.GetStringAsync(\"http://localhost\"); return text.Trim(); }")]
    [InlineData("string Work(string path) => File.ReadAllText(path);")]
    [InlineData("void Work(Stream from, byte[] buffer) { while (from.Read(buffer, 0, buffer.Length) > 0) { } }")]
    [InlineData("int Work(DbCommand command) => command.ExecuteNonQuery();")]
    [InlineData("string Work() => Console.ReadLine();")]
    [InlineData("void Work(ManualResetEventSlim signal) => signal.Wait();")]
    [InlineData("void Work(BlockingCollection<int> queue) { foreach (var x in queue.GetConsumingEnumerable()) Console.WriteLine(x * 2); }")]
    [InlineData("int Work(string path) { int n = 0; foreach (var line in File.ReadLines(path)) n += line.Length * 2; return n; }")]
    [InlineData("void Work(Process process) => process.WaitForExit();")]
    [InlineData("void Work(string path) { using var writer = new StreamWriter(path); writer.WriteLine(1); }")]
    [InlineData("async Task Work(string path) => await File.WriteAllTextAsync(path, path);")]
    [InlineData("async Task<string> Work(string path) { using var reader = new StreamReader(path); return await reader.ReadToEndAsync(); }")]
    [InlineData("void Work(string from, string to) { foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file))); }")]
    [InlineData("async Task Work(System.Net.Sockets.Socket socket, byte[] buffer) { while (await socket.ReceiveAsync(buffer) > 0) { } }")]
    [InlineData("async Task Work(DbCommand command) { await using var reader = await command.ExecuteReaderAsync(); while (await reader.ReadAsync()) Console.WriteLine(reader.GetString(0)); }")]
    [InlineData("async Task Work(SemaphoreSlim gate) => await gate.WaitAsync();")]
    [InlineData("async Task Work(PeriodicTimer timer) { while (await timer.WaitForNextTickAsync()) Console.WriteLine(); }")]
    [InlineData("void Work(Thread thread) => thread.Join();")]
    [InlineData("async Task<string[]> Work(HttpClient http, string[] urls) => await Task.WhenAll(urls.Select(url => http.GetStringAsync(url)));")]
    [InlineData("void Work() { for (int i = 0; i < 100; i++) { Console.WriteLine(i * i); Thread.Sleep(10); } }")]
    [InlineData("System.Net.IPAddress[] Work(string host) => System.Net.Dns.GetHostAddresses(host);")]
    public void Waiting_IsIoBound(string source) => Assert.Equal(WorkKind.IoBound, Classify(source));

    [Theory]
    [InlineData("void Work() { }")]
    [InlineData("int Work(int a, int b) => a * b + a % b;")]
    [InlineData("void Work() => Console.WriteLine(1);")]
    [InlineData("void Work() { Console.Out.WriteLine(1); Console.Error.Flush(); }")]
    [InlineData("void Work(List<int> xs) { foreach (var x in xs) Console.WriteLine(x); }")]
    [InlineData("int Work(List<string> xs) => xs.FindIndex(x => x == \"a\");")]
    [InlineData("string Work(List<string> xs, string name) => xs.FirstOrDefault(x => x == name);")]
    [InlineData("int Work() { int sum = 0; for (int i = 0; i < 10; i++) sum += i * i; return sum; }")]
    [InlineData("int Work() { int n = 0; for (int i = 0; i < 100000; i++) n++; return n; }")]
    [InlineData("void Work(int[] xs) { foreach (var x in xs) Plugin.Run(x * x); } interface IPlugin { void Run(int x); } IPlugin Plugin;")]
    [InlineData("void Work(int[] xs, Action<int> each) { foreach (var x in xs) each(x * x); }")]
    [InlineData("async Task Work(Func<Task> next) { int s = 0; for (int i = 0; i < 1000000; i++) s += i * i; await next(); }")]
    [InlineData("protected virtual void Run(int x) { } void Work(int[] xs) { foreach (var x in xs) Run(x * x); }")]
    [InlineData("int Work(dynamic d) { int s = 0; for (int i = 0; i < 1000000; i++) s += i * d.Next(); return s; }")]
    [InlineData("void Work(Node n) { foreach (var c in n.Children) Work(c); } class Node { public List<Node> Children; }")]
    [InlineData("void Work() { Action later = () => { for (int i = 0; i < 1000000; i++) Sum += i * i; }; Later = later; } Action Later; int Sum;")]
    public void TrivialOrHidden_IsUnknown(string source) => Assert.Equal(WorkKind.Unknown, Classify(source));

    [Fact]
    public void ReadingALittleThenComputingMuch_IsCpuBound() =>
        Assert.Equal(WorkKind.CpuBound, Classify("int Work(string path) { var sum = 0; foreach (var b in File.ReadAllBytes(path)) sum += b * 31; return sum; }"));

    [Theory]
    [InlineData("async Task Work(HttpClient http, string[] urls) { foreach (var url in urls) SHA256.HashData(await http.GetByteArrayAsync(url)); }")]
    [InlineData("void Work(string[] paths) { foreach (var path in paths) SHA256.HashData(File.ReadAllBytes(path)); }")]
    [InlineData("void Work(int[] xs) { long sum = 0; Thread.Sleep(1000); foreach (var x in xs) sum += x * x; }")]
    public void ComputingBetweenWaits_IsMixed(string source) => Assert.Equal(WorkKind.Mixed, Classify(source));

    [Theory]
    [InlineData("long Work(int[] xs) => Sum(xs); static long Sum(int[] xs) { long sum = 0; foreach (var x in xs) sum += x * x; return sum; }", WorkKind.CpuBound)]
    [InlineData("long Work(int n) => A(n); long A(int n) => B(n); long B(int n) => n == 0 ? 1 : A(n - 1) * 2;", WorkKind.CpuBound)]
    [InlineData("void Work() { Step(); void Step() => Thread.Sleep(1); }", WorkKind.IoBound)]
    [InlineData("int Work() { Func<int, int> square = x => x * x; int s = 0; for (int i = 0; i < 1000000; i++) s += square(i); return s; }", WorkKind.CpuBound)]
    [InlineData("int Work() => Total; int Total { get { int s = 0; for (int i = 0; i < 1000000; i++) s += i * i; return s; } }", WorkKind.CpuBound)]
    [InlineData("int Work() { int s = 0; for (int i = 0; i < 1000000; i++) s += Factor * i; return s; } int Factor { get; set; }", WorkKind.CpuBound)]
    [InlineData("async Task Work() => await Inner(); async Task Inner() { long s = 0; for (int i = 0; i < 1000000; i++) s += i * i; await Task.Yield(); }", WorkKind.CpuBound)]
    [InlineData("void Work() => A(); void A() => B(); void B() => A();", WorkKind.Unknown)]
    public void Calls_AreFollowed(string source, object kind) => Assert.Equal(kind, Classify(source));

    [Theory]
    [InlineData("interface I { [CpuBound] void Run(); } void Work(I i) => i.Run();", WorkKind.CpuBound)]
    [InlineData("[IoBound] void Work(int[] xs) => Array.Sort(xs);", WorkKind.IoBound)]
    [InlineData("[CpuBound] class Model { public void Train() { } } void Work(Model m, Action log) { for (int i = 0; i < 9; i++) { log(); m.Train(); } }", WorkKind.CpuBound)]
    public void TheUsersWord_Overrules(string source, object kind) => Assert.Equal(kind, Classify(source));

    [Fact]
    public void Evidence_NamesTheLoopAndItsLine()
    {
        var computes = Effects("int Work(int[] xs)\n{\n    var s = 0;\n    foreach (var x in xs)\n        s += x * x;\n    return s;\n}").Computes!;

        Assert.Equal("the loop on line 5", computes.Reason);
        Assert.Equal("foreach", computes.Location.SourceTree!.GetText().ToString(computes.Location.SourceSpan));
    }

    [Fact]
    public void Evidence_NamesTheCall() => Assert.Equal("'SHA256.HashData' on line 2", Effects("byte[] Work(byte[] d) => SHA256.HashData(d);").Computes!.Reason);

    [Fact]
    public void Evidence_NamesTheRecursion() => Assert.Equal("the recursion of 'Work'", Effects("int Work(int n) => n < 2 ? n : Work(n - 1) * Work(n - 2);").Computes!.Reason);

    [Fact]
    public void DeepNesting_IsUnknown() =>
        Assert.Equal(WorkKind.Unknown, Classify($"int Work(int n) {{ int s = 0; for (int i = 0; i < n; i++) s = {string.Concat(Enumerable.Repeat("n + ", 2_000))}n; return s; }}"));

    [Fact]
    public void UnfinishedCode_DoesNotThrow()
    {
        const string Source = "long Work(int[] xs) { long sum = 0; foreach (var x in xs) sum += Next(x) * 2; return sum; long Next(int x) => x; }";
        for (var length = Source.IndexOf('{'); length < Source.Length; length++) Effects(Source[..length]);
    }

    private static WorkKind Classify(string members) => Effects(members).Kind;

    private static WorkEffects Effects(string members)
    {
        var tree = CSharpSyntaxTree.ParseText($$"""
            using System; using System.Collections.Concurrent; using System.Collections.Generic; using System.Data.Common; using System.Diagnostics; using System.IO; using System.IO.Compression; using System.Linq; using System.Net.Http; using System.Numerics; using System.Security.Cryptography; using System.Text.Json; using System.Text.RegularExpressions; using System.Threading; using System.Threading.Tasks; using Tandem; class Program {
            {{members}}
            }
            namespace Tandem { class CpuBoundAttribute : Attribute { } class IoBoundAttribute : Attribute { } }
            """);
        var compilation = CSharpCompilation.Create("Work", [tree], s_framework, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var work = compilation.GetSymbolsWithName("Work", SymbolFilter.Member).OfType<IMethodSymbol>().Single();
        return WorkClassifier.Of(compilation).EffectsOf(work, default);
    }
}
