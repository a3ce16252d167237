namespace Tandem;

/// <summary>What lies in a slot of a ring: an item, or a piece of one that is larger than the ring.</summary>
internal enum RingPart
{
    Whole,
    First,
    Middle,
    Last,
}
