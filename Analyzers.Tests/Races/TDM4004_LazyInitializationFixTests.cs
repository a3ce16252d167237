using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.LazyInitializationAnalyzer, Tandem.CodeFixes.Races.LazyInitializationCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class LazyInitializationFixTests
{
    /// <summary>Fields, a body of Get(int n) of type object, and what becomes of both.</summary>
    public static TheoryData<string, string, string, string> Once => new()
    {
        { "object? _item;", "return [|_item ??= new List<int>()|];", "object? _item;", "return LazyInitializer.EnsureInitialized(ref _item, () => new List<int>());" },
        { "object? _item;", "if ([|_item|] == null) _item = new object(); return _item;", "object? _item;", "LazyInitializer.EnsureInitialized(ref _item, () => new object()); return _item;" },
        { "object? _item;", "if ([|_item|] is null) { _item = new object(); } return _item;", "object? _item;", "LazyInitializer.EnsureInitialized(ref _item, () => new object()); return _item;" },
        { "object? _item;", "return [|_item|] ?? (_item = new object());", "object? _item;", "return LazyInitializer.EnsureInitialized(ref _item, () => new object());" },
        { "object? _item;", "_item = [|_item|] ?? new object(); return _item;", "object? _item;", "LazyInitializer.EnsureInitialized(ref _item, () => new object()); return _item;" },
        { "object? _item;", "if ([|_item|] != null) return _item; _item = new object(); return _item;", "object? _item;", "if (_item != null) return _item; LazyInitializer.EnsureInitialized(ref _item, () => new object()); return _item;" },
        { "object? _item;", "if ([|_item|] == null) { object made = new List<int> { n }; _item = made; } return _item;", "object? _item;", "if (_item == null) { object made = new List<int> { n }; made = Interlocked.CompareExchange(ref _item, made, null) ?? made; } return _item;" },
        { "bool _started;", "if ([|_started|]) return n; _started = true; return n + 1;", "bool _started;", "if (Interlocked.Exchange(ref _started, true)) return n; return n + 1;" },
        { "bool _started;", "if (![|_started|]) { _started = true; n++; } return n;", "bool _started;", "if (!Interlocked.Exchange(ref _started, true)) { n++; } return n;" },
        { "int _started;", "if ([|_started|] == 1) return n; _started = 1; return n + 1;", "int _started;", "if (Interlocked.Exchange(ref _started, 1) == 1) return n; return n + 1;" },
        { "readonly object _gate = new(); object? _item;", "if ([|_item|] == null) lock (_gate) _item = new object(); return _item;", "readonly object _gate = new(); object? _item;", "if (_item == null) lock (_gate) _item ??= new object(); return _item;" },
        { "readonly object _gate = new(); bool _ready; int _n;", "if (![|_ready|]) lock (_gate) if (!_ready) { _n = n; _ready = true; } return _n;", "readonly object _gate = new(); volatile bool _ready; int _n;", "if (!_ready) lock (_gate) if (!_ready) { _n = n; _ready = true; } return _n;" },
    };

    [Theory]
    [MemberData(nameof(Once))]
    public Task TwoSteps_BecomeOne(string fields, string body, string repairedFields, string repaired) => Verify.VerifyCodeFixAsync(Program(fields, body), Program(repairedFields, repaired));

    [Fact]
    public Task Property_GetsALock() => Verify.VerifyCodeFixAsync(
        Program("public object? Item { get; private set; }", "if ([|Item|] == null) Item = new object();\n        return Item;"),
        Program("private readonly Lock _itemLock = new();\n\n    public object? Item { get; private set; }", "lock (_itemLock)\n        {\n            if (Item == null) Item = new object();\n        }\n        return Item;"));

    [Fact]
    public Task WorkBetweenTestAndFlag_GetsALock() => Verify.VerifyCodeFixAsync(
        Program("bool _started;", "if (![|_started|]) { n++; _started = true; }\n        return n;"),
        Program("readonly Lock _startedLock = new();\n    bool _started;".Replace("readonly Lock", "private readonly Lock"), "lock (_startedLock)\n        {\n            if (!_started) { n++; _started = true; }\n        }\n        return n;"));

    [Theory]
    [InlineData("object? Item { get; set; } object? Other() { if (Item == null) Item = new string('a', 3); return Item; }")]
    [InlineData("object? Item { get; set; } void Set(object item) => Item = item;")]
    public Task MadeByOtherMembersToo_IsLeftToTheUser(string fields) => Verify.VerifyCodeFixAsync(
        Program(fields, "if ([|Item|] == null) Item = new object(); return Item;"),
        Program(fields, "if ([|Item|] == null) Item = new object(); return Item;"));

    [Fact]
    public Task FlagThatIsSetTooEarly_IsLeftToTheUser() => Verify.VerifyCodeFixAsync(
        Program("readonly object _gate = new(); volatile bool _ready; int _n;", "if (![|_ready|]) lock (_gate) if (!_ready) { _ready = true; _n = n; } return _n;"),
        Program("readonly object _gate = new(); volatile bool _ready; int _n;", "if (![|_ready|]) lock (_gate) if (!_ready) { _ready = true; _n = n; } return _n;"));

    private static string Program(string fields, string body) =>
        $$"""
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;

        public class Cache
        {
            {{fields}}

            public object Get(int n)
            {
                {{body}}
            }

            void Start() => Parallel.For(0, 9, n => Get(n));
        }
        """;
}
