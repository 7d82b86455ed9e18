namespace Collab.Stress.Reporting;

/// <summary>Whether the numbers of a run may be the tool's own, not the server's. The page that shows a report judges alike.</summary>
internal static class ToolLimit
{
    private const double BusyShare = 0.8;

    // Timers are some milliseconds late by themselves; and a tenth of what is measured is not to be seen in it.
    private const double LatenessMs = 10;
    private const double LatenessOfLatency = 0.1;

    /// <returns>One sentence for each sign.</returns>
    public static IEnumerable<string> SignsIn(RunReport report)
    {
        if (report is { Lateness: { } lateness, Latency: { } latency } && lateness.P99 > Math.Max(LatenessMs, latency.P99 * LatenessOfLatency))
            yield return $"the tool itself was late: one operation in a hundred began {lateness.P99:0} ms or more after it was due, and that much of its latency is not the server's";
        if (report is { Tool: { } tool, Totals: { Seconds: > 0 } totals } && tool.CpuSeconds / (totals.Seconds * tool.Processors) is > BusyShare and var share)
            yield return $"the tool used {share:P0} of this machine's {tool.Processors} processors: it, not the server, may be the limit; run two of them on two machines";
        else if (report is { Tool: { } own, Server: { } server, Totals: { Seconds: > 0 } run } && (own.CpuSeconds + server.CpuSeconds) / (run.Seconds * own.Processors) is > 0.9 and var both)
            yield return $"server and tool used {both:P0} of this machine's {own.Processors} processors together: each would do more with the other elsewhere";
    }
}
