using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Prometheus;

namespace Collab.Grains.Sessions;

/// <summary>What the session grains count; names and labels are those of <c>docs/metrics.md</c>.</summary>
internal static class SessionMetrics
{
    public static readonly Counter Opened = Metrics.CreateCounter("collab_sessions_total", "Sessions opened.");

    public static readonly Gauge Active = Metrics.CreateGauge("collab_active_sessions", "Sessions that are open in this process, waiting ones included.");

    public static readonly Counter Resumes = Metrics.CreateCounter("collab_session_resumes_total", "Joins with a resume token.", "result");

    public static readonly Counter Readmissions = Metrics.CreateCounter(
        "collab_session_readmissions_total", "Sessions that a new authority of their document did not know, by whether their host got them in again.", "result");

    private static readonly Counter Closed = Metrics.CreateCounter("collab_sessions_closed_total", "Sessions closed.", "reason");

    private static readonly Histogram DurationSeconds = Metrics.CreateHistogram(
        "collab_session_duration_seconds", "From a session's opening to its close.",
        new HistogramConfiguration { LabelNames = ["reason"], Buckets = Histogram.ExponentialBuckets(60, 2, 8) });

    public static void Close(SessionCloseReason reason, TimeSpan duration)
    {
        string word = RefusalReasons.SnakeCase(reason.ToString());
        Active.Dec();
        Closed.WithLabels(word).Inc();
        DurationSeconds.WithLabels(word).Observe(duration.TotalSeconds);
    }
}
