using Prometheus;

namespace Collab.Silo.Instruments;

/// <summary>What prometheus-net does by itself, as a program of Collab wants it. An application around Collab decides for itself.</summary>
internal static class LibraryDefaults
{
    /// <summary>Before anything else that a program does: it is for the process, and for metrics that are made from then on.</summary>
    public static void Replace()
    {
        // In their place: EngineMeters.
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressMeters = true, SuppressEventCounters = true });
        // A trace's id with every number would cost more than the number; and ASP.NET Core begins a trace with every request, whether anybody exports it or not.
        Metrics.DefaultFactory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
    }
}
