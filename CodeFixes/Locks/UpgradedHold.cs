using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Locks;

/// <summary>What the code asks about a read lock, which it has to ask about the upgradeable one that takes its place: neither counts as the other.</summary>
internal static class UpgradedHold
{
    /// <summary>The questions before the releases among <paramref name="calls"/>, put anew; null where something else asks, whose answer would change.</summary>
    public static IReadOnlyList<TextChange>? Questions(IReadOnlyList<SyntaxNode> calls)
    {
        var type = calls[0].Ancestors().OfType<TypeDeclarationSyntax>().FirstOrDefault() ?? calls[0].SyntaxTree.GetRoot();
        var changes = new List<TextChange>();
        foreach (var name in type.DescendantNodes().OfType<IdentifierNameSyntax>().Where(static name => name.Identifier.ValueText is "IsReadLockHeld" or "RecursiveReadCount" or "CurrentReadCount"))
        {
            if (name.Identifier.ValueText == "IsReadLockHeld" && name.Ancestors().OfType<IfStatementSyntax>().FirstOrDefault() is { Else: null } guard && guard.Condition.Contains(name) && !guard.Contains(calls[0]))
            {
                if (calls.Skip(1).Any(guard.Statement.Contains)) changes.Add(new TextChange(name.Span, "IsUpgradeableReadLockHeld"));

                // The release of another hold asks about that one.
                if (guard.DescendantNodes().OfType<IdentifierNameSyntax>().Any(static inner => inner.Identifier.ValueText == "ExitReadLock")) continue;
            }

            return null;
        }

        return changes;
    }
}
