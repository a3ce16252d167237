using Tandem.Benchmarks.Analyzers;

return args switch
{
    ["analyzers", var folder, .. var options] => await AnalyzerBenchmark.RunAsync(folder, options),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: dotnet run -c Release --project Benchmarks -- <what>

          analyzers <folder> [--list] [--fixes] [--rule TDMxxxx]
                          every rule over every project below the folder: reports per rule and ms per 1,000 lines
                          --list   prints each report with its line of code
                          --fixes  applies each offered fix by itself and counts what compiles, what is gone, what is new
                          --rule   that rule alone
        """);
    return 2;
}
