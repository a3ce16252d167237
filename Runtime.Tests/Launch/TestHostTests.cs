using Tandem.Runtime.Tests.Workers;

namespace Tandem.Runtime.Tests.Launch;

/// <summary>Under <c>dotnet test</c> workers start in both generations of xunit: the second runs in a test host, as these tests do; in the third the tests are a program.</summary>
[Trait("Category", "Package")]
[Collection(WorkerProcesses.Name)]
public sealed class TestHostTests
{
    [Fact]
    public async Task TheThirdGeneration()
    {
        using var tests = new Application("""
            using Tandem;
            using Xunit;

            public class Tests
            {
                [Fact]
                public async Task Works()
                {
                    await using var executor = new ProcessExecutor(1);
                    Assert.Equal(42, await executor.Submit(static x => 2 * x, 21, TestContext.Current.CancellationToken));
                }
            }
            """, """
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.14.1" />
            <PackageReference Include="xunit.v3" Version="3.2.1" />
            <PackageReference Include="xunit.runner.visualstudio" Version="3.1.5" />
            """);
        Assert.Contains("Passed:     1", await tests.DotnetAsync("test"), StringComparison.Ordinal);

        // And as the program that they are.
        await tests.DotnetAsync("run", "--no-build");
    }
}
