using Prometheus;

namespace Collab.Observability.Runtime;

/// <summary>What prometheus-net does by itself, as a program of Collab wants it. An application around Collab decides for itself.</summary>
public static class LibraryDefaults
{
    /// <summary>Before anything else that a program does: it is for the process, and for metrics that are made from then on.</summary>
    public static void Replace()
    {
        // Hosts show a closed list in their place, EngineMeters.
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressMeters = true, SuppressEventCounters = true });
        // A trace's id with every number would cost more than the number; and ASP.NET Core begins a trace with every request, whether anybody exports it or not.
        Metrics.DefaultFactory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
    }
}
