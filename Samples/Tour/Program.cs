using System.Diagnostics;
using Spectre.Console;

// Builds and runs the samples one after the other, as a reader of the README would by hand.
var samples = SamplesFolder();

Heading("1. An account as a beginner writes it");
var warnings = Build("Bank/Beginner");
foreach (var warning in warnings)
    AnsiConsole.MarkupLineInterpolated($"[yellow]{warning}[/]");
Run("Bank/Beginner");

Heading("2. The same account, repaired by Tandem's fixes");
var remaining = Build("Bank/Repaired");
AnsiConsole.WriteLine(remaining.Count == 0 ? "The build has no warning." : string.Join('\n', remaining));
Run("Bank/Repaired");

Heading("3. Six large numbers, on threads and on processes");
Build("Primes");
Run("Primes");

Heading("Where to look next");
AnsiConsole.WriteLine("""
    README.md             the two packages, and how to install them
    docs/rules            a page for each rule: why, a flagged example, the repaired one
    Samples               the code that just ran; Samples/Bank/Beginner opened in an IDE shows the quick fixes
    dotnet test           runs every test
    """);
return warnings.Count > 0 && remaining.Count == 0 ? 0 : 1;

static void Heading(string text) => AnsiConsole.Write(new Rule($"[bold]{text}[/]").LeftJustified());

// Compiles the sample anew, since an up-to-date build prints no warnings, and returns those that it prints.
List<string> Build(string sample)
{
    Dotnet("build", sample, "-v", "quiet"); // what the sample stands on
    var output = Dotnet("build", sample, "-t:Rebuild", "-p:BuildProjectReferences=false", "-v", "quiet");
    return [.. from line in output.Split('\n')
               let message = line.IndexOf("warning TDM", StringComparison.Ordinal)
               where message >= 0
               let file = Path.GetRelativePath(samples, line[..line.IndexOf(": ", StringComparison.Ordinal)].Trim())
               let text = line[message..line.LastIndexOf(" (http", StringComparison.Ordinal)]
               select $"{file}: {text}" into warning
               group warning by warning into same
               select same.Key];
}

// Runs the sample in this console, so that its progress is seen as it goes.
void Run(string sample)
{
    using var process = Process.Start(new ProcessStartInfo("dotnet", ["run", "--no-build", "--project", Path.Combine(samples, sample)]))!;
    process.WaitForExit();
    if (process.ExitCode != 0) throw new InvalidOperationException($"{sample} ended with exit code {process.ExitCode}.");
    AnsiConsole.WriteLine();
}

string Dotnet(string verb, string sample, params string[] options)
{
    var start = new ProcessStartInfo("dotnet", [verb, Path.Combine(samples, sample), "--nologo", .. options]) { RedirectStandardOutput = true };
    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    if (process.ExitCode != 0) throw new InvalidOperationException($"dotnet {verb} {sample} failed:\n{output}");
    return output;
}

// The folder of this sample's sources: above the binary, the one that has Bank in it.
static string SamplesFolder()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (Directory.Exists(Path.Combine(folder.FullName, "Bank", "Beginner")))
            return folder.FullName;
    throw new DirectoryNotFoundException("The tour builds the samples from their sources; run it from a clone of the repository.");
}
