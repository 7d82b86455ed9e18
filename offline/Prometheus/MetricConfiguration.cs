namespace Prometheus;

/// <summary>What every kind of metric can be given.</summary>
public abstract class MetricConfiguration
{
    private protected MetricConfiguration()
    {
    }

    public string[]? LabelNames { get; set; }

    /// <summary>Whether a series stays hidden until its first value. Default: no, it shows as 0.</summary>
    public bool SuppressInitialValue { get; set; }
}

/// <summary>Configures a counter.</summary>
public sealed class CounterConfiguration : MetricConfiguration;

/// <summary>Configures a gauge.</summary>
public sealed class GaugeConfiguration : MetricConfiguration;

/// <summary>Configures a histogram.</summary>
public sealed class HistogramConfiguration : MetricConfiguration
{
    /// <summary>Upper bounds, increasing; <c>+Inf</c> is added. Default: 5 ms to 10 s, as prometheus-net has it.</summary>
    public double[]? Buckets { get; set; }
}
