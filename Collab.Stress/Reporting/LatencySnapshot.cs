namespace Collab.Stress.Reporting;

/// <summary>What a <see cref="LatencyHistogram"/> held at one moment.</summary>
/// <param name="min">Exact, as are mean and max: of the histogram's whole life.</param>
internal sealed class LatencySnapshot(long[] counts, TimeSpan min, TimeSpan mean, TimeSpan max)
{
    public long Count { get; } = counts.Sum();

    public TimeSpan Min => min;

    public TimeSpan Mean => mean;

    public TimeSpan Max => max;

    /// <summary>The duration that this share of all does not exceed: 0.5 is the median. At most 0.8 % too long. Zero where there is nothing.</summary>
    public TimeSpan Quantile(double share)
    {
        long rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Math.Max(1, Count));
        long seen = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            seen += counts[bucket];
            if (seen < rank)
                continue;
            var upTo = TimeSpan.FromTicks(LatencyHistogram.UpTo(bucket) / TimeSpan.NanosecondsPerTick);
            return upTo > max ? max : upTo < min ? min : upTo;
        }

        return TimeSpan.Zero;
    }

    /// <summary>What came since <paramref name="earlier"/>, of the same histogram: its quantiles are of that time alone.</summary>
    public LatencySnapshot Since(LatencySnapshot earlier)
    {
        long[] since = new long[counts.Length];
        for (int bucket = 0; bucket < since.Length; bucket++)
            since[bucket] = counts[bucket] - earlier.CountOf(bucket);
        return new LatencySnapshot(since, min, mean, max);
    }

    /// <summary>How many lie within each doubling, from the first that has some to the last: what a histogram of some lines shows.</summary>
    public IEnumerable<(TimeSpan UpTo, long Count)> Doublings()
    {
        var doublings = new List<(TimeSpan UpTo, long Count)>();
        long limit = 125_000;
        long within = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            for (; LatencyHistogram.UpTo(bucket) > limit; limit *= 2, within = 0)
                doublings.Add((TimeSpan.FromTicks(limit / TimeSpan.NanosecondsPerTick), within));
            within += counts[bucket];
        }

        doublings.Add((TimeSpan.FromTicks(limit / TimeSpan.NanosecondsPerTick), within));
        int last = doublings.FindLastIndex(doubling => doubling.Count > 0);
        return doublings.Take(last + 1).SkipWhile(doubling => doubling.Count == 0);
    }

    private long CountOf(int bucket) => counts[bucket];
}
