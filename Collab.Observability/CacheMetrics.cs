using Prometheus;

namespace Collab.Observability;

/// <summary>What one cache of this process counts, under its name as the label <c>cache</c>. Gauges take differences: several owners may share a name.</summary>
public sealed class CacheMetrics(string name)
{
    private static readonly Counter AllHits = Metrics.CreateCounter("collab_cache_hits_total", "Look-ups that the cache answered.", "cache");

    private static readonly Counter AllMisses = Metrics.CreateCounter("collab_cache_misses_total", "Look-ups that had to go further.", "cache");

    private static readonly Counter AllEvictions = Metrics.CreateCounter("collab_cache_evictions_total", "Entries that the cache let go.", "cache");

    private static readonly Gauge AllEntries = Metrics.CreateGauge("collab_cache_entries", "Entries in the cache.", "cache");

    private static readonly Gauge AllBytes = Metrics.CreateGauge("collab_cache_bytes", "Bytes in the cache.", "cache");

    public Counter.Child Hits { get; } = AllHits.WithLabels(name);

    public Counter.Child Misses { get; } = AllMisses.WithLabels(name);

    public Counter.Child Evictions { get; } = AllEvictions.WithLabels(name);

    public Gauge.Child Entries { get; } = AllEntries.WithLabels(name);

    public Gauge.Child Bytes { get; } = AllBytes.WithLabels(name);
}
