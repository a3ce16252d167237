using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Executors.IoBoundWorkOnProcessesAnalyzer, Tandem.CodeFixes.Executors.IoBoundWorkOnProcessesCodeFix>;

namespace Tandem.Analyzers.Tests.Executors;

public class IoBoundWorkOnProcessesFixTests
{
    [Fact]
    public Task ProcessExecutor_BecomesAThreadExecutor() => InMethod(
        "using var pool = new ProcessExecutor(4); await pool.Submit([|Download|], url); await pool.Submit([|static () => Thread.Sleep(10)|]); Console.WriteLine(pool.MaxWorkers);",
        "using var pool = new ThreadExecutor(4); await pool.Submit(Download, url); await pool.Submit(static () => Thread.Sleep(10)); Console.WriteLine(pool.MaxWorkers);");

    [Fact]
    public Task DeclaredTypeAndOptions_AreRenamed() => InMethod(
        "await using ProcessExecutor pool = new(new ProcessExecutorOptions { MaxWorkers = 2 }); await foreach (var x in pool.Map([|Download|], [url])) Console.WriteLine(x);",
        "await using ThreadExecutor pool = new(new ThreadExecutorOptions { MaxWorkers = 2 }); await foreach (var x in pool.Map(Download, [url])) Console.WriteLine(x);");

    [Fact]
    public Task StaticClient_IsMadeToBeShared() => InMethod(
        "using var pool = new ProcessExecutor(4); await pool.Submit([|static url => s_http.GetStringAsync(url)|], url);",
        "using var pool = new ThreadExecutor(4); await pool.Submit(static url => s_http.GetStringAsync(url), url);");

    [Theory]
    [InlineData("using var pool = new ProcessExecutor(new ProcessExecutorOptions { MinWorkers = 2 }); await pool.Submit([|Download|], url);")]
    [InlineData("using var pool = new ProcessExecutor(new ProcessExecutorOptions { Initializer = Work }); await pool.Submit([|Download|], url);")]
    [InlineData("using var pool = new ProcessExecutor(4); await pool.Submit([|Download|], url); pool.Terminate();")]
    public Task WhatThreadsCannot_IsLeft(string statements) => Same(statements);

    [Theory]
    [InlineData("using var pool = new ProcessExecutor(4); await pool.Submit([|Download|], url); await pool.Submit(Square, 3);")]
    [InlineData("using var pool = new ProcessExecutor(4); await pool.Submit([|Download|], url); await pool.Submit(given, 3);")]
    public Task OtherWorkOfTheSameExecutor_KeepsItWhereItIs(string statements) => Same(statements);

    [Theory]
    [InlineData("using var pool = new ProcessExecutor(4); await pool.Submit([|Count|], url);")]
    [InlineData("using var pool = new ProcessExecutor(4); await pool.Submit([|static (list, url) =>|] { list.Add(Download(url)); }, new List<int>(), url);")]
    public Task StateThatAProcessHasForItself_KeepsIt(string statements) => Same(statements);

    [Fact]
    public Task TokenThatKillsTheWorker_KeepsIt() => Same("using var pool = new ProcessExecutor(4); await pool.Submit([|Download|], url, token);");

    [Fact]
    public Task ExecutorOfOthers_IsLeft() => Same("var pool = new ProcessExecutor(4); Keep(pool); await pool.Submit([|Download|], url);");

    private static Task Same(string statements) => InMethod(statements, statements);

    private static Task InMethod(string statements, string repaired) => Verify.VerifyCodeFixAsync(Source(statements), Source(repaired));

    private static string Source(string statements) => $$"""
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Net.Http;
        using System.Threading;
        using System.Threading.Tasks;
        using Tandem;

        class Program
        {
            private static readonly HttpClient s_http = new();
            private static int s_count;

            static async Task Run(string url, Func<int, int> given, CancellationToken token)
            {
                {{statements}}
            }

            static int Download(string url) { using var http = new HttpClient(); return http.GetStringAsync(url).Result.Length; }
            static int Count(string url) { s_count++; return Download(url) + s_count; }
            static int Square(int x) => x * x;
            static void Work() { }
            static void Keep(IDisposable disposable) => AppDomain.CurrentDomain.ProcessExit += (_, _) => disposable.Dispose();
        }
        """;
}
