using Collab.Observability;

namespace Collab.Grains.Documents;

/// <summary>What a silo keeps in memory of documents so as not to ask the log.</summary>
internal static class DocumentCaches
{
    /// <summary>Whole documents.</summary>
    public static CacheMetrics Active { get; } = new("active_documents");

    /// <summary>Recent operations, to rebase over and to answer readers.</summary>
    public static CacheMetrics Window { get; } = new("operation_window");

    /// <summary>Encoded snapshots, for readers that come together.</summary>
    public static CacheMetrics Snapshots { get; } = new("snapshot");
}
