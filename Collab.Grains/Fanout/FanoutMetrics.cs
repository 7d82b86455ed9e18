using Prometheus;

namespace Collab.Grains.Fanout;

/// <summary>What a silo knows of the web hosts that it pushes to.</summary>
internal static class FanoutMetrics
{
    private static readonly Counter Dropped = Metrics.CreateCounter(
        "collab_fanout_hosts_dropped_total", "Web hosts that stopped being pushed to because they did not answer, by why.", "reason");

    private static readonly Gauge Hosts = Metrics.CreateGauge("collab_fanout_hosts", "Web hosts that this silo's documents have as listeners, by whether they answer.", "state");

    private static readonly Gauge.Child Answering = Hosts.WithLabels("answering");

    private static readonly Gauge.Child Silent = Hosts.WithLabels("silent");

    /// <summary>The runtime knows that it is gone.</summary>
    public static Counter.Child DroppedUnreachable { get; } = Dropped.WithLabels("unreachable");

    /// <summary>No answer in time.</summary>
    public static Counter.Child DroppedSilent { get; } = Dropped.WithLabels("silent");

    public static void Set(ICollection<KnownHost> hosts)
    {
        int silent = hosts.Count(host => host.IsSilent);
        Silent.Set(silent);
        Answering.Set(hosts.Count - silent);
    }
}
