using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Tandem.Analyzers.Model;
using Tandem.CodeFixes.Editing;

namespace Tandem.CodeFixes.Processes;

/// <summary>TDM3004: holds the lock of the shared memory from the read to the write, or lets Update do both.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UnlockedSharedMemoryCodeFix))]
public sealed class UnlockedSharedMemoryCodeFix() : TextCodeFixProvider("TDM3004")
{
    private protected override IEnumerable<TextFix> Fixes(SemanticModel model, SyntaxNode reported, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var update = reported.AncestorsAndSelf().TakeWhile(static node => node is ExpressionSyntax or ArgumentSyntax)
            .Select(node => model.GetOperation(node, cancellationToken)).Select(static operation => operation is null ? null : SharedUpdate.Of(operation)).FirstOrDefault(static found => found is not null);
        if (update is null || !SharedPlace.IsTandem(update.Place.Owner.Type)) yield break;

        if (UpdateCall.Changes(update) is { } call)
            yield return new("Use Update", nameof(UpdateCall), call);

        var theLock = $"{update.Place.Owner.Syntax}.Lock";
        if (LockRange.Lock(model, [.. update.Reads.Select(static read => read.Syntax), update.Write.Syntax], theLock, $"using ({theLock}.Acquire())") is { } hold)
            yield return new($"Hold '{theLock}' around it", "Hold", [hold]);
    }
}
