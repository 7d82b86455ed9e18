using Collab.Contracts;
using Collab.Contracts.Fanout;
using Collab.Observability;
using Collab.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Collab.Web.Delivery;

/// <summary>The documents that connections of this host are in, one feed for each, as long as somebody is in it and a moment longer; for the silos, the host that they push to.</summary>
internal sealed class DocumentFeeds(
    IGrainFactory grains, ClusterCalls cluster, IOptions<CollabOptions> options, TimeProvider time, ILogger<DocumentFeed> logger) : IListeningHost
{
    /// <summary>In how many portions all feeds are renewed. Each feed belongs to one, by chance, so a renewal comes once in every round and what a host renews is even over time.</summary>
    public const int Portions = 20;

    // More at once would only queue up in the pipeline's bulkhead, in front of what people wait for.
    private const int RenewalsAtOnce = 32;

    /// <summary>
    /// How long a feed stays that nobody is in any more. Who reloads a page, loses the connection, or opens what somebody has just closed finds it subscribed, with its snapshot: one call of the cluster instead of seven.
    /// Shorter than the time between two renewals, which it gets none of.
    /// </summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    // Beyond, they end with their last connection: somebody opens one document after the other, and comes back to none.
    private const int LingeringLimit = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<DocumentFeed, long> _lingering = [];
    private readonly CacheBudget _snapshots = new(HostCaches.Snapshots, options.Value.Delivery.SharedSnapshotsBytesLimit);
    private readonly Dictionary<DocumentId, DocumentFeed> _feeds = [];
    private IListeningHost? _self;
    private bool _isStopping;

    /// <summary>Feeds that nobody is in.</summary>
    public int LingeringCount
    {
        get
        {
            lock (_gate)
                return _lingering.Count;
        }
    }

    /// <summary>The feed of a document; to be given back with <see cref="Release"/>.</summary>
    public DocumentFeed Acquire(DocumentId document)
    {
        lock (_gate)
        {
            var feed = _feeds.GetValueOrDefault(document);
            if (feed is not null && _lingering.Remove(feed) && !feed.TryWake())
            {
                _ = feed.StopAsync();
                feed = null;
            }

            if (feed is null)
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
            if (!_isStopping && _lingering.Count < LingeringLimit)
            {
                feed.Rest();
                _lingering[feed] = time.GetTimestamp();
                return;
            }

            _feeds.Remove(feed.Id);
        }

        _ = feed.StopAsync();
    }

    /// <summary>Ends the feeds that nobody has been in for <see cref="Linger"/>.</summary>
    public Task StopLingeringAsync() => StopAsync(restingSince => time.GetElapsedTime(restingSince) >= Linger);

    /// <summary>The host stops: a feed ends with its last connection from now on.</summary>
    public Task StopAsync()
    {
        lock (_gate)
            _isStopping = true;
        return StopAsync(_ => true);
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

    private async Task StopAsync(Func<long, bool> which)
    {
        DocumentFeed[] over;
        lock (_gate)
        {
            over = [.. _lingering.Where(resting => which(resting.Value)).Select(resting => resting.Key)];
            foreach (var feed in over)
            {
                _lingering.Remove(feed);
                _feeds.Remove(feed.Id);
            }
        }

        await Task.WhenAll(over.Select(feed => feed.StopAsync()));
    }

    private async Task RenewAsync(Func<DocumentFeed, bool> which, CancellationToken cancellation)
    {
        DocumentFeed[] feeds;
        lock (_gate)
            feeds = [.. _feeds.Values.Where(feed => feed.References > 0 && which(feed))];
        await Parallel.ForEachAsync(
            feeds, new ParallelOptions { MaxDegreeOfParallelism = RenewalsAtOnce, CancellationToken = cancellation }, async (feed, _) => await feed.RenewAsync());
    }
}
