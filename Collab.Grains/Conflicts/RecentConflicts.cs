using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Conflicts;

/// <summary>The newest conflicts of one document, at most <see cref="Limit"/>; the oldest give way.</summary>
public sealed class RecentConflicts
{
    /// <summary>What a person can look through, and about 20 kB.</summary>
    public const int Limit = 100;

    private readonly Queue<ConflictRecord> _records = new();

    public void Add(IReadOnlyList<ConflictRecord> conflicts)
    {
        foreach (var conflict in conflicts)
            _records.Enqueue(conflict);
        while (_records.Count > Limit)
            _records.Dequeue();
    }

    public ImmutableArray<ConflictRecord> NewestFirst() => [.. _records.Reverse()];
}
