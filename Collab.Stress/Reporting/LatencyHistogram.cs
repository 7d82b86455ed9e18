using System.Numerics;

namespace Collab.Stress.Reporting;

/// <summary>
/// Counts of durations in buckets that grow with them: any quantile is within 0.8 % of the exact one, from nothing up to an hour; longer ones count as an hour. Takes 36 KiB whatever comes, and additions from any thread without a lock.
/// </summary>
/// <remarks>The idea, buckets that are linear within each doubling, is that of Gil Tene's HdrHistogram (hdrhistogram.org).</remarks>
internal sealed class LatencyHistogram
{
    /// <summary>As long as anything counts.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    // Each doubling is cut into 2^7 = 128 buckets: one is at most 1/128 of what it counts. Below 256 ns each nanosecond has its own.
    private const int Precision = 7;
    private const long LimitNanoseconds = 3_600_000_000_000;

    private readonly long[] _counts = new long[BucketOf(LimitNanoseconds) + 1];
    private long _count;
    private long _sum;
    private long _max;
    private long _min = long.MaxValue;

    public long Count => Interlocked.Read(ref _count);

    /// <summary>Exact. Zero while there is nothing.</summary>
    public TimeSpan Min => Count == 0 ? TimeSpan.Zero : Time(Interlocked.Read(ref _min));

    /// <summary>Exact.</summary>
    public TimeSpan Max => Time(Interlocked.Read(ref _max));

    /// <summary>Exact. Zero while there is nothing.</summary>
    public TimeSpan Mean => Count is > 0 and var count ? Time(Interlocked.Read(ref _sum) / count) : TimeSpan.Zero;

    /// <param name="duration">Below zero counts as zero: two processors' clocks may differ by that much.</param>
    public void Add(TimeSpan duration)
    {
        long nanoseconds = Math.Clamp(duration.Ticks, 0, Limit.Ticks) * TimeSpan.NanosecondsPerTick;
        Interlocked.Increment(ref _counts[BucketOf(nanoseconds)]);
        Interlocked.Add(ref _sum, nanoseconds);
        Raise(ref _max, nanoseconds);
        Lower(ref _min, nanoseconds);
        Interlocked.Increment(ref _count);
    }

    /// <summary>Adds all that <paramref name="other"/> has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int bucket = 0; bucket < _counts.Length; bucket++)
            Interlocked.Add(ref _counts[bucket], Interlocked.Read(ref other._counts[bucket]));
        Interlocked.Add(ref _sum, Interlocked.Read(ref other._sum));
        Raise(ref _max, Interlocked.Read(ref other._max));
        Lower(ref _min, Interlocked.Read(ref other._min));
        Interlocked.Add(ref _count, other.Count);
    }

    /// <summary>What it holds now, while others go on adding.</summary>
    public LatencySnapshot Snapshot()
    {
        long[] counts = new long[_counts.Length];
        for (int bucket = 0; bucket < counts.Length; bucket++)
            counts[bucket] = Interlocked.Read(ref _counts[bucket]);
        return new LatencySnapshot(counts, Min, Mean, Max);
    }

    internal static int BucketOf(long nanoseconds)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds) - Precision);
        return (shift << Precision) + (int)(nanoseconds >> shift);
    }

    /// <summary>The longest that a bucket counts, in nanoseconds.</summary>
    internal static long UpTo(int bucket)
    {
        int shift = Math.Max(0, (bucket >> Precision) - 1);
        return ((bucket - ((long)shift << Precision) + 1) << shift) - 1;
    }

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private static void Raise(ref long most, long value)
    {
        for (long seen = Interlocked.Read(ref most); value > seen;)
        {
            long before = Interlocked.CompareExchange(ref most, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }

    private static void Lower(ref long least, long value)
    {
        for (long seen = Interlocked.Read(ref least); value < seen;)
        {
            long before = Interlocked.CompareExchange(ref least, value, seen);
            if (before == seen)
                return;
            seen = before;
        }
    }
}
