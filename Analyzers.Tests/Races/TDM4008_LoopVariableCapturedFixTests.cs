using Verify = Tandem.Analyzers.Tests.Verification.CSharpCodeFixVerifier<Tandem.Analyzers.Races.LoopVariableCapturedAnalyzer, Tandem.CodeFixes.Races.LoopVariableCapturedCodeFix>;

namespace Tandem.Analyzers.Tests.Races;

public class LoopVariableCapturedFixTests
{
    [Fact]
    public Task InABlock_IsCopiedBeforeTheStart() => VerifyAsync(
        """
        for (var i = 0; i < 9; i++)
                {
                    // Each by itself.
                    Task.Run(() => Use([|i|], i + 1)); // now
                }
        """,
        """
        for (var i = 0; i < 9; i++)
                {
                    // Each by itself.
                    var iCopy = i;
                    Task.Run(() => Use(iCopy, iCopy + 1)); // now
                }
        """);

    [Fact]
    public Task SingleStatement_GetsABlock() => VerifyAsync(
        """
        for (var i = 0; i < 9; i++)
                    Task.Run(() => Use([|i|], 1));
        """,
        """
        for (var i = 0; i < 9; i++)
                {
                    var iCopy = i;
                    Task.Run(() => Use(iCopy, 1));
                }
        """);

    [Fact]
    public Task OnOneLine_GetsABlock() => VerifyAsync(
        """
        for (var i = 0; i < 9; i++) Task.Run(() => Use([|i|], 1));
        """,
        """
        for (var i = 0; i < 9; i++)
                {
                    var iCopy = i;
                    Task.Run(() => Use(iCopy, 1));
                }
        """);

    [Fact]
    public Task VariableOfAWhile_IsCopiedAsItIsAtTheStart() => VerifyAsync(
        """
        var n = 0;
                while (n < 9)
                {
                    n++;
                    tasks.Add(Task.Run(() => Use([|n|], 1)));
                }
        """,
        """
        var n = 0;
                while (n < 9)
                {
                    n++;
                    var nCopy = n;
                    tasks.Add(Task.Run(() => Use(nCopy, 1)));
                }
        """);

    [Fact]
    public Task TwoVariables_AreCopiedBoth() => VerifyAsync(
        """
        for (int i = 0, j = 9; i < j; i++, j--)
                {
                    Task.Run(() => Use([|i|], [|j|]));
                }
        """,
        """
        for (int i = 0, j = 9; i < j; i++, j--)
                {
                    var iCopy = i;
                    var jCopy = j;
                    Task.Run(() => Use(iCopy, jCopy));
                }
        """);

    [Fact]
    public Task LambdaMadeBeforeTheLoop_IsLeftToTheUser() => VerifyAsync(
        """
        var n = 0;
                Action work = () => Use([|n|], 1);
                while (n < 9)
                {
                    Task.Run(work);
                    n++;
                }
        """,
        """
        var n = 0;
                Action work = () => Use([|n|], 1);
                while (n < 9)
                {
                    Task.Run(work);
                    n++;
                }
        """);

    [Fact]
    public Task NameThatIsTaken_IsLeftToTheUser() => VerifyAsync(
        """
        var iCopy = 3;
                for (var i = 0; i < iCopy; i++) Task.Run(() => Use([|i|], 1));
        """,
        """
        var iCopy = 3;
                for (var i = 0; i < iCopy; i++) Task.Run(() => Use([|i|], 1));
        """);

    private static Task VerifyAsync(string statements, string repaired) => Verify.VerifyCodeFixAsync(Program(statements), Program(repaired));

    private static string Program(string statements) =>
        $$"""
        #pragma warning disable CS4014
        using System;
        using System.Collections.Generic;
        using System.Threading.Tasks;

        static class Program
        {
            static void Main()
            {
                var tasks = new List<Task>();
                {{statements}}
            }

            static void Use(int x, int y) { }
        }
        """;
}
