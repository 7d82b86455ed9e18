namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>Values of labels that nothing causes on one node within minutes, and why. Each metric is moved all the same.</summary>
internal static class NotCausedHere
{
    private const string Any = "*";

    private static readonly (string Metric, string Label, string Why, string[] Values)[] Listed =
    [
        (Any, "store", "the log in memory is for tests, which use it", ["memory"]),
        ("collab_log_trimmed_operations_total", "store", "history is given up on one server", ["postgresql"]),
        ("collab_store_fenced_appends_total", "store", "two processes can't have one SQLite file", ["sqlite"]),
        ("collab_store_errors_total", "error_type", "disks that fail or are full are those of the outage tests; the others pass by too fast", ["io", "full", "timeout", "stopping", "other", "busy"]),
        ("collab_operation_rejections_total", "reason", "some are reasons of other verbs, the others have tests of their own", [Any]),
        ("collab_limit_refusals_total", "limit", "LimitTests and HostLimitTests reach each", [Any]),
        ("collab_errors_total", "component", "each component's own tests cause its errors", [Any]),
        ("collab_errors_total", "code", "each component's own tests cause its errors", [Any]),
        ("collab_unhandled_exceptions_total", "component", "a defect takes a host of a test's own, which HttpMetricsTests and others have", ["http", "hub", "background", "process"]),
        ("collab_session_readmissions_total", "result", "takes a session that went on elsewhere in the same moment, see SessionGrainTests", ["refused"]),
        ("collab_auth_attempts_total", "result", "takes a scheme of the host's own that fails, see AuthenticationTests", ["failed"]),
        ("collab_websocket_messages_total", "type", "an answer to what was sent twice, and a role that becomes smaller", ["acknowledged", "role"]),
        ("collab_websocket_message_size_bytes", "type", "as above", ["acknowledged", "role"]),
        ("collab_messages_sent_total", "type", "as above", ["acknowledged", "role"]),
        ("collab_activity_events_total", "outcome", "takes thousands of events while the log is away, see ActivityWriterTests", ["dropped"]),
        ("collab_stream_publish_total", "status", "takes a cluster whose streams have lost their storage", ["failed"]),
        ("collab_slow_consumers_total", "action", "takes a client that asks without reading until sockets are full, see the hostile suite", ["disconnected"]),
        ("collab_webhook_events_total", "outcome", "takes events older than a minute, or than the activity log keeps, see WebhookTests", ["too_old", "trimmed"]),
        ("collab_circuit_breaker_trips_total", "breaker", "one node does not lose itself", ["cluster-call", "log-read"]),
        ("collab_resilience_events_total", "pipeline", "one node does not lose itself", ["cluster-call"]),
        ("collab_grain_calls_total", "status", "a grain that hangs for half a minute, see ClusterCallTests", ["timeout"]),
        (Any, "grain", "retention runs by the hour, and lists of documents ask for grants where callers have subjects", ["ActivityRetentionGrain", "AccessListGrain"]),
        ("collab_store_query_duration_seconds", "table", "asked of what retention has left of a session, when it comes back with an old sequence", ["sessions"]),
        (Any, "method", "nobody asks in that way; HttpMetricsTests does", ["HEAD", "PATCH", "OPTIONS", "CONNECT", "other", "PUT", "DELETE"]),
        (Any, "generation", "older generations are collected seldom", ["1", "2"]),
        (Any, "engine", "the build has one of them", ["stand-in"]),
        (Any, "scenario", "each scenario shows the same", [Any]),
        ("collab_stress_operations_total", "status", "a server that takes everything refuses nothing, and whoever is thrown out sends nothing; plain requests and connections are seen in the tests of the load tool", ["refused", "unanswered", "failed", "connected", "<number>"]),
        ("collab_stress_errors_total", "error_type", "one run has one error", [Any]),
    ];

    public static bool Says(string metric, string label, string value) =>
        Listed.Any(listed => (listed.Metric == Any || listed.Metric == metric) && listed.Label == label && (listed.Values.Contains(Any) || listed.Values.Contains(value)));
}
