using Collab.Stress.Integrity;
using Prometheus;

namespace Collab.Stress.Reporting;

/// <summary>What a run counts, on <c>/metrics</c>.</summary>
internal sealed class StressMetrics
{
    private static readonly Counter Operations = Metrics.CreateCounter("collab_stress_operations_total", "Edits by how they ended.", "scenario", "status");

    private static readonly Histogram Latency = Metrics.CreateHistogram(
        "collab_stress_latency_seconds",
        "From when an edit was due until its author had it back, durable.",
        new HistogramConfiguration { LabelNames = ["scenario"], Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });

    private static readonly Histogram Propagation = Metrics.CreateHistogram(
        "collab_stress_propagation_seconds",
        "From an author's sending until another client has applied it, once for each of them.",
        new HistogramConfiguration { LabelNames = ["scenario"], Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });

    private static readonly Histogram Lateness = Metrics.CreateHistogram(
        "collab_stress_lateness_seconds",
        "How long after it was due the tool itself began something.",
        new HistogramConfiguration { LabelNames = ["scenario"], Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });

    private static readonly Gauge Clients = Metrics.CreateGauge("collab_stress_clients", "Clients that are connected.", "scenario");

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
    private readonly Histogram.Child _propagation;
    private readonly Histogram.Child _lateness;
    private readonly Gauge.Child _clients;
    private readonly Gauge.Child _rate;
    private readonly Gauge.Child _seconds;
    private readonly Gauge.Child _success;
    private TimeSpan _measuredAt;
    private long _measuredSucceeded;

    public StressMetrics(string scenario)
    {
        _scenario = scenario;
        // All of them from the start: a rate over a counter that appears with its first error misses that error.
        _acknowledged = Operations.WithLabels(scenario, "acknowledged");
        _ = Operations.WithLabels(scenario, "refused");
        _ = Operations.WithLabels(scenario, "unanswered");
        _latency = Latency.WithLabels(scenario);
        _propagation = Propagation.WithLabels(scenario);
        _lateness = Lateness.WithLabels(scenario);
        _clients = Clients.WithLabels(scenario);
        _rate = Rate.WithLabels(scenario);
        _seconds = Seconds.WithLabels(scenario);
        _success = Success.WithLabels(scenario);
        _success.Set(1);
    }

    /// <param name="status">What an operation was answered; <c>failed</c>, <c>unanswered</c>: by nothing.</param>
    public void Ended(string status, int times = 1) => (status == "acknowledged" ? _acknowledged : Operations.WithLabels(_scenario, status)).Inc(times);

    public void Took(TimeSpan latency) => _latency.Observe(latency.TotalSeconds);

    public void Propagated(TimeSpan latency) => _propagation.Observe(latency.TotalSeconds);

    public void Late(TimeSpan lateness) => _lateness.Observe(lateness.TotalSeconds);

    /// <param name="by">One came, or minus one: one left.</param>
    public void ClientsChanged(int by) => _clients.Inc(by);

    /// <param name="type">An error code of the protocol, <c>unanswered</c>, <c>diverged</c> or <c>integrity</c>.</param>
    public void Went(string type, int times)
    {
        Errors.WithLabels(_scenario, type).Inc(times);
        _success.Set(0);
    }

    /// <summary>Called about once a second.</summary>
    public void TimePassed(TimeSpan sinceStart, long succeeded)
    {
        _seconds.Set(sinceStart.TotalSeconds);
        // The last piece of a run may be a moment: too short to say a rate of.
        if (sinceStart - _measuredAt < TimeSpan.FromSeconds(0.5))
            return;
        _rate.Set((succeeded - _measuredSucceeded) / (sinceStart - _measuredAt).TotalSeconds);
        (_measuredSucceeded, _measuredAt) = (succeeded, sinceStart);
    }

    public void Checked(IntegrityReport report) => Integrity.WithLabels(_scenario).Set(report.Ratio);
}
