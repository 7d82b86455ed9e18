using System.Text.Json.Serialization;

namespace Collab.Stress.Reporting;

/// <summary>Durations, in milliseconds. Quantiles are at most 0.8 % too long; min, mean and max are exact.</summary>
/// <param name="Buckets">How many lie within each quarter of a doubling, above the one before and up to its end.</param>
internal sealed record LatencyReport(
    long Count, double Min, double Mean, double P50, double P90, double P95, double P99, [property: JsonPropertyName("p99_9")] double P999, double Max, IReadOnlyList<LatencyBucket> Buckets)
{
    public static LatencyReport Of(LatencyHistogram histogram)
    {
        var seen = histogram.Snapshot();
        return new LatencyReport(
            seen.Count,
            seen.Min.TotalMilliseconds,
            seen.Mean.TotalMilliseconds,
            At(0.5),
            At(0.9),
            At(0.95),
            At(0.99),
            At(0.999),
            seen.Max.TotalMilliseconds,
            [.. seen.Steps(perDoubling: 4).Select(step => new LatencyBucket(step.UpTo.TotalMilliseconds, step.Count))]);

        double At(double share) => seen.Quantile(share).TotalMilliseconds;
    }
}

internal sealed record LatencyBucket(double UpToMs, long Count);
