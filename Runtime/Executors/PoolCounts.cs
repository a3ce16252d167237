namespace Tandem.Executors;

/// <summary>How a pool stands at one moment.</summary>
internal readonly record struct PoolCounts(int Waiting, int HandedOver, int Workers);
