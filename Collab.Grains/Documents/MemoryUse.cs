namespace Collab.Grains.Documents;

/// <summary>What the garbage collector found at its last look.</summary>
/// <param name="Used">Bytes in use.</param>
/// <param name="Available">Bytes that the process may have: the machine's, the container's, or what the runtime was told.</param>
/// <param name="Collections">Full collections so far. What was let go counts as used until the next.</param>
internal readonly record struct MemoryUse(long Used, long Available, int Collections)
{
    public static MemoryUse Now()
    {
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        return new MemoryUse(memory.TotalCommittedBytes - memory.FragmentedBytes, memory.TotalAvailableMemoryBytes, GC.CollectionCount(GC.MaxGeneration));
    }
}
