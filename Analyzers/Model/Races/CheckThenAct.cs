using System.Linq;

namespace Tandem.Analyzers.Model;

/// <summary>A change of a place that was decided by an earlier look at it, with no one lock around both.</summary>
/// <param name="Body">The body that checks and acts.</param>
/// <param name="Place">What is checked and changed, as the body names it.</param>
/// <param name="Check">The read, or the call that reads.</param>
/// <param name="Act">The write, or the call that writes.</param>
/// <param name="Read">The read itself, which may be in a callee.</param>
/// <param name="Write">The write itself, which may be in a callee.</param>
internal sealed record CheckThenAct(Body Body, Place Place, Step Check, Step Act, Access Read, Access Write)
{
    /// <summary>A lock that is held at the check but let go before the act, or taken only for the act.</summary>
    public Hold? PartialHold => Check.Holds.Concat(Read.Holds).Concat(Act.Holds).Concat(Write.Holds).Where(static hold => hold.Lock.IsKnown).Cast<Hold?>().FirstOrDefault();
}
