using Collab.Grains.Load;
using Prometheus;

namespace Collab.Tests.Load;

/// <summary>What of its metrics a host tells.</summary>
public sealed class RegistryReadingTests
{
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();

    [Fact]
    public async Task Labels_that_nobody_looks_at_are_summed_away_and_other_metrics_left_out()
    {
        var metrics = Metrics.WithCustomRegistry(_registry);
        var operations = metrics.CreateCounter("collab_operations_total", "x", "kind", "outcome");
        operations.WithLabels("text", "applied").Inc(3);
        operations.WithLabels("richtext", "applied").Inc(4);
        operations.WithLabels("text", "rejected").Inc(1);
        metrics.CreateGauge("collab_active_sessions", "x").Set(2.5);
        metrics.CreateCounter("collab_presence_updates_total", "x").Inc(9);
        metrics.CreateHistogram("collab_log_batch_size", "x", ["store"], new HistogramConfiguration { Buckets = [1, 8] }).WithLabels("sqlite").Observe(5);
        var reading = new RegistryReading(_registry);

        double[] values = await reading.TakeAsync(default);
        Assert.Equal(
            [
                ("collab_active_sessions", 2.5),
                ("collab_log_batch_size_bucket{le=\"+Inf\"}", 1), ("collab_log_batch_size_bucket{le=\"1\"}", 0), ("collab_log_batch_size_bucket{le=\"8\"}", 1),
                ("collab_log_batch_size_count", 1), ("collab_log_batch_size_sum", 5),
                ("collab_operations_total{outcome=\"applied\"}", 7), ("collab_operations_total{outcome=\"rejected\"}", 1),
            ],
            reading.Series.Zip(values).OrderBy(pair => pair.First, StringComparer.Ordinal));

        operations.WithLabels("text", "applied").Inc();
        operations.WithLabels("text", "rebased").Inc();
        double[] later = await reading.TakeAsync(default);
        Assert.Equal(values.Length + 1, later.Length);
        Assert.Equal(8, later[reading.Series.ToList().IndexOf("collab_operations_total{outcome=\"applied\"}")]);
        Assert.Equal(("collab_operations_total{outcome=\"rebased\"}", 1), (reading.Series[^1], later[^1]));
    }
}
