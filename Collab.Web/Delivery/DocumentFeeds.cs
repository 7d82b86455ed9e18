using Collab.Contracts;
using Collab.Contracts.Fanout;
using Collab.Observability;
using Collab.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Collab.Web.Delivery;

/// <summary>The documents that connections of this host are in, one feed for each, as long as somebody is in it; for the silos, the host that they push to.</summary>
internal sealed class DocumentFeeds(
    IGrainFactory grains, ClusterCalls cluster, IOptions<CollabOptions> options, TimeProvider time, ILogger<DocumentFeed> logger) : IListeningHost
{
    /// <summary>In how many portions all feeds are renewed. Each feed belongs to one, by chance, so a renewal comes once in every round and what a host renews is even over time.</summary>
    public const int Portions = 20;

    // More at once would only queue up in the pipeline's bulkhead, in front of what people wait for.
    private const int RenewalsAtOnce = 32;

    private readonly Lock _gate = new();
    private readonly CacheBudget _snapshots = new(HostCaches.Snapshots, options.Value.Delivery.SharedSnapshotsBytesLimit);
    private readonly Dictionary<DocumentId, DocumentFeed> _feeds = [];
    private IListeningHost? _self;

    /// <summary>The feed of a document; to be given back with <see cref="Release"/>.</summary>
    public DocumentFeed Acquire(DocumentId document)
    {
        lock (_gate)
        {
            if (!_feeds.TryGetValue(document, out var feed))
            {
                // Made with the first feed: by then the silo runs.
                _self ??= grains.CreateObjectReference<IListeningHost>(this);
                _feeds[document] = feed = new DocumentFeed(document, _self, grains, cluster, options.Value.Delivery, _snapshots, time, logger);
            }

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

    /// <summary>Renews one portion.</summary>
    public Task RenewAsync(int portion, CancellationToken cancellation) => RenewAsync(feed => feed.Portion == portion, cancellation);

    /// <summary>Lets go the snapshots that nobody asked for since the last time.</summary>
    public void EvictIdle() => _snapshots.EvictIdle();

    Task IListeningHost.Ping(bool hasMissed)
    {
        // The answer does not wait for it: it says that the host lives.
        if (hasMissed)
            _ = RenewAsync(_ => true, CancellationToken.None);
        return Task.CompletedTask;
    }

    private async Task RenewAsync(Func<DocumentFeed, bool> which, CancellationToken cancellation)
    {
        DocumentFeed[] feeds;
        lock (_gate)
            feeds = [.. _feeds.Values.Where(which)];
        await Parallel.ForEachAsync(
            feeds, new ParallelOptions { MaxDegreeOfParallelism = RenewalsAtOnce, CancellationToken = cancellation }, async (feed, _) => await feed.RenewAsync());
    }
}
