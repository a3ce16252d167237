using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tandem.Analyzers.Tests.Repository;

/// <summary>One program gives one set of reports, word for word, in whichever order its files are listed and its rules are run.</summary>
public class StableReportsTests
{
    // Several files have something to say of one place, so that which is asked first could show.
    private static readonly (string Path, string Source)[] s_files =
    [
        ("Account.cs", """
            using System.Collections.Generic;
            public partial class Account
            {
                private int _balance, _count;
                private readonly List<int> _log = new();
                private Dictionary<int, int> _seen;
                public void Draw(int n) { if (_balance >= n) { _balance -= n; _log.Add(n); } }
                public void Note() { _count++; _seen ??= new(); }
            }
            """),
        ("Account.Reset.cs", """
            public partial class Account
            {
                private readonly object _gate = new(), _other = new();
                public void Reset() { lock (_gate) lock (_other) { _balance = 0; _count = 0; } }
                public void Empty() { lock (_other) lock (_gate) _log.Clear(); }
            }
            """),
        ("Cash.cs", """
            using System.Threading;
            public static class Cash
            {
                public static void Open(Account account) { for (var i = 0; i < 3; i++) new Thread(() => account.Draw(i)).Start(); }
            }
            """),
        ("Desk.cs", """
            using System.Threading.Tasks;
            public static class Desk
            {
                public static void Open(Account account) { Parallel.For(0, 3, n => { account.Draw(n); account.Note(); }); Task.Run(account.Empty); account.Reset(); }
            }
            """),
        ("Agent.cs", """
            using System.Threading;
            public static class Agent
            {
                public static readonly Account Shared = new();
                public static void Open() { ThreadPool.QueueUserWorkItem(_ => Shared.Draw(1)); ThreadPool.QueueUserWorkItem(_ => Shared.Note()); Shared.Note(); }
            }
            """),
    ];

    private static readonly ImmutableArray<MetadataReference> s_references =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static path => MetadataReference.CreateFromFile(path))];

    [Fact]
    public async Task FilesInAnyOrder_GiveTheSameReports()
    {
        var expected = await ReportsAsync(s_files, concurrent: false);
        Assert.True(expected.Count >= 6, string.Join('\n', expected));

        for (var first = 0; first < s_files.Length; first++)
        {
            var turned = s_files[first..].Concat(s_files[..first]).ToArray();
            Assert.Equal(expected, await ReportsAsync(turned, concurrent: false));
            Assert.Equal(expected, await ReportsAsync([.. turned.Reverse()], concurrent: false));
        }
    }

    [Fact]
    public async Task RulesAtOnce_GiveTheSameReports()
    {
        var expected = await ReportsAsync(s_files, concurrent: false);
        for (var round = 0; round < 10; round++) Assert.Equal(expected, await ReportsAsync(s_files, concurrent: true));
    }

    private static async Task<List<string>> ReportsAsync((string Path, string Source)[] files, bool concurrent)
    {
        var compilation = CSharpCompilation.Create("Stable", files.Select(static file => CSharpSyntaxTree.ParseText(file.Source, path: file.Path)), s_references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        Assert.Empty(compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));
        var run = compilation.WithAnalyzers([.. Rules.NewAnalyzers()], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), onAnalyzerException: null, concurrent, logAnalyzerExecutionTime: false));
        return [.. (await run.GetAnalyzerDiagnosticsAsync()).Select(static diagnostic => $"{diagnostic} {string.Join(' ', diagnostic.AdditionalLocations)}").Order(StringComparer.Ordinal)];
    }
}
