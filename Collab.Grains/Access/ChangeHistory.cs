using System.Collections.Immutable;
using Collab.Contracts.Access;

namespace Collab.Grains.Access;

/// <summary>The newest changes, numbered from 1: enough for those who ask all the time, and bounded for those who don't.</summary>
internal sealed class ChangeHistory(int limit)
{
    private readonly Queue<(AccessChange? Change, Revocation? Revocation)> _recent = new();

    /// <summary>The number of the newest.</summary>
    public long Version { get; private set; }

    public void Add(AccessChange change) => Add((change, null));

    public void Add(Revocation revocation) => Add((null, revocation));

    /// <summary>What came after <paramref name="version"/>; false if that can't be told any more, or never was.</summary>
    public bool TryRead(long version, out ImmutableArray<AccessChange> changes, out ImmutableArray<Revocation> revocations)
    {
        (changes, revocations) = ([], []);
        if (version > Version || version < Version - _recent.Count)
            return false;
        var after = _recent.Skip((int)(version - (Version - _recent.Count))).ToList();
        changes = [.. after.Select(entry => entry.Change).OfType<AccessChange>().Distinct()];
        revocations = [.. after.Select(entry => entry.Revocation).OfType<Revocation>()];
        return true;
    }

    private void Add((AccessChange?, Revocation?) entry)
    {
        if (_recent.Count == limit)
            _recent.Dequeue();
        _recent.Enqueue(entry);
        Version++;
    }
}
