using Prometheus;

namespace Collab.Web.Delivery;

/// <summary>The counters of one cache of this host, under its label.</summary>
internal sealed class HostCache
{
    /// <summary>Encoded snapshots kept for joins that come together.</summary>
    public static readonly HostCache Snapshots = new("host_snapshot");

    /// <summary>Recent operations kept to bring connections up.</summary>
    public static readonly HostCache Operations = new("host_operations");

    private HostCache(string name)
    {
        Hits = Metrics.CreateCounter("collab_cache_hits_total", "Lookups that the cache answered.", "cache").WithLabels(name);
        Misses = Metrics.CreateCounter("collab_cache_misses_total", "Lookups that the cache could not answer.", "cache").WithLabels(name);
        Evictions = Metrics.CreateCounter("collab_cache_evictions_total", "Entries that the cache let go.", "cache").WithLabels(name);
        Entries = Metrics.CreateGauge("collab_cache_entries", "Entries in the cache.", "cache").WithLabels(name);
        Bytes = Metrics.CreateGauge("collab_cache_bytes", "Bytes in the cache.", "cache").WithLabels(name);
    }

    public Counter.Child Hits { get; }

    public Counter.Child Misses { get; }

    public Counter.Child Evictions { get; }

    public Gauge.Child Entries { get; }

    public Gauge.Child Bytes { get; }
}
