using Tandem.Benchmarks.Analyzers;
using Tandem.Benchmarks.Runtime;

return args switch
{
    ["analyzers", "--growth", .. var options] => await GrowthBenchmark.RunAsync(options.SkipWhile(static option => option != "--rule").Skip(1).FirstOrDefault()),
    ["analyzers", var folder, "--scale", .. var options] => await ScaleBenchmark.RunAsync(folder, options.SkipWhile(static option => option != "--rule").Skip(1).FirstOrDefault()),
    ["analyzers", var folder, .. var options] => await AnalyzerBenchmark.RunAsync(folder, options),
    ["executors"] => await ExecutorBenchmark.RunAsync(),
    ["primitives"] => await PrimitiveBenchmark.RunAsync(),
    ["scaling"] => await ScalingBenchmark.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: dotnet run -c Release --project Benchmarks -- <what>

          analyzers <folder> [--list] [--fixes] [--warm] [--rule TDMxxxx]
                          every rule over every project below the folder: reports per rule and ms per 1,000 lines
                          --list   prints each report with its line of code
                          --warm   measures twice: the second time with the analyzers compiled, as in an IDE
                          --fixes  applies each offered fix by itself, then all of a document and of a project at once, and counts per
                                   rule what compiles, what is gone, what is new
                          --rule   that rule alone, or the rules whose id starts like that: TDM2 for all about locks
          analyzers <folder> --scale [--rule TDMxxxx]
                          all the code below the folder as one project, 25,000 to 400,000 lines of it: what the rules add to the
                          compiler's own work, and to that on one edited file
          analyzers --growth [--rule TDMxxxx]
                          what each rule costs on a file of 10,000 lines, and on one of twice and four times the size
          executors       the executors beside CPython's concurrent.futures
          primitives      locks, queues, pipes and shared arrays beside CPython's multiprocessing and what .NET has of its own
          scaling         CPU-bound work on threads and on processes, with and without allocation
        """);
    return 2;
}
