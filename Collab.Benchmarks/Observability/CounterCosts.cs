using System.Diagnostics;
using Prometheus;

namespace Collab.Benchmarks.Observability;

/// <summary>What one update of a metric takes, by one thread alone.</summary>
internal sealed record CounterCosts(double CounterNanoseconds, double GaugeNanoseconds, double HistogramNanoseconds)
{
    private const int Updates = 2_000_000;

    public static CounterCosts Measure()
    {
        var counter = Metrics.CreateCounter("benchmark_counter_total", "Of a benchmark.", "label").WithLabels("value");
        var gauge = Metrics.CreateGauge("benchmark_gauge", "Of a benchmark.", "label").WithLabels("value");
        // As wide as the widest of the product.
        var histogram = Metrics.CreateHistogram("benchmark_seconds", "Of a benchmark.", new HistogramConfiguration { LabelNames = ["label"], Buckets = Histogram.ExponentialBuckets(0.00005, 2, 19) }).WithLabels("value");
        return new CounterCosts(
            Nanoseconds(() => counter.Inc()),
            Nanoseconds(() => gauge.Inc()),
            Nanoseconds(() => histogram.Observe(0.0007)));
    }

    // The best of several: what disturbs makes it slower, never faster.
    private static double Nanoseconds(Action update) => Enumerable.Range(0, 7).Min(_ =>
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Updates; i++)
            update();
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / Updates;
    });
}

/// <summary>How often metrics were updated for one operation, from two scrapes of a process that did nothing else.</summary>
internal sealed record OperationUpdates(double Counters, double Gauges, double Histograms)
{
    // What the scrape itself, the collector and the load reporter move.
    private static readonly string[] Others = ["collab_http_", "collab_runtime_", "dotnet_", "process_", "kestrel_", "orleans_", "prometheus_net_"];

    /// <summary>An operation adds 1 to each counter that it moves; an author's own one to each delivery, too. Gauges it moves up and down: calls under way, appends waiting, entries and bytes of two caches and what these let go.</summary>
    public static OperationUpdates Between(IReadOnlyDictionary<string, double> before, IReadOnlyDictionary<string, double> after, long operations)
    {
        double counters = 0, histograms = 0, calls = 0;
        foreach (var (series, value) in after)
        {
            string name = series.Split('{')[0];
            double moved = (value - before.GetValueOrDefault(series)) / operations;
            if (moved <= 0 || Others.Any(other => name.StartsWith(other, StringComparison.Ordinal)))
                continue;
            // Several of a batch are added at once: at most one addition for each operation.
            if (name.EndsWith("_total", StringComparison.Ordinal))
                counters += Math.Min(1, moved);
            else if (name.EndsWith("_count", StringComparison.Ordinal))
                histograms += moved;
            if (name == "collab_grain_calls_total")
                calls += moved;
        }

        return new OperationUpdates(counters, (2 * calls) + 2 + 8, histograms);
    }

    public string Tell(CounterCosts costs) => FormattableString.Invariant(
        $"Updates for one operation (two scrapes): {Counters:0.0} of counters, {Histograms:0.0} of histograms, at most {Gauges:0.0} of gauges: {((Counters * costs.CounterNanoseconds) + (Histograms * costs.HistogramNanoseconds) + (Gauges * costs.GaugeNanoseconds)) / 1000:0.00} µs (budget, with the filters' own cost: 1 µs).");
}
