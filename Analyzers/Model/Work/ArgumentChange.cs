using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace Tandem.Analyzers.Model;

/// <summary>A change that a function surely makes to an object that it was given.</summary>
/// <param name="Path">The members that lead from what was given to what changes, whichever elements of collections lie between: of <c>order.Lines[0].Count++</c> Lines and Count.</param>
/// <param name="Place">Where.</param>
/// <param name="IsOrder">Whether only the order of elements changes.</param>
internal sealed record ArgumentChange(ImmutableArray<string> Path, IOperation Place, bool IsOrder = false)
{
    /// <summary>Whether who reads what <paramref name="chain"/> leads to might see the change.</summary>
    public bool ShowsIn(ImmutableArray<string> chain) => Path.Take(chain.Length).SequenceEqual(chain.Take(Path.Length));
}
