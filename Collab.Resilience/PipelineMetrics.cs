using Prometheus;

namespace Collab.Resilience;

/// <summary>What the pipelines count; names and labels are those of <c>docs/metrics.md</c>.</summary>
internal static class PipelineMetrics
{
    public static readonly Gauge BreakerState = Metrics.CreateGauge(
        "collab_circuit_breaker_state", "0 closed, 1 half-open (one call finds out whether things are well again), 2 open.", "breaker");

    public static readonly Counter BreakerTrips = Metrics.CreateCounter("collab_circuit_breaker_trips_total", "Times that a breaker opened, from half-open too.", "breaker");

    public static readonly Counter Events = Metrics.CreateCounter(
        "collab_resilience_events_total", "Attempts repeated (retry) or given up (timeout), and calls refused by an open breaker or a full bulkhead (rejected).", "pipeline", "event");
}
