namespace Collab.Stress.Reporting;

/// <summary>Every latency of a run, exactly, and errors by type. May be added to from any thread.</summary>
internal sealed class LatencyStatistics
{
    private readonly Lock _lock = new();
    private readonly List<float> _milliseconds = [];
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);

    public long Count
    {
        get
        {
            lock (_lock)
                return _milliseconds.Count;
        }
    }

    public IReadOnlyDictionary<string, long> Errors
    {
        get
        {
            lock (_lock)
                return new SortedDictionary<string, long>(_errors, StringComparer.Ordinal);
        }
    }

    public void Add(TimeSpan latency)
    {
        lock (_lock)
            _milliseconds.Add((float)latency.TotalMilliseconds);
    }

    public void AddErrors(string type, int times)
    {
        lock (_lock)
            _errors[type] = _errors.GetValueOrDefault(type) + times;
    }

    /// <summary>In milliseconds, for each of these shares of all: 0.5 is the median. Nothing was measured: all 0.</summary>
    public double[] Quantiles(params ReadOnlySpan<double> shares)
    {
        float[] sorted;
        lock (_lock)
            sorted = [.. _milliseconds];
        Array.Sort(sorted);
        double[] quantiles = new double[shares.Length];
        for (int i = 0; i < shares.Length && sorted.Length > 0; i++)
            quantiles[i] = sorted[Math.Clamp((int)Math.Ceiling(shares[i] * sorted.Length) - 1, 0, sorted.Length - 1)];
        return quantiles;
    }
}
