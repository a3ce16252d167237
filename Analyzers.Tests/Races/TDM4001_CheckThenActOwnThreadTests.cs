using Verify = Tandem.Analyzers.Tests.Verification.CSharpAnalyzerVerifier<Tandem.Analyzers.Races.CheckThenActAnalyzer>;

namespace Tandem.Analyzers.Tests.Races;

/// <summary>Half a hold, in code that one thread of the object's own runs and nobody else does; and what is disposed of.</summary>
public class CheckThenActOwnThreadTests
{
    private const string Half = "private void Step() { string? link; lock (_gate) { link = [|_link|]; } if (link == null) { var made = System.Guid.NewGuid().ToString(); lock (_gate) { _link = made; } } }";

    [Theory]
    [InlineData("public void Start() { new Thread(Loop).Start(); }")]
    [InlineData("public void Start() { var thread = new Thread(() => Loop()) { IsBackground = true }; thread.Start(); }")]
    [InlineData("private Task? _loop; public void Start() { _loop = Task.Run(Loop); }")]
    [InlineData("private bool _started; public void Start() { if (_started) return; _started = true; Task.Run(Loop); }")]
    [InlineData("public C() { Task.Run(Loop); }")]
    // Others only take it away.
    [InlineData("public void Start() { new Thread(Loop).Start(); } public void Cancel() { lock (_gate) { _link = null; } }")]
    public Task OneThreadOfItsOwn_DoesNotTrigger(string start) => VerifyAsync(start, "private void Loop() { while (true) Step(); } " + Half.Replace("[|", "").Replace("|]", ""));

    [Theory]
    // Anyone may take a step.
    [InlineData("public void Start() { new Thread(Loop).Start(); } public void Now() { Step(); }")]
    // Two threads.
    [InlineData("public void Start() { new Thread(Loop).Start(); new Thread(Loop).Start(); }")]
    [InlineData("public void Start() { for (var i = 0; i < 3; i++) new Thread(Loop).Start(); }")]
    // One more for each call, and none is kept.
    [InlineData("public void Start() { Task.Run(Loop); }")]
    // Others make one, too.
    [InlineData("public void Start() { new Thread(Loop).Start(); } public void Use(string link) { lock (_gate) { _link = link; } }")]
    public Task SeveralThreads_Trigger(string start) => VerifyAsync(start, "private void Loop() { while (true) Step(); } " + Half);

    [Fact]
    public Task ATestWithoutTheLock_OnTheThreadThatChangesUnderIt_DoesNotTrigger() => VerifyAsync(
        "public void Start() { new Thread(Loop).Start(); } public string? Link { get { lock (_gate) return _link; } }",
        "private void Loop() { while (true) { if (_link == null) Open(); else lock (_gate) { _link = null; } } } private void Open() { var made = System.Guid.NewGuid().ToString(); lock (_gate) { _link = made; } }");

    /// <summary>What others set leaves the check as it was found.</summary>
    [Theory]
    [InlineData("public void Ask() { lock (_gate) { _asked = true; } } private void Frame() { if (_asked) { _asked = false; System.Console.WriteLine(); } }")]
    [InlineData("public void Ask() { lock (_gate) { _asked = true; } } private bool Frame() { if (!_asked) return false; _asked = false; return true; }")]
    [InlineData("public void Ask() { lock (_gate) { _link = null; } } private void Frame() { if (_link != null) return; _link = System.Guid.NewGuid().ToString(); System.Console.WriteLine(); }")]
    public Task AChangeThatKeepsTheCheckTrue_DoesNotTrigger(string members) => VerifyAsync("private bool _asked; public void Run() { new Thread(Loop).Start(); }", "private void Loop() { while (true) Frame(); } " + members);

    [Fact]
    public Task AChangeThatMayUndoTheCheck_Triggers() => VerifyAsync(
        "private bool _asked; public void Run() { new Thread(Loop).Start(); } public void Ask(bool asked) { lock (_gate) { _asked = asked; } }",
        "private void Loop() { while (true) Frame(); } private void Frame() { if ([|_asked|]) { _asked = false; System.Console.WriteLine(); } }");

    [Theory]
    [InlineData("public void Dispose() { if (_isOpen) { _isOpen = false; _link = null; } }")]
    [InlineData("protected virtual void Dispose(bool disposing) { if (disposing && _isOpen) { _isOpen = false; _link = null; } }")]
    public Task Disposal_DoesNotTrigger(string dispose) => VerifyAsync("private bool _isOpen; public void Open() { lock (_gate) { if (!_isOpen) { _isOpen = true; _link = \"\"; } } }", dispose);

    [Fact]
    public Task ACountOfAllObjectsInDispose_Triggers() => VerifyAsync(
        "private static int s_open; private static readonly object s_gate = new(); public void Open() { lock (s_gate) { s_open++; } }",
        "public void Dispose() { if ([|s_open > 0|]) s_open--; }");

    private static Task VerifyAsync(string members, string loop) =>
        Verify.VerifyAnalyzerAsync($$"""
            using System.Threading;
            using System.Threading.Tasks;

            class C
            {
                private readonly object _gate = new();
                private string? _link;
                {{members}}
                {{loop}}
            }
            """);
}
