using Collab.Contracts.Sessions;
using Prometheus;

namespace Collab.Web.Quality;

/// <summary>What clients measure of their connections, see the catalogue of metrics in <c>docs/</c>.</summary>
internal static class QualityMetrics
{
    // From half a millisecond, the next room, to half a minute, where nobody writes together any more.
    private static readonly double[] Seconds = Histogram.ExponentialBuckets(0.0005, 2, 17);

    private static readonly Histogram RoundTrip = Metrics.CreateHistogram(
        "collab_client_rtt_seconds", "Round trip, as clients measure it.", new HistogramConfiguration { Buckets = Seconds });

    private static readonly Histogram Jitter = Metrics.CreateHistogram(
        "collab_client_jitter_seconds", "Jitter of the round trip, smoothed (RFC 3550), as clients measure it.", new HistogramConfiguration { Buckets = Seconds });

    private static readonly Histogram Propagation = Metrics.CreateHistogram(
        "collab_client_propagation_seconds", "From the server's order of an operation until another client had it; each report's mean.", new HistogramConfiguration { Buckets = Seconds });

    private static readonly Histogram ResentRatio = Metrics.CreateHistogram(
        "collab_client_resent_ratio", "Submissions of a client that it had sent before, of all since its last report.",
        new HistogramConfiguration { Buckets = [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1] });

    private static readonly Histogram UpdateRate = Metrics.CreateHistogram(
        "collab_client_update_rate", "Operations per second that a client received since its last report.",
        new HistogramConfiguration { Buckets = [0, .. Histogram.ExponentialBuckets(0.25, 2, 14)] });

    private static readonly Histogram ReceiveRate = Metrics.CreateHistogram(
        "collab_client_receive_bytes_per_second", "Bytes per second that a client's connection received since its last report.",
        new HistogramConfiguration { Buckets = [0, .. Histogram.ExponentialBuckets(16, 4, 12)] });

    public static void Observe(ConnectionSample sample)
    {
        Observe(RoundTrip, sample.RoundTrip?.TotalSeconds);
        Observe(Jitter, sample.Jitter?.TotalSeconds);
        Observe(Propagation, sample.Propagation?.TotalSeconds);
        Observe(ResentRatio, sample.ResentRatio);
        Observe(UpdateRate, sample.UpdatesPerSecond);
        Observe(ReceiveRate, sample.BytesPerSecond);
    }

    private static void Observe(Histogram histogram, double? value)
    {
        if (value is { } measured)
            histogram.Observe(measured);
    }
}
