using System.Buffers;
using Tandem.Platform;

namespace Tandem;

/// <summary>How several items go in, or come out, under one hold of the lock and with one ring of the bell.</summary>
internal sealed unsafe partial class SharedRing
{
    /// <summary>Enough bytes for one batch, lest a taker hold the lock, and much memory, for long.</summary>
    private const int LargestBatch = 1 << 20;

    /// <summary>Puts as many items in as fit, the first ones, and waits within the limits while not even one does.</summary>
    /// <param name="bytes">The items', one after the other; the first is not larger than the ring.</param>
    /// <param name="lengths">How many of the bytes are each item's.</param>
    /// <param name="limits">What ends the wait.</param>
    /// <param name="isCompleted">The ring was completed; no item is in.</param>
    /// <returns>How many are in; 0 at the deadline.</returns>
    public int PutBatch(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> lengths, in WaitLimits limits, out bool isCompleted)
    {
        var attempt = new PutBatchAttempt(this, bytes, lengths);
        Space.WaitUntil(ref attempt, limits, ref _spaceSpin);
        isCompleted = attempt.IsCompleted;
        if (attempt.Count > 0)
            Items.Ring();
        return attempt.Count;
    }

    /// <summary>Takes as many items out as there are, and waits within the limits while there is none.</summary>
    /// <param name="destination">Gets the items' bytes, one after the other.</param>
    /// <param name="lengths">Gets how many are each item's.</param>
    /// <param name="most">How many to take at most.</param>
    /// <param name="limits">What ends the wait.</param>
    public void TakeBatch(ArrayBufferWriter<byte> destination, List<int> lengths, int most, in WaitLimits limits)
    {
        var attempt = new TakeBatchAttempt(this, destination, lengths, most);
        if (Items.WaitUntil(ref attempt, limits, ref _itemSpin) && lengths.Count > 0)
            Space.Ring();
    }

    private ref struct PutBatchAttempt(SharedRing ring, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> lengths) : IAttempt
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private readonly ReadOnlySpan<int> _lengths = lengths;

        public int Count { get; private set; }

        public bool IsCompleted { get; private set; }

        public bool Try(in WaitLimits limits)
        {
            if (ring._items.IsFull && !ring.IsCompleted)
                return false;
            if (!ring.PutLock.AcquireInternal(limits, out var hold))
                return false;
            try
            {
                IsCompleted = ring.IsCompleted;
                for (var start = 0; !IsCompleted && Count < _lengths.Length; start += _lengths[Count++])
                {
                    if (!ring._items.TryAppendHeld(_bytes.Slice(start, _lengths[Count])))
                        break;
                }

                return IsCompleted || Count > 0;
            }
            finally
            {
                ring.PutLock.Release(hold.Ticket);
                CrashPoint.Reach("put: lock freed, bell not rung");
            }
        }
    }

    private readonly struct TakeBatchAttempt(SharedRing ring, ArrayBufferWriter<byte> destination, List<int> lengths, int most) : IAttempt
    {
        public bool Try(in WaitLimits limits)
        {
            if (ring.IsAtEnd)
                return true;
            if (ring._items.IsEmpty || !ring.TakeLock.AcquireInternal(limits, out var hold))
                return false;
            try
            {
                // The first may be in pieces, of which some may have to be dropped; the others are taken if they are not.
                var before = 0;
                var hasNext = ring.TryRemoveHeld(destination, limits);
                while (hasNext)
                {
                    lengths.Add(destination.WrittenCount - before);
                    before = destination.WrittenCount;
                    hasNext = lengths.Count < most && before < LargestBatch && !ring._items.IsEmpty
                        && ring._items.NextPartHeld == RingPart.Whole && ring._items.TryRemoveHeld(destination, out _);
                }

                // As for one item: another may have taken the last of a completed ring, and nobody rings for that.
                return lengths.Count > 0 || ring.IsAtEnd;
            }
            finally
            {
                ring.TakeLock.Release(hold.Ticket);
                CrashPoint.Reach("take: lock freed, bell not rung");
            }
        }
    }
}
