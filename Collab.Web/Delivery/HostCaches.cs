using Collab.Observability;

namespace Collab.Web.Delivery;

/// <summary>What this host keeps to answer without asking the documents' authorities.</summary>
internal static class HostCaches
{
    /// <summary>Encoded snapshots kept for joins that come together.</summary>
    public static CacheMetrics Snapshots { get; } = new("host_snapshot");

    /// <summary>Recent operations kept to bring connections up.</summary>
    public static CacheMetrics Operations { get; } = new("host_operations");
}
