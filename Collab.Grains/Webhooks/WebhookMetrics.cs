using Prometheus;

namespace Collab.Grains.Webhooks;

/// <summary>What one endpoint's deliveries count; names and labels are those of <c>docs/metrics.md</c>. Endpoints are configured, so the label's values are a closed set.</summary>
internal sealed class WebhookMetrics(string endpoint)
{
    private static readonly Counter DeliveriesTotal = Metrics.CreateCounter(
        "collab_webhook_deliveries_total", "Deliveries by how a round of attempts ended.", "endpoint", "outcome");

    private static readonly Counter EventsTotal = Metrics.CreateCounter("collab_webhook_events_total", "Events by what became of them.", "endpoint", "outcome");

    private static readonly Histogram Seconds = Metrics.CreateHistogram(
        "collab_webhook_request_duration_seconds", "One request, until the head of its answer or its failure.",
        new HistogramConfiguration { LabelNames = ["endpoint"], Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });

    private static readonly Gauge LagEvents = Metrics.CreateGauge("collab_webhook_lag", "Events in the activity log behind the endpoint's cursor.", "endpoint");

    private static readonly Gauge DeadLetterCount = Metrics.CreateGauge("collab_webhook_dead_letters", "Deliveries given up and kept.", "endpoint");

    public Histogram.Child RequestSeconds { get; } = Seconds.WithLabels(endpoint);

    public Gauge.Child Lag { get; } = LagEvents.WithLabels(endpoint);

    public Gauge.Child DeadLetters { get; } = DeadLetterCount.WithLabels(endpoint);

    public Counter.Child Deliveries(string outcome) => DeliveriesTotal.WithLabels(endpoint, outcome);

    /// <param name="outcome"><c>delivered</c>, <c>dead_letter</c>, <c>too_old</c> (over the endpoint's <c>MaxAge</c>), <c>trimmed</c> (the activity log gave it up first).</param>
    public Counter.Child Events(string outcome) => EventsTotal.WithLabels(endpoint, outcome);
}
