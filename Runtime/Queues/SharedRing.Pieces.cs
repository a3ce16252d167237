using System.Buffers;
using Tandem.Platform;
using Tandem.Waiting;

namespace Tandem;

/// <summary>
/// How an item crosses that is larger than the ring: in pieces of half its size, so that one is put while another is taken. The putter keeps the
/// other putters out until the last piece is in, and the taker the other takers until he has that.
/// </summary>
/// <remarks>
/// An item is in when its last piece is. A putter that gives up, or dies, before that leaves pieces that nobody will end; the taker sees that no one
/// holds the lock of those who put, and drops them. A taker that dies leaves pieces without a beginning; the next taker drops those.
/// Dropped or joined to an item, each piece but the last counts as an item that is done, so what <see cref="Join"/> waits for stays right.
/// </remarks>
internal sealed unsafe partial class SharedRing
{
    private bool PutInPieces(ReadOnlySpan<byte> item, in WaitLimits limits, out bool isCompleted)
    {
        isCompleted = false;
        if (!PutLock.AcquireInternal(limits, out var hold))
            return false;
        var begin = _items.Tail;
        var isIn = false;
        try
        {
            var size = (int)((_items.ByteCount + 1) / 2);
            var part = RingPart.First;
            while (!isIn)
            {
                var isLast = item.Length <= size;
                var attempt = new PieceAttempt(this, isLast ? item : item[..size], isLast ? RingPart.Last : part);
                if (!Space.WaitUntil(ref attempt, limits, ref _spaceSpin) || attempt.IsCompleted)
                {
                    isCompleted = attempt.IsCompleted;
                    return false;
                }

                CrashPoint.Reach("put: piece in");
                Items.Ring();
                (isIn, part) = (isLast, RingPart.Middle);
                item = isLast ? default : item[size..];
            }

            return true;
        }
        finally
        {
            if (!isIn)
                TakeBackHeld(begin);
            PutLock.Release(hold.Ticket);
            // A taker in the middle of this item waits for its next piece.
            if (!isIn)
                Items.RingAll();
        }
    }

    /// <summary>Needs the lock of those who put. A taker that has begun drops the pieces himself.</summary>
    private void TakeBackHeld(long begin)
    {
        if (!TakeLock.TryAcquire(out var hold))
            return;
        _items.TakeBackHeld(begin);
        TakeLock.Release(hold.Ticket);
        AllDone.Ring();
    }

    /// <summary>Joins the pieces of an item, and drops those that belong to none. Needs the lock of those who take.</summary>
    /// <param name="part">What has been taken out already.</param>
    /// <param name="destination">Has its bytes.</param>
    /// <param name="limits">Only the primitive's end counts: an item that has begun to come is waited for.</param>
    private bool TryRemovePiecesHeld(RingPart part, ArrayBufferWriter<byte> destination, in WaitLimits limits)
    {
        do
        {
            if (part == RingPart.Whole)
                return true;
            FinishPiece(part);
            if (part == RingPart.First)
            {
                var attempt = new RestAttempt(this, destination);
                Items.WaitUntil(ref attempt, limits.UntilDisposed);
                if (attempt.HasLast)
                    return true;
            }

            destination.ResetWrittenCount();
        }
        while (_items.TryRemoveHeld(destination, out part));
        return false;
    }

    private void FinishPiece(RingPart part)
    {
        if (part != RingPart.Last)
            TryMarkDone();
        Space.Ring();
    }

    private ref struct PieceAttempt(SharedRing ring, ReadOnlySpan<byte> piece, RingPart part) : IAttempt
    {
        private readonly ReadOnlySpan<byte> _piece = piece;

        public bool IsCompleted { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            if (ring._items.TryAppendHeld(_piece, part))
                return true;
            IsCompleted = ring.IsCompleted;
            return IsCompleted;
        }
    }

    /// <summary>Ends with the last piece, or when there will be none.</summary>
    private struct RestAttempt(SharedRing ring, ArrayBufferWriter<byte> destination) : IAttempt
    {
        /// <summary>To see whether the putter lives costs system calls; the next piece is mostly about to come.</summary>
        private const int FirstLooks = 60;

        private int _looks;

        public bool HasLast { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            while (!ring._items.IsEmpty)
            {
                if (ring._items.NextPartHeld is RingPart.Whole or RingPart.First)
                    return true;
                ring._items.TryRemoveHeld(destination, out var part);
                CrashPoint.Reach("take: piece out");
                ring.FinishPiece(part);
                HasLast = part == RingPart.Last;
                if (HasLast)
                    return true;
            }

            return ++_looks > FirstLooks && HasNoPutter() && ring._items.IsEmpty;
        }

        /// <summary>Nobody puts: neither the one who began, nor since. What he put before he left is there to be seen.</summary>
        private readonly bool HasNoPutter()
        {
            if (!ring.PutLock.TryAcquire(out var hold))
                return false;
            ring.PutLock.Release(hold.Ticket);
            return true;
        }
    }
}
