namespace Prometheus;

/// <summary>Which of the library's own metrics are turned off.</summary>
public sealed class SuppressDefaultMetricOptions
{
    public bool SuppressProcessMetrics { get; set; }

    public bool SuppressDebugMetrics { get; set; }

    public bool SuppressEventCounters { get; set; }

    public bool SuppressMeters { get; set; }
}
