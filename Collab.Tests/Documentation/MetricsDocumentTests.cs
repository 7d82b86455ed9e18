using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary>
/// <c>docs/metrics.md</c> lists what the code registers, each name with its type and labels, and nothing else; what was agreed is among them; and each row tells an operator what to ask and what to fear.
/// That traffic moves them is shown elsewhere.
/// </summary>
public sealed partial class MetricsDocumentTests
{
    private static readonly string[] Projects = ["Collab.Grains", "Collab.Observability", "Collab.Resilience", "Collab.Silo", "Collab.Stress", "Collab.Web"];

    // What operators were promised, whatever else there is by now. A name that goes takes dashboards and alerts of others with it.
    private static readonly string[] Agreed =
    [
        "collab_active_documents", "collab_active_sessions", "collab_active_streams", "collab_active_users", "collab_auth_attempts_total", "collab_build_info", "collab_cache_bytes",
        "collab_cache_entries", "collab_cache_evictions_total", "collab_cache_hits_total", "collab_cache_misses_total", "collab_circuit_breaker_state", "collab_circuit_breaker_trips_total",
        "collab_client_jitter_seconds", "collab_client_propagation_seconds", "collab_client_receive_bytes_per_second", "collab_client_resent_ratio", "collab_client_rtt_seconds",
        "collab_client_update_rate", "collab_conflicts_total", "collab_connection_closed_total", "collab_connection_establish_seconds", "collab_connection_state",
        "collab_content_checks_total", "collab_document_load_seconds", "collab_document_size_bytes", "collab_documents_total", "collab_errors_total", "collab_grain_active_calls",
        "collab_grain_call_duration_seconds", "collab_grain_calls_total", "collab_grain_client_call_duration_seconds", "collab_http_active_requests", "collab_http_request_duration_seconds",
        "collab_http_request_size_bytes", "collab_http_requests_total", "collab_http_response_size_bytes", "collab_log_batch_duration_seconds", "collab_log_batch_size",
        "collab_log_batches_total", "collab_log_queue_depth", "collab_log_records_total", "collab_messages_sent_total", "collab_operation_duration_seconds",
        "collab_operation_rebase_distance", "collab_operation_rejections_total", "collab_operations_total", "collab_presence_updates_total", "collab_push_batch_size",
        "collab_push_duration_seconds", "collab_resilience_events_total", "collab_runtime_cpu_ratio", "collab_runtime_gc_collections_total", "collab_runtime_gc_pause_seconds_total",
        "collab_runtime_memory_bytes", "collab_runtime_threadpool_queue_length", "collab_runtime_threadpool_threads", "collab_session_duration_seconds", "collab_session_resumes_total",
        "collab_sessions_closed_total", "collab_sessions_total", "collab_slow_consumers_total", "collab_spans_total", "collab_store_connections", "collab_store_errors_total",
        "collab_store_fenced_appends_total", "collab_store_query_duration_seconds", "collab_stream_consume_duration_seconds", "collab_stream_lag", "collab_stream_messages_total",
        "collab_stream_publish_total", "collab_stress_data_integrity_ratio", "collab_stress_duration_seconds", "collab_stress_errors_total", "collab_stress_latency_seconds",
        "collab_stress_operations_total", "collab_stress_rps", "collab_stress_success", "collab_traces_total", "collab_unhandled_exceptions_total", "collab_websocket_active_connections",
        "collab_websocket_connections_total", "collab_websocket_message_size_bytes", "collab_websocket_messages_total",
    ];

    public static TheoryData<string> Names => [.. DocumentedMetric.All.Select(metric => metric.Name)];

    [Fact]
    public void The_document_lists_exactly_the_metrics_that_the_code_registers()
    {
        string[] registered = [.. Projects.SelectMany(SourceFiles).SelectMany(RegisteredIn).Distinct().Order(StringComparer.Ordinal)];
        string[] documented = [.. DocumentedMetric.All.Select(metric => $"{metric}").Order(StringComparer.Ordinal)];

        Assert.NotEmpty(registered);
        Assert.Equal(registered, documented);
    }

    [Fact]
    public void What_was_agreed_is_in_the_document() => Assert.Empty(Agreed.Except(DocumentedMetric.All.Select(metric => metric.Name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_row_is_complete(string name)
    {
        var metric = DocumentedMetric.All.Single(metric => metric.Name == name);
        Assert.Contains(metric.Type, (string[])["counter", "gauge", "histogram"]);
        Assert.Equal(metric.Type == "counter", name.EndsWith("_total", StringComparison.Ordinal));
        Assert.NotEmpty(metric.Meaning);
        Assert.All(metric.Labels, label => Assert.True(metric.ValuesOf(label).Count > 0, $"{name}: neither the row nor the table of shared labels says which values {label} has."));
        Assert.Contains(name, metric.Query, StringComparison.Ordinal);
        Assert.DoesNotContain("service", metric.Query, StringComparison.Ordinal);
        Assert.True(metric.BadWhen.Split(' ').Length >= 5, $"{name}: '{metric.BadWhen}' does not say what is bad, and what it means.");
    }

    private static IEnumerable<string> SourceFiles(string project) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> RegisteredIn(string file) =>
        from Match metric in Registration().Matches(File.ReadAllText(file))
        let labels = metric.Groups["list"] is { Success: true } list ? list.Value : metric.Groups["rest"].Value
        select $"{metric.Groups["name"].Value} {metric.Groups["type"].Value.ToLowerInvariant()}({string.Join(", ", Quoted().Matches(labels).Select(label => label.Groups[1].Value))})";

    // CreateCounter("name", "help", "label", …) or CreateHistogram("name", "help", new … { LabelNames = ["label", …], … })
    [GeneratedRegex("""
        \.Create(?<type>Counter|Gauge|Histogram)\(\s*"(?<name>collab_\w+)",\s*"[^"]*"(?:,\s*new\s+HistogramConfiguration\s*\{(?:[^{}]*?LabelNames\s*=\s*\[(?<list>[^\]]*)\])?|(?<rest>(?:,\s*"\w+")*)\s*\))
        """)]
    private static partial Regex Registration();

    [GeneratedRegex("\"(\\w+)\"")]
    private static partial Regex Quoted();
}
