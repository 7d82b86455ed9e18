using Collab.Contracts.Activity;
using Prometheus;

namespace Collab.Grains.Activity;

/// <summary>What the way of activity counts; names and labels are those of <c>docs/metrics.md</c>.</summary>
internal static class ActivityMetrics
{
    // The label "stream": the stream provider's name, so that a host's own streams may stand beside it.
    private const string Stream = ActivityStream.Provider;

    public static readonly Counter.Child MessagesOut = Messages("out");

    public static readonly Counter.Child MessagesIn = Messages("in");

    public static readonly Gauge.Child Lag = Metrics.CreateGauge(
        "collab_stream_lag", "Events that happened in this process and are not yet in the activity log and on the stream.", "stream").WithLabels(Stream);

    public static readonly Gauge.Child Active = Metrics.CreateGauge(
        "collab_active_streams", "Streams that this process has published on since it started.", "stream").WithLabels(Stream);

    public static readonly Histogram.Child ConsumeSeconds = Metrics.CreateHistogram(
        "collab_stream_consume_duration_seconds", "What a consumer takes for one event.",
        new HistogramConfiguration { LabelNames = ["stream"], Buckets = Histogram.ExponentialBuckets(0.00005, 4, 9) }).WithLabels(Stream);

    private static readonly Counter Events = Metrics.CreateCounter(
        "collab_activity_events_total", "Events by what became of them.", "kind", "outcome");

    // There from the start, at 0: of a counter that begins with its first event nobody sees that it increased, and what is dropped is lost.
    private static readonly Dictionary<ActivityKind, Counter.Child> DroppedByKind = Enum.GetValues<ActivityKind>().ToDictionary(kind => kind, kind => Events.WithLabels(ActivityJson.Word(kind), "dropped"));

    public static Counter.Child Publish(string status) => Metrics.CreateCounter(
        "collab_stream_publish_total", "Batches published on a stream.", "stream", "status").WithLabels(Stream, status);

    public static void Appended(ActivityKind kind) => Events.WithLabels(ActivityJson.Word(kind), "appended").Inc();

    public static void Dropped(ActivityKind kind) => DroppedByKind[kind].Inc();

    private static Counter.Child Messages(string direction) => Metrics.CreateCounter(
        "collab_stream_messages_total", "Events published, and events that a consumer took.", "stream", "direction").WithLabels(Stream, direction);
}
