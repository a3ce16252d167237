using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace Tandem.CodeFixes.Editing;

/// <summary>A fix told as changes of one document's text: formatting and comments that it does not speak of stay as they are.</summary>
/// <param name="Title">What the editor offers.</param>
/// <param name="Key">Tells the kinds of fix apart, for Fix all.</param>
/// <param name="Changes">What changes, in terms of the text before any of them.</param>
internal sealed record TextFix(string Title, string Key, ImmutableArray<TextChange> Changes);
