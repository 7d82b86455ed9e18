using Collab.Stress.Integrity;
using Prometheus;

namespace Collab.Stress.Reporting;

/// <summary>What a run counts, for <c>/metrics</c> and for the summary at the end.</summary>
internal sealed class StressMetrics
{
    private static readonly Counter Operations = Metrics.CreateCounter("collab_stress_operations_total", "Edits by how they ended.", "scenario", "status");

    private static readonly Histogram Latency = Metrics.CreateHistogram(
        "collab_stress_latency_seconds",
        "From when an edit was due until its author had it back, durable.",
        new HistogramConfiguration { LabelNames = ["scenario"], Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });

    private static readonly Gauge Rate = Metrics.CreateGauge("collab_stress_rps", "Edits acknowledged per second, over the last second.", "scenario");

    private static readonly Gauge Seconds = Metrics.CreateGauge("collab_stress_duration_seconds", "How long the clients have been editing.", "scenario");

    private static readonly Gauge Success = Metrics.CreateGauge(
        "collab_stress_success", "1 while every edit that was answered was acknowledged and nothing was found to be wrong, 0 from the first that was not.", "scenario");

    private static readonly Gauge Integrity = Metrics.CreateGauge(
        "collab_stress_data_integrity_ratio", "Acknowledged operations that are in their document, of all acknowledged; known at the end.", "scenario");

    private static readonly Counter Errors = Metrics.CreateCounter("collab_stress_errors_total", "What went wrong, by error code.", "scenario", "error_type");

    private readonly string _scenario;
    private readonly Counter.Child _acknowledged;
    private readonly Histogram.Child _latency;
    private readonly Gauge.Child _rate;
    private readonly Gauge.Child _seconds;
    private readonly Gauge.Child _success;
    private TimeSpan _measuredAt;
    private long _measuredAcknowledged;

    public StressMetrics(string scenario)
    {
        _scenario = scenario;
        // All of them from the start: a rate over a counter that appears with its first error misses that error.
        _acknowledged = Operations.WithLabels(scenario, "acknowledged");
        _ = Operations.WithLabels(scenario, "refused");
        _ = Operations.WithLabels(scenario, "unanswered");
        _latency = Latency.WithLabels(scenario);
        _rate = Rate.WithLabels(scenario);
        _seconds = Seconds.WithLabels(scenario);
        _success = Success.WithLabels(scenario);
        _success.Set(1);
    }

    public LatencyStatistics Statistics { get; } = new();

    public void Acknowledged(TimeSpan latency)
    {
        _acknowledged.Inc();
        _latency.Observe(latency.TotalSeconds);
        Statistics.Add(latency);
    }

    /// <param name="reason">The protocol's error code.</param>
    public void Refused(string reason)
    {
        Operations.WithLabels(_scenario, "refused").Inc();
        Failed(reason);
    }

    public void Unanswered(int edits)
    {
        Operations.WithLabels(_scenario, "unanswered").Inc(edits);
        Failed("unanswered", edits);
    }

    /// <param name="type">An error code of the protocol, <c>unanswered</c>, <c>diverged</c> or <c>integrity</c>.</param>
    public void Failed(string type, int times = 1)
    {
        Errors.WithLabels(_scenario, type).Inc(times);
        Statistics.AddErrors(type, times);
        _success.Set(0);
    }

    /// <summary>Called about once a second.</summary>
    public void TimePassed(TimeSpan sinceStart)
    {
        _seconds.Set(sinceStart.TotalSeconds);
        // The last piece of a run may be a moment: too short to say a rate of.
        if (sinceStart - _measuredAt < TimeSpan.FromSeconds(0.5))
            return;
        long acknowledged = Statistics.Count;
        _rate.Set((acknowledged - _measuredAcknowledged) / (sinceStart - _measuredAt).TotalSeconds);
        (_measuredAcknowledged, _measuredAt) = (acknowledged, sinceStart);
    }

    public void Checked(IntegrityReport report)
    {
        Integrity.WithLabels(_scenario).Set(report.Ratio);
        if (!report.IsWhole)
            Failed("integrity", report.Findings.Count);
    }
}
