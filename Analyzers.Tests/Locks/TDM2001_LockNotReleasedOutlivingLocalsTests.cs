using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<
    Tandem.Analyzers.Locks.LockNotReleasedAnalyzer, Tandem.CodeFixes.Locks.LockNotReleasedCodeFix>;

namespace Tandem.Analyzers.Tests.Locks;

/// <summary>A local that is declared between acquire and release, and used behind the release.</summary>
public class LockNotReleasedOutlivingLocalsTests
{
    [Fact]
    public Task ReturnOfTheLocal_MovesIntoTheLock() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var x = Compute();
        _list.Add(x);
        Monitor.Exit(_gate);

        // The new one.
        return x; // at last
        """, """
        lock (_gate)
        {
            var x = Compute();
            _list.Add(x);

            // The new one.
            return x; // at last
        }
        """);

    [Fact]
    public Task ReturnOfTheLocal_MovesIntoTheScope() => InMethod("""
        [|_threadLock.Acquire()|];
        var x = Compute();
        _threadLock.Release();
        return x + 1;
        """, """
        using (_threadLock.Acquire())
        {
            var x = Compute();
            return x + 1;
        }
        """);

    [Fact]
    public Task ReturnOfTheLocal_MovesIntoTheTry() => InMethod("""
        [|_semaphore.Wait()|];
        var x = Compute();
        _semaphore.Release();
        return x;
        """, """
        _semaphore.Wait();
        try
        {
            var x = Compute();
            return x;
        }
        finally
        {
            _semaphore.Release();
        }
        """);

    [Fact]
    public Task ReturnOfTheLocal_MovesOnOneLine() => InMethod(
        "[|Monitor.Enter(_gate)|]; var x = Compute(); Monitor.Exit(_gate); return x;",
        "lock (_gate) { var x = Compute(); return x; }");

    [Fact]
    public Task ReturnOfAnOutVariable_MovesIntoTheLock() => InMethod("""
        [|Monitor.Enter(_gate)|];
        _map.TryGetValue(Compute(), out var x);
        Monitor.Exit(_gate);
        return x;
        """, """
        lock (_gate)
        {
            _map.TryGetValue(Compute(), out var x);
            return x;
        }
        """);

    [Fact]
    public Task ReturnOfSomethingElse_StaysOutside() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var x = Compute();
        _list.Add(x);
        Monitor.Exit(_gate);
        return _count;
        """, """
        lock (_gate)
        {
            var x = Compute();
            _list.Add(x);
        }
        return _count;
        """);

    [Fact]
    public Task ReturnThatComputes_StaysOutside() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var x = Compute();
        _list.Add(x);
        Monitor.Exit(_gate);
        return Compute(x);
        """, """
        int x;
        lock (_gate)
        {
            x = Compute();
            _list.Add(x);
        }
        return Compute(x);
        """);

    [Fact]
    public Task LocalUsedBehind_IsDeclaredBeforeTheLock() => InMethod("""
        Compute();

        // Why it is locked.
        [|Monitor.Enter(_gate)|];
        // What it is.
        var x = Compute(); // computed
        _list.Add(x);
        Monitor.Exit(_gate);
        Console.WriteLine(x);
        return x;
        """, """
        Compute();

        int x;
        // Why it is locked.
        lock (_gate)
        {
            // What it is.
            x = Compute(); // computed
            _list.Add(x);
        }
        Console.WriteLine(x);
        return x;
        """);

    [Fact]
    public Task LocalUsedBehind_IsDeclaredBeforeTheScope() => InMethod("""
        [|_threadLock.Acquire()|];
        int x = Compute(), y;
        y = x;
        var z = Compute(y);
        _threadLock.Release();
        Console.WriteLine(z);
        return 0;
        """, """
        int z;
        using (_threadLock.Acquire())
        {
            int x = Compute(), y;
            y = x;
            z = Compute(y);
        }
        Console.WriteLine(z);
        return 0;
        """);

    [Fact]
    public Task LocalUsedBehind_IsDeclaredBeforeTheTry() => InMethod("""
        [|_semaphore.Wait()|];
        List<int> x = [Compute()];
        var y = Compute();
        _semaphore.Release();
        x.Add(y);
        return 0;
        """, """
        List<int> x;
        int y;
        _semaphore.Wait();
        try
        {
            x = [Compute()];
            y = Compute();
        }
        finally
        {
            _semaphore.Release();
        }
        x.Add(y);
        return 0;
        """);

    [Fact]
    public Task LocalUsedBehind_IsDeclaredBeforeTheTryThatGrows() => InMethod("""
        [|_semaphore.Wait()|];
        var x = Compute();
        try
        {
            _list.Add(x);
        }
        finally
        {
            _semaphore.Release();
        }
        Console.WriteLine(x);
        return 0;
        """, """
        int x;
        _semaphore.Wait();
        try
        {
            x = Compute();
            _list.Add(x);
        }
        finally
        {
            _semaphore.Release();
        }
        Console.WriteLine(x);
        return 0;
        """);

    [Fact]
    public Task LocalUsedBehind_IsDeclaredOnOneLine() => InMethod(
        "if (_flag) { [|Monitor.Enter(_gate)|]; var x = Compute(); Monitor.Exit(_gate); Console.WriteLine(x); } return 0;",
        "if (_flag) { int x; lock (_gate) { x = Compute(); } Console.WriteLine(x); } return 0;");

    [Fact]
    public Task LocalOfATakenLock_IsDeclaredInItsBlock() => InMethod("""
        if ([|Monitor.TryEnter(_gate)|])
        {
            var x = Compute();
            Monitor.Exit(_gate);
            Console.WriteLine(x);
        }
        return 0;
        """, """
        if (Monitor.TryEnter(_gate))
        {
            int x;
            try
            {
                x = Compute();
            }
            finally
            {
                Monitor.Exit(_gate);
            }
            Console.WriteLine(x);
        }
        return 0;
        """);

    [Fact]
    public Task DeclarationWithoutValue_StaysOutside() => InMethod("""
        [|Monitor.Enter(_gate)|];
        int x; // set below
        if (_flag) x = 1;
        else x = Compute();
        int y;
        y = Compute(x);
        Monitor.Exit(_gate);
        Console.WriteLine(x + y);
        return 0;
        """, """
        int y;
        int x; // set below
        lock (_gate)
        {
            if (_flag) x = 1;
            else x = Compute();
            y = Compute(x);
        }
        Console.WriteLine(x + y);
        return 0;
        """);

    [Fact]
    public Task TypeThatIsNeverNull_SaysSo() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var name = Compute().ToString();
        var found = _list.Count > 1 ? null : name;
        var pair = (Name: name, Compute());
        Monitor.Exit(_gate);
        Console.WriteLine(name.Length + found?.Length + pair.Name.Length);
        return 0;
        """, """
        string name;
        string? found;
        (string Name, int) pair;
        lock (_gate)
        {
            name = Compute().ToString();
            found = _list.Count > 1 ? null : name;
            pair = (Name: name, Compute());
        }
        Console.WriteLine(name.Length + found?.Length + pair.Name.Length);
        return 0;
        """);

    [Fact]
    public Task VariableThatGetsNullLater_MayBeNull() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var name = Compute().ToString();
        if (_flag) name = null;
        Monitor.Exit(_gate);
        Console.WriteLine(name);
        return 0;
        """, """
        string? name;
        lock (_gate)
        {
            name = Compute().ToString();
            if (_flag) name = null;
        }
        Console.WriteLine(name);
        return 0;
        """);

    [Fact]
    public Task FieldOfTheSameName_IsNotMistaken() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var shadow = Compute();
        Monitor.Exit(_gate);
        Console.WriteLine(shadow);
        return 0;
        """, """
        int shadow;
        lock (_gate)
        {
            shadow = Compute();
        }
        Console.WriteLine(shadow);
        return 0;
        """);

    [Fact]
    public Task EarlyReturns_LoseTheirReleases() => InMethod("""
        [|Monitor.Enter(_gate)|];
        if (_flag)
        {
            Monitor.Exit(_gate);
            return 1;
        }

        foreach (var n in _list)
        {
            if (n > 3) { Monitor.Exit(_gate); return n; }
        }

        switch (Compute())
        {
            case 1:
                Monitor.Exit(_gate);
                return 5;
            case 2:
            {
                Monitor.Exit(_gate);
                return 6;
            }
        }

        var x = Compute();
        Monitor.Exit(_gate);
        return x;
        """, """
        lock (_gate)
        {
            if (_flag)
            {
                return 1;
            }

            foreach (var n in _list)
            {
                if (n > 3) { return n; }
            }

            switch (Compute())
            {
                case 1:
                    return 5;
                case 2:
                {
                    return 6;
                }
            }

            var x = Compute();
            return x;
        }
        """);

    [Fact]
    public Task EarlyReturnsInATry_LoseTheirReleases() => InMethod("""
        [|_semaphore.Wait()|];
        if (_flag)
        {
            _semaphore.Release();
            return 1;
        }
        Compute();
        _semaphore.Release();
        return 2;
        """, """
        _semaphore.Wait();
        try
        {
            if (_flag)
            {
                return 1;
            }
            Compute();
        }
        finally
        {
            _semaphore.Release();
        }
        return 2;
        """);

    [Fact]
    public Task LocalBeforeTheTryOfAMonitor_IsDeclaredBeforeIt() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var x = Compute();
        try
        {
            _list.Add(x);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
        return x;
        """, """
        int x;
        Monitor.Enter(_gate);
        try
        {
            x = Compute();
            _list.Add(x);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
        return x;
        """);

    [Fact]
    public Task LocalOfAScopeWithAName_IsDeclaredBeforeIt() => InMethod("""
        var scope = [|_threadLock.Acquire()|];
        var x = Compute();
        scope.Dispose();
        Console.WriteLine(x);
        return 2;
        """, """
        int x;
        using (var scope = _threadLock.Acquire())
        {
            x = Compute();
        }
        Console.WriteLine(x);
        return 2;
        """);

    [Fact]
    public Task EarlyReturnsInBothBranches_LoseTheirReleases() => InMethod("""
        [|Monitor.Enter(_gate)|];
        var x = Compute();
        if (x > 2)
        {
            Monitor.Exit(_gate);
            return x;
        }
        else if (_flag)
        {
            Monitor.Exit(_gate);
            throw new InvalidOperationException($"{x}");
        }
        else
        {
            Monitor.Exit(_gate);
            return _count + x;
        }
        """, """
        lock (_gate)
        {
            var x = Compute();
            if (x > 2)
            {
                return x;
            }
            else if (_flag)
            {
                throw new InvalidOperationException($"{x}");
            }
            else
            {
                return _count + x;
            }
        }
        """);

    [Fact]
    public Task EarlyReturnThatComputes_IsNotOffered() => NotOffered("""
        [|Monitor.Enter(_gate)|];
        if (_flag)
        {
            Monitor.Exit(_gate);
            return Compute(1);
        }
        Compute();
        Monitor.Exit(_gate);
        return 2;
        """);

    [Fact]
    public Task SeveralLocalsOfOneDeclaration_AreDeclaredBeforeTheLock() => InMethod("""
        [|Monitor.Enter(_gate)|];
        int x = Compute(), y = 2;
        Monitor.Exit(_gate);
        Console.WriteLine(x + y);
        return 0;
        """, """
        int x, y;
        lock (_gate)
        {
            x = Compute(); y = 2;
        }
        Console.WriteLine(x + y);
        return 0;
        """);

    [Theory]
    [InlineData("var x = new { N = Compute() };")]
    [InlineData("var x = Compute(); ref var y = ref _count; y = x;", "y")]
    [InlineData("ref var x = ref _list2[Compute()];")]
    [InlineData("Span<int> x = new int[Compute()];", "x.Length")]
    [InlineData("const int x = 3; Compute();")]
    [InlineData("var (x, y) = (Compute(), 1);")]
    [InlineData("_map.TryGetValue(Compute(), out var x);")]
    [InlineData("if ((object)Compute() is not int x) x = 2;")]
    [InlineData("int x = Compute(), y; y = x;", "x + y")]
    [InlineData("var x = Compute(); int shadow() => 3;", "shadow()")]
    [InlineData("int[] x = { Compute() };")]
    public Task WhatCanNotBeDeclaredBefore_IsNotOffered(string declaration, string used = "x") => NotOffered($"""
        [|Monitor.Enter(_gate)|];
        {declaration}
        Monitor.Exit(_gate);
        Console.WriteLine({used});
        return 0;
        """);

    private static Task NotOffered(string body) => InMethod(body, body);

    private static Task InMethod(string body, string repaired)
    {
        var test = new Verify.Test { TestCode = Source(body) };
        if (repaired != body) test.FixedCode = Source(repaired);
        return test.RunAsync();
    }

    private static string Source(string body) => $$"""
        using System;
        using System.Collections.Generic;
        using System.Threading;
        using Tandem;
        #pragma warning disable CS0649, CS0414, CS0169

        class C
        {
            readonly object _gate = new();
            readonly SemaphoreSlim _semaphore = new(1);
            readonly ThreadLock _threadLock = new();
            readonly List<int> _list = [];
            readonly int[] _list2 = [1];
            readonly Dictionary<int, int> _map = [];
            bool _flag;
            int _count, shadow;

            int M()
            {
                {{body.Replace("\n", "\n        ")}}
            }

            int Compute(int n = 0) => Environment.TickCount / n + shadow;
        }
        """;
}
