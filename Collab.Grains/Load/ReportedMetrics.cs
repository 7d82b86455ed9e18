using System.Collections.Frozen;

namespace Collab.Grains.Load;

/// <summary>Which metrics hosts tell of themselves for the live page, and by which of their labels; the rest is summed away. See <c>docs/metrics.md</c>.</summary>
internal static class ReportedMetrics
{
    private const string Bound = "le";

    /// <summary>The labels that are kept, by the name that begins a line of <c>/metrics</c>.</summary>
    public static FrozenDictionary<string, string[]> LabelsBySample { get; } = new Dictionary<string, string[]>([
        new("collab_operations_total", ["outcome"]),
        new("collab_conflicts_total", ["kind", "resolution"]),
        new("collab_content_checks_total", ["result"]),
        new("collab_errors_total", ["component"]),
        new("collab_unhandled_exceptions_total", []),
        new("collab_active_sessions", []),
        new("collab_active_documents", []),
        new("collab_websocket_active_connections", []),
        new("collab_websocket_connections_limit", []),
        new("collab_messages_sent_total", []),
        new("collab_slow_consumers_total", ["action"]),
        new("collab_fanout_hosts", ["state"]),
        new("collab_cache_hits_total", ["cache"]),
        new("collab_cache_misses_total", ["cache"]),
        new("collab_circuit_breaker_state", ["breaker"]),
        new("collab_circuit_breaker_trips_total", ["breaker"]),
        new("collab_log_batches_total", ["status"]),
        new("collab_log_queue_depth", []),
        new("collab_store_fenced_appends_total", []),
        new("collab_stream_lag", []),
        new("collab_runtime_cpu_ratio", []),
        new("collab_runtime_memory_bytes", ["kind"]),
        .. Histogram("collab_client_propagation_seconds"),
        .. Histogram("collab_operation_duration_seconds"),
        .. Histogram("collab_log_batch_size"),
    ]).ToFrozenDictionary();

    private static IEnumerable<KeyValuePair<string, string[]>> Histogram(string name) => [new($"{name}_bucket", [Bound]), new($"{name}_sum", []), new($"{name}_count", [])];
}
