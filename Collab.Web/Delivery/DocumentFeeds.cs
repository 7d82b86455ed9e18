using Collab.Contracts;
using Collab.Observability;
using Collab.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Collab.Web.Delivery;

/// <summary>The documents that connections of this host are in, one feed for each, as long as somebody is in it.</summary>
internal sealed class DocumentFeeds(
    IGrainFactory grains, ClusterCalls cluster, IOptions<CollabOptions> options, TimeProvider time, ILogger<DocumentFeed> logger)
{
    private readonly Lock _gate = new();
    private readonly CacheBudget _snapshots = new(HostCaches.Snapshots, options.Value.Delivery.SharedSnapshotsBytesLimit);
    private readonly Dictionary<DocumentId, DocumentFeed> _feeds = [];

    /// <summary>The feed of a document; to be given back with <see cref="Release"/>.</summary>
    public DocumentFeed Acquire(DocumentId document)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(document, out var feed))
                _feeds[document] = feed = new DocumentFeed(document, grains, cluster, options.Value.Delivery, _snapshots, time, logger);
            feed.References++;
            return feed;
        }
    }

    public void Release(DocumentFeed feed)
    {
        lock (_gate)
        {
            if (--feed.References > 0)
                return;
            _feeds.Remove(feed.Id);
        }

        _ = feed.StopAsync();
    }

    /// <summary>Renews all of them, some at a time, and lets go the snapshots that nobody asked for since the last time.</summary>
    public async Task RenewAsync(CancellationToken cancellation)
    {
        _snapshots.EvictIdle();
        DocumentFeed[] feeds;
        lock (_gate)
            feeds = [.. _feeds.Values];
        await Parallel.ForEachAsync(
            feeds, new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = cancellation }, async (feed, _) => await feed.RenewAsync());
    }
}
