using Collab.Stress.Reporting;

namespace Collab.Tests.Stress;

/// <summary>Counted in buckets, durations keep their quantiles.</summary>
public sealed class LatencyHistogramTests
{
    private static readonly double[] Shares = [0, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Quantiles_are_within_one_percent_of_the_exact_ones(int seed)
    {
        var random = new Random(seed);
        var durations = Durations(random);
        var histogram = new LatencyHistogram();
        foreach (var duration in durations)
            histogram.Add(duration);

        var seen = histogram.Snapshot();
        Assert.Equal(durations.Count, seen.Count);
        Assert.Equal(durations.Min(), seen.Min);
        Assert.Equal(durations.Max(), seen.Max);
        Assert.Equal(durations.Average(duration => duration.TotalMilliseconds), seen.Mean.TotalMilliseconds, tolerance: 0.001);
        AssertQuantiles(seed, durations, seen);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Histograms_merge_into_that_of_all(int seed)
    {
        var random = new Random(seed);
        var (some, others) = (Durations(random), Durations(random));
        var (merged, second) = (new LatencyHistogram(), new LatencyHistogram());
        some.ForEach(merged.Add);
        others.ForEach(second.Add);
        merged.Add(second);

        List<TimeSpan> all = [.. some, .. others];
        Assert.Equal((all.Count, all.Min(), all.Max()), ((int)merged.Count, merged.Min, merged.Max));
        AssertQuantiles(seed, all, merged.Snapshot());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void What_came_since_a_snapshot_has_quantiles_of_its_own(int seed)
    {
        var random = new Random(seed);
        var (before, after) = (Durations(random), Durations(random));
        var histogram = new LatencyHistogram();
        before.ForEach(histogram.Add);
        var earlier = histogram.Snapshot();
        after.ForEach(histogram.Add);

        AssertQuantiles(seed, after, histogram.Snapshot().Since(earlier));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_bars_hold_every_duration_once_below_their_ends(int seed)
    {
        var durations = Durations(new Random(seed));
        var histogram = new LatencyHistogram();
        durations.ForEach(histogram.Add);

        var report = LatencyReport.Of(histogram);
        Assert.Equal(durations.Count, report.Buckets.Sum(bucket => bucket.Count));
        Assert.Equal(report.Buckets.Select(bucket => bucket.UpToMs).Order(), report.Buckets.Select(bucket => bucket.UpToMs));
        foreach (var bucket in report.Buckets)
        {
            long below = report.Buckets.TakeWhile(other => other != bucket).Sum(other => other.Count) + bucket.Count;
            // A bucket of the histogram may reach over the end of a bar: that is the 0.8 %.
            Assert.InRange(below, durations.Count(duration => duration.TotalMilliseconds <= bucket.UpToMs / 1.01), durations.Count(duration => duration.TotalMilliseconds <= bucket.UpToMs * 1.01));
        }
    }

    [Fact]
    public void Additions_from_many_threads_are_all_counted()
    {
        var histogram = new LatencyHistogram();
        Parallel.For(0, 8, thread =>
        {
            for (int i = 1; i <= 10_000; i++)
                histogram.Add(TimeSpan.FromMicroseconds((thread * 10_000) + i));
        });

        Assert.Equal((80_000, TimeSpan.FromMicroseconds(1), TimeSpan.FromMilliseconds(80)), ((int)histogram.Count, histogram.Min, histogram.Max));
        Assert.InRange(histogram.Snapshot().Quantile(0.5).TotalMilliseconds, 40, 40.4);
    }

    [Fact]
    public void Nothing_has_no_quantiles_and_what_is_beyond_an_hour_counts_as_one()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal((0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero), ((int)histogram.Count, histogram.Min, histogram.Mean, histogram.Snapshot().Quantile(0.99)));

        histogram.Add(TimeSpan.FromDays(1));
        histogram.Add(TimeSpan.FromSeconds(-1));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromHours(1)), (histogram.Min, histogram.Max));
    }

    // Of every size: from some microseconds to minutes, all alike or wide apart.
    private static List<TimeSpan> Durations(Random random)
    {
        double least = Math.Pow(10, random.Next(-6, 0));
        double decades = random.NextDouble() * 4;
        return [.. Enumerable.Range(0, random.Next(1, 5000)).Select(_ => TimeSpan.FromSeconds(least * Math.Pow(10, random.NextDouble() * decades)))];
    }

    private static void AssertQuantiles(int seed, List<TimeSpan> durations, LatencySnapshot seen)
    {
        TimeSpan[] sorted = [.. durations.Order()];
        foreach (double share in Shares)
        {
            var exact = sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
            var counted = seen.Quantile(share);
            Assert.True(counted >= exact && counted <= exact * 1.008, $"Seed {seed}: of {sorted.Length} durations, the share {share} is up to {exact}, and {counted} is said.");
        }
    }
}
