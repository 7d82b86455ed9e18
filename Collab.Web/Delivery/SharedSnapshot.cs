using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Observability;
using Collab.Web.Cluster;

namespace Collab.Web.Delivery;

/// <summary>
/// The snapshot that joins of one document share: those that come together wait for one read, and those that come soon after
/// get the same bytes as long as what came since is at hand. The budget lets it go when nobody joined for a renewal round: it is there
/// for storms, not to hold every open document's content once more.
/// </summary>
/// <remarks>Guarded by its feed; the budget may take the snapshot away from any thread.</remarks>
internal sealed class SharedSnapshot(DocumentCalls document, CacheBudget budget)
{
    private volatile Shared? _shared;

    /// <param name="isUsable">Whether the live stream can be joined from a revision.</param>
    public Task<CatchUp> ReadAsync(Func<Revision, bool> isUsable)
    {
        var shared = _shared;
        bool isHit = shared is { Read.IsCompleted: false }
            || (shared is { Read: { IsCompletedSuccessfully: true, Result.Refusal: null } read } && isUsable(EndOf(read.Result)));
        (isHit ? HostCaches.Snapshots.Hits : HostCaches.Snapshots.Misses).Inc();
        if (isHit)
        {
            budget.Touch(shared!.Entry);
            return shared.Read;
        }

        Evict();
        shared = new Shared(this);
        shared.Read = ReadAsync(shared.Entry);
        _shared = shared;
        return shared.Read;
    }

    /// <summary>The revision that a join with what is here ends at; null if nothing is, or is being read.</summary>
    public Revision? LeadsTo => _shared is { Read: { IsCompletedSuccessfully: true } read } ? EndOf(read.Result) : null;

    /// <summary>The next join reads anew. Who waits for the read under way gets it.</summary>
    public void Evict()
    {
        if (_shared is { } shared)
            budget.Remove(shared.Entry);
        _shared = null;
    }

    private static Revision EndOf(CatchUp read) =>
        read.Operations is { IsDefaultOrEmpty: false } operations ? operations[^1].Revision : read.Snapshot?.Revision ?? Revision.Zero;

    private async Task<CatchUp> ReadAsync(CacheEntry entry)
    {
        var read = await document.ReadFrom(null);
        if (read.Snapshot is { } snapshot)
            budget.Add(entry, snapshot.Content.Length);
        return read;
    }

    private sealed class Shared
    {
        public Shared(SharedSnapshot owner) => Entry = new CacheEntry(() => Interlocked.CompareExchange(ref owner._shared, null, this));

        public CacheEntry Entry { get; }

        public Task<CatchUp> Read { get; set; } = null!;
    }
}
