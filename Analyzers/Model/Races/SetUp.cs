namespace Tandem.Analyzers.Model;

/// <summary>Tells how objects are set up: by members that are called before the one that starts the work.</summary>
internal static class SetUp
{
    /// <summary>Whether the work only reads what a member sets that does not start it. Work that the constructor starts is there before any of them.</summary>
    /// <param name="overlap">The two runs.</param>
    /// <param name="changes">Whether the run asked about makes a change.</param>
    public static bool IsSetUpBefore(this Overlap overlap, bool changes)
    {
        var (mine, other) = (overlap.Mine.Body.Outermost, overlap.Other.Body.Outermost);
        if (mine == other || (changes && overlap.Mine.Life is not null) || (overlap.Verb == "changes" && overlap.Other.Life is not null)) return false;
        return !Concurrency.IsOnceOnly(overlap.Mine.Life is not null ? mine : other);
    }
}
