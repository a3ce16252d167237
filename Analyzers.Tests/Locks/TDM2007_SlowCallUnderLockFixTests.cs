using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.SlowCallUnderLockAnalyzer, Tandem.CodeFixes.Locks.SlowCallUnderLockCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

public class SlowCallUnderLockFixTests
{
    [Fact]
    public Task LeadingRead_MovesBeforeTheLock() => InClass("""
        void M(string path)
        {
            lock (_gate)
            {
                // the whole file
                var text = [|File.ReadAllText(path)|]; // at once
                _text = text;
            }
        }
        """, """
        void M(string path)
        {
            // the whole file
            var text = File.ReadAllText(path); // at once
            lock (_gate)
            {
                _text = text;
            }
        }
        """);

    [Fact]
    public Task TrailingSleep_MovesBehindTheLock() => InClass("""
        void M()
        {
            lock (_gate)
            {
                _count++;
                [|Thread.Sleep(
                    100)|];
            }
            _count--;
        }
        """, """
        void M()
        {
            lock (_gate)
            {
                _count++;
            }
            Thread.Sleep(
                100);
            _count--;
        }
        """);

    [Fact]
    public Task OneLine_MovesToo() => InClass("""
        void M() { lock (_gate) { [|Thread.Sleep(100)|]; _count++; } }
        void N() { lock (_gate) { _count++; [|Thread.Sleep(100)|]; } }
        """, """
        void M() { Thread.Sleep(100); lock (_gate) { _count++; } }
        void N() { lock (_gate) { _count++; } Thread.Sleep(100); }
        """);

    [Fact]
    public Task LeadingStatementsThatItNeeds_MoveAlong() => InClass("""
        void M(string folder)
        {
            lock (_gate)
            {
                var path = Path.Combine(folder, "x");
                var lines = [|File.ReadAllLines(path)|];
                _count += lines.Length;
            }
        }
        """, """
        void M(string folder)
        {
            var path = Path.Combine(folder, "x");
            var lines = File.ReadAllLines(path);
            lock (_gate)
            {
                _count += lines.Length;
            }
        }
        """);

    [Fact]
    public Task TrailingReturn_MovesBehindTheLock() => InClass("""
        string M(string path)
        {
            lock (_gate)
            {
                _count++;
                return [|File.ReadAllText(path)|];
            }
        }
        """, """
        string M(string path)
        {
            lock (_gate)
            {
                _count++;
            }
            return File.ReadAllText(path);
        }
        """);

    [Fact]
    public Task WaitForAThread_MovesBeforeTheLock() => InClass("""
        void M(Thread thread)
        {
            lock (_gate)
            {
                [|thread.Join()|];
                _count++;
            }
        }
        """, """
        void M(Thread thread)
        {
            thread.Join();
            lock (_gate)
            {
                _count++;
            }
        }
        """);

    [Fact]
    public Task Download_MovesBeforeTheLock() => InClass("""
        void M(string url)
        {
            lock (_gate)
            {
                var text = [|_http.GetStringAsync(url).Result|];
                _text = text;
            }
        }
        """, """
        void M(string url)
        {
            var text = _http.GetStringAsync(url).Result;
            lock (_gate)
            {
                _text = text;
            }
        }
        """);

    // Where nothing is offered.

    [Theory]
    [InlineData("_count++; [|Thread.Sleep(1)|]; _count--;")]
    [InlineData("[|Thread.Sleep(_count)|]; _count--;")]
    [InlineData("[|Thread.Sleep(1)|];")]
    [InlineData("_text = [|File.ReadAllText(\"x\")|]; _count--;")]
    [InlineData("[|_thread!.Join()|]; _count--;")]
    [InlineData("[|File.Delete(\"x\")|]; _count--;")]
    [InlineData("[|File.WriteAllText(\"x\", \"y\")|]; _count--;")]
    [InlineData("if (_count > 3) { [|Thread.Sleep(1)|]; } _count--;")]
    [InlineData("for (;;) { [|Thread.Sleep(1)|]; _count--; }")]
    [InlineData("var wait = _count; [|Thread.Sleep(wait)|];")]
    [InlineData("[|Pause()|]; _count--;")]
    [InlineData("[|Thread.Sleep(Next())|]; _count--;")]
    [InlineData("Changed?.Invoke(); [|Thread.Sleep(1)|]; _count--;")]
    public Task WhatTheLockMayBeFor_StaysAsItIs(string body) => NotOffered($"void M() {{ lock (_gate) {{ {body} }} }}");

    [Fact]
    public Task FileThatTheTypeWrites_StaysAsItIs() => NotOffered("""
        void M() { lock (_gate) { var text = [|File.ReadAllText("x")|]; _text = text; } }
        void N() { File.WriteAllText("x", _text); }
        """);

    [Fact]
    public Task LocalThatALambdaShares_StaysAsItIs() => NotOffered("""
        void M() { var wait = 1; Task.Run(() => { lock (_gate) wait++; }); lock (_gate) { [|Thread.Sleep(wait)|]; _count++; } }
        """);

    [Fact]
    public Task LocalOfTheSection_StaysAsItIs() => NotOffered("""
        void M() { lock (_gate) { var wait = _count; _count++; [|Thread.Sleep(wait)|]; } }
        """);

    [Fact]
    public Task LockInsideAnother_StaysAsItIs() => NotOffered("""
        void M() { lock (_other) { lock (_gate) { [|Thread.Sleep(1)|]; _count++; } } }
        """);

    [Fact]
    public Task MonitorCalls_StayAsTheyAre() => NotOffered("""
        void M() { Monitor.Enter(_gate); try { [|Thread.Sleep(1)|]; _count++; } finally { Monitor.Exit(_gate); } }
        """);

    private static Task NotOffered(string members) => InClass(members, members);

    private static Task InClass(string members, string repaired) => Verify.VerifyCodeFixAsync(Source(members), Source(repaired));

    private static string Source(string members) => $$"""
        using System;
        using System.IO;
        using System.Net.Http;
        using System.Threading;
        using System.Threading.Tasks;
        #pragma warning disable CS0649, CS0067

        class C
        {
            readonly object _gate = new(), _other = new();
            readonly HttpClient _http = new();
            Thread? _thread;
            event Action? Changed;
            string _text = "";
            int _count;
            static void Pause() => Thread.Sleep(1);
            int Next() => _count++;
            {{members.Replace("\n", "\n    ")}}
        }
        """;
}
