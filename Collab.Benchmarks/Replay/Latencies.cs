using System.Diagnostics;

namespace Collab.Benchmarks.Replay;

/// <summary>A histogram of times with buckets 2 % wide, from 1 µs to hours; one writer each, summed up at the end.</summary>
internal sealed class Latencies
{
    private const double Width = 1.02;

    private readonly long[] _buckets = new long[1200];

    public long Count { get; private set; }

    public void Add(long startTimestamp)
    {
        var microseconds = Math.Max(1, Stopwatch.GetElapsedTime(startTimestamp).TotalMicroseconds);
        _buckets[Math.Min(_buckets.Length - 1, (int)(Math.Log(microseconds) / Math.Log(Width)))]++;
        Count++;
    }

    public void Add(Latencies other)
    {
        for (var i = 0; i < _buckets.Length; i++)
            _buckets[i] += other._buckets[i];
        Count += other.Count;
    }

    /// <summary>In milliseconds; not a number when there is none.</summary>
    public double Quantile(double quantile)
    {
        var seen = 0L;
        for (var i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (Count > 0 && seen >= quantile * Count)
                return Math.Pow(Width, i + 0.5) / 1000;
        }

        return double.NaN;
    }
}
