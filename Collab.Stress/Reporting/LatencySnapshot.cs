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

    /// <summary>How many lie within each step, from the first that has some to the last: the bars of a histogram with a logarithmic axis.</summary>
    /// <param name="perDoubling">How many steps make a doubling: as many bars as there is room for.</param>
    public IEnumerable<(TimeSpan UpTo, long Count)> Steps(int perDoubling)
    {
        var steps = new List<(TimeSpan UpTo, long Count)>();
        long within = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            for (; LatencyHistogram.UpTo(bucket) > Limit(steps.Count); within = 0)
                steps.Add((UpTo(steps.Count), within));
            within += counts[bucket];
        }

        steps.Add((UpTo(steps.Count), within));
        int last = steps.FindLastIndex(step => step.Count > 0);
        return steps.Take(last + 1).SkipWhile(step => step.Count == 0);

        // In nanoseconds, from an eighth of a millisecond on.
        double Limit(int step) => 125_000 * Math.Pow(2, (double)step / perDoubling);
        TimeSpan UpTo(int step) => TimeSpan.FromTicks((long)Limit(step) / TimeSpan.NanosecondsPerTick);
    }

    private long CountOf(int bucket) => counts[bucket];
}
