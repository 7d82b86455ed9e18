using Prometheus;

namespace Collab.Silo.Tracing;

/// <summary>What is traced, see the catalogue of metrics in <c>docs/</c>.</summary>
internal static class TraceMetrics
{
    public static readonly Counter Traces = Metrics.CreateCounter("collab_traces_total", "Traces that were begun here and are recorded.");

    public static readonly Counter Spans = Metrics.CreateCounter("collab_spans_total", "Recorded spans that ended.");
}
