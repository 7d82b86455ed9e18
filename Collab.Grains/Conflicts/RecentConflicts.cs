using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Conflicts;

/// <summary>The newest conflicts of one document, at most <see cref="Limit"/>; the oldest give way.</summary>
/// <param name="added">Hears of each that is added, however many are kept.</param>
public sealed class RecentConflicts(Action<ConflictRecord[]>? added = null)
{
    /// <summary>What a person can look through, and about 20 kB.</summary>
    public const int Limit = 100;

    private readonly Queue<ConflictRecord> _records = new();

    public void Add(ConflictRecord[] conflicts)
    {
        foreach (var conflict in conflicts)
            _records.Enqueue(conflict);
        while (_records.Count > Limit)
            _records.Dequeue();
        if (conflicts.Length > 0)
            added?.Invoke(conflicts);
    }

    public ImmutableArray<ConflictRecord> NewestFirst() => [.. _records.Reverse()];
}
