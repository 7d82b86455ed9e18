using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Web.Cluster;

namespace Collab.Web.Delivery;

/// <summary>
/// The snapshot that joins of one document share: those that come together wait for one read, and those that come soon after
/// get the same bytes as long as what came since is at hand. Let go when nobody joined for a renewal round: it is there
/// for storms, not to hold every open document's content once more. Guarded by its feed.
/// </summary>
internal sealed class SharedSnapshot(DocumentCalls document)
{
    private Task<CatchUp>? _read;
    private int _bytes;
    private bool _isUsed;

    /// <param name="isUsable">Whether the live stream can be joined from a revision.</param>
    public Task<CatchUp> ReadAsync(Func<Revision, bool> isUsable)
    {
        bool isHit = _read is { IsCompleted: false } || (_read is { IsCompletedSuccessfully: true, Result.Refusal: null } && isUsable(LeadsTo(_read.Result)));
        (isHit ? HostCaches.Snapshots.Hits : HostCaches.Snapshots.Misses).Inc();
        _isUsed = true;
        if (isHit)
            return _read!;
        Evict();
        _read = ReadAsync();
        return _read;
    }

    public void EvictUnless(Func<Revision, bool> isUsable)
    {
        if (_read is { IsCompletedSuccessfully: true } && !isUsable(LeadsTo(_read.Result)))
            Evict();
    }

    public void EvictIdle()
    {
        if (!_isUsed)
            Evict();
        _isUsed = false;
    }

    public void Evict()
    {
        if (_read is not null and { IsCompleted: false })
            return;
        if (_bytes > 0)
        {
            HostCaches.Snapshots.Evictions.Inc();
            HostCaches.Snapshots.Entries.Dec();
            HostCaches.Snapshots.Bytes.Dec(_bytes);
        }

        _bytes = 0;
        _read = null;
    }

    private static Revision LeadsTo(CatchUp read) =>
        read.Operations is { IsDefaultOrEmpty: false } operations ? operations[^1].Revision : read.Snapshot?.Revision ?? Revision.Zero;

    private async Task<CatchUp> ReadAsync()
    {
        var read = await document.ReadFrom(null);
        // Nobody evicts a read that has not completed, so this is safe without the feed's lock.
        _bytes = read.Snapshot?.Content.Length ?? 0;
        if (_bytes > 0)
        {
            HostCaches.Snapshots.Entries.Inc();
            HostCaches.Snapshots.Bytes.Inc(_bytes);
        }

        return read;
    }
}
