namespace Tandem.Platform;

/// <summary>One hold of a <see cref="RobustLock"/>.</summary>
/// <param name="Ticket">The lock's word during this hold, and during no other.</param>
/// <param name="WasAbandoned">The holder before died while it held the lock.</param>
internal readonly record struct LockHold(long Ticket, bool WasAbandoned);
