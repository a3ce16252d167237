using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CSharp;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>A project before and after a change.</summary>
internal static class ProjectExtensions
{
    public static async Task<Project> ApplyAsync(this CodeAction action, Project project, CancellationToken cancellationToken)
    {
        var operations = await action.GetOperationsAsync(project.Solution, new Progress<CodeAnalysisProgress>(), cancellationToken);
        var changes = operations.OfType<ApplyChangesOperation>().SingleOrDefault() ?? throw new VerificationException($"The fix '{action.Title}' changes nothing.");
        return changes.ChangedSolution.GetProject(project.Id)!;
    }

    public static async Task<List<string>> TextsAsync(this Project project, CancellationToken cancellationToken)
    {
        var texts = new List<string>();
        foreach (var document in project.Documents) texts.Add((await document.GetTextAsync(cancellationToken)).ToString());
        return texts;
    }

    /// <summary>The comments of all documents, each as often as it is there.</summary>
    public static IEnumerable<string> Comments(this Compilation compilation) =>
        from tree in compilation.SyntaxTrees
        from trivia in tree.GetRoot().DescendantTrivia()
        where trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
        select trivia.ToString();

    /// <summary>Whether a fix built a tree whose text means something else.</summary>
    public static async Task<bool> DiffersWhenParsedAsync(this Project project, CancellationToken cancellationToken)
    {
        foreach (var document in project.Documents)
        {
            var tree = (await document.GetSyntaxTreeAsync(cancellationToken))!;
            if (!CSharpSyntaxTree.ParseText(tree.ToString(), (CSharpParseOptions)tree.Options, cancellationToken: cancellationToken).IsEquivalentTo(tree)) return true;
        }

        return false;
    }
}
