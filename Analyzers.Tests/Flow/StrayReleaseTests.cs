using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Testing;
using Tandem.Analyzers.Flow;

namespace Tandem.Analyzers.Tests.Flow;

/// <summary>What the flow analysis knows of releases that some path comes to without the lock.</summary>
public class StrayReleaseTests
{
    [Fact]
    public void HeldOnEveryPath_IsNoStray() => Strays("Monitor.Enter(_gate); try { Other(); } finally { Monitor.Exit(_gate); }");

    [Fact]
    public void ReleasedBefore_IsReleased() => Strays("Monitor.Enter(_gate); Monitor.Exit(_gate); Monitor.Exit(_gate);", "Released");

    [Fact]
    public void ReleasedInOneBranch_IsHeldElsewise() => Strays("Monitor.Enter(_gate); if (flag) Monitor.Exit(_gate); Monitor.Exit(_gate);", "Released or held");

    [Fact]
    public void TryAcquireUntested_IsFailedOrHeld() => Strays("Monitor.TryEnter(_gate); Monitor.Exit(_gate);", "Failed or held");

    [Fact]
    public void TryAcquireTestedTheWrongWay_IsFailed() => Strays("if (!Monitor.TryEnter(_gate)) Monitor.Exit(_gate);", "Failed");

    [Fact]
    public void CancelledInTry_IsThrownOrHeld() => Strays("try { _semaphore.Wait(token); } finally { _semaphore.Release(); }", "Thrown or held");

    [Fact]
    public void WaitThatCanNotBeCancelled_IsNoStray() => Strays("try { _semaphore.Wait(); } finally { _semaphore.Release(); }");

    [Fact]
    public void AbandonedMutex_IsUnknown() => Strays("try { _mutex.WaitOne(); } finally { _mutex.ReleaseMutex(); }", "Unknown or held");

    [Fact]
    public void NothingBefore_IsTheCallers() => Strays("Monitor.Exit(_gate); Monitor.Enter(_gate);", "None");

    [Fact]
    public void OtherMode_IsHeldInstead() => Strays("_rw.EnterReadLock(); _rw.ExitWriteLock();", "None, instead of _rw");

    [Fact]
    public void HandedOver_IsUnknown() => Strays("_semaphore.Wait(); Task.Run(() => _semaphore.Release()); _semaphore.Release();", "Unknown");

    [Fact]
    public void TakenMoreOftenThanIsCounted_IsUnknown() => Strays("while (Other()) _semaphore.Wait(); while (Other()) _semaphore.Release();", "None or Released or Unknown or held");

    [Fact]
    public void AnotherObjectOfThatName_IsForgotten() => Strays("Monitor.Enter(_gate); Monitor.Exit(_gate); _gate = new(); Monitor.Exit(_gate);", "None");

    [Fact]
    public void AskedBefore_IsNoStray() => Strays("Monitor.TryEnter(_gate); if (Monitor.IsEntered(_gate)) Monitor.Exit(_gate);");

    private static void Strays(string body, params string[] expected)
    {
        var source = $$"""
            using System;
            using System.Threading;
            using System.Threading.Tasks;

            class C
            {
                object _gate = new();
                readonly SemaphoreSlim _semaphore = new(1);
                readonly ReaderWriterLockSlim _rw = new();
                readonly Mutex _mutex = new();

                void M(bool flag, CancellationToken token)
                {
                    {{body}}
                }

                static bool Other() => Environment.TickCount.ToString().Length > 3;
            }
            """;
        var tree = CSharpSyntaxTree.ParseText(source);
        var compilation = CSharpCompilation.Create("Sample", [tree], ReferenceAssemblies.Net.Net100.References, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics().Where(static diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));

        var method = tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>().First();
        var held = LockFlow.For(compilation).In(method, compilation.GetSemanticModel(tree), CancellationToken.None);
        Assert.Equal(expected, held!.Strays.OrderBy(static stray => stray.Release.Operation.Syntax.SpanStart).Select(Describe));
    }

    private static string Describe(StrayRelease stray) =>
        string.Join(" or ", stray.Events.Select(static happened => happened.Kind).Order().Select(static kind => kind.ToString()))
        + (stray.IsHeldElsewise ? " or held" : "")
        + (stray.HeldInstead.Count > 0 ? ", instead of " + string.Join(", ", stray.HeldInstead.Select(static held => held.Lock)) : "");
}
