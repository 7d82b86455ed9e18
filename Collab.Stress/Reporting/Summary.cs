using System.Globalization;
using System.Text;
using Collab.Stress.Integrity;

namespace Collab.Stress.Reporting;

/// <summary>The end of a run for people.</summary>
internal static class Summary
{
    private const int HistogramRows = 14;
    private const int BarLength = 40;

    public static string Of(RunReport report, Paint paint)
    {
        var text = new StringBuilder();
        var (plan, totals, latency, errors) = (report.Plan!, report.Totals!, report.Latency!, report.Errors!);
        Line("operations", $"{totals.Succeeded} succeeded, {totals.Failed} failed, {totals.Unanswered} unanswered in {totals.Seconds:0.0} s: {totals.PerSecond:0.0}/s");
        Line("latency", $"{Quantiles(latency)}, from {(plan.Loop == "open" ? "when each was due" : "sending each: the next waits for it")}");
        if (report.Propagation is { } propagation)
            Line("propagation", $"{Quantiles(propagation)}, from an author's sending to another's applying");
        if (report.Admission is { } admission)
            Line("admission", $"{Quantiles(admission)}, from wanting in, or being cut off, to being in");
        if (report.Lateness is { } lateness)
            Line("lateness", $"{Quantiles(lateness)}, of the tool itself");
        Histogram(text, latency);
        Line("statuses", Counts(report.Statuses!));
        Line("errors", errors.Count == 0 ? "none" : paint.Bad(Counts(errors)));
        if (report.Happenings is { Count: > 0 } happenings)
            Line("happenings", Counts(happenings));
        if (totals.BytesSent + totals.BytesReceived > 0)
            Line("bytes", $"{Size(totals.BytesSent)} sent, {Size(totals.BytesReceived)} received");
        if (report.Server is { } server)
            Line("server", Usage(server.CpuSeconds, server.CpuUsPerOperation, server.MemoryPeakBytes, totals.Seconds));
        if (report.Tool is { } tool)
            Line("tool", $"{Usage(tool.CpuSeconds, tool.CpuUsPerOperation, tool.MemoryPeakBytes, totals.Seconds)}, {tool.GcPauseMs:0} ms of GC pauses");
        foreach (string sign in ToolLimit.SignsIn(report))
            text.AppendLine(paint.Warning($"WARNING: {sign}."));
        if (report.Interrupted)
            text.AppendLine(paint.Warning($"interrupted after {totals.Seconds:0.0} of {plan.DurationSeconds:0.#} s"));
        if (report.Integrity is { } integrity)
            Integrity(text, integrity, paint);
        return text.ToString().TrimEnd();

        void Line(string name, string what) => text.AppendLine(CultureInfo.InvariantCulture, $"{name,-12}{what}");
    }

    private static void Integrity(StringBuilder text, IntegrityReport integrity, Paint paint)
    {
        const string Indent = "            ";
        string end = integrity.IsWhole ? paint.Good("whole") : paint.Bad("NOT WHOLE");
        text.AppendLine(CultureInfo.InvariantCulture, $"{"integrity",-12}{integrity.Found} of {integrity.Acknowledged} acknowledged operations found, {integrity.Doubled} doubled: {end}");
        foreach (string finding in integrity.Findings)
            text.Append(Indent).AppendLine(finding);
        if (integrity.FindingsTotal > integrity.Findings.Count)
            text.Append(Indent).AppendLine(CultureInfo.InvariantCulture, $"… and {integrity.FindingsTotal - integrity.Findings.Count} findings more");
        foreach (string gap in integrity.NotCompared)
            text.Append(Indent).Append("not compared: ").AppendLine(gap);
    }

    private static void Histogram(StringBuilder text, LatencyReport latency)
    {
        var rows = latency.Buckets;
        while (rows.Count > HistogramRows)
            rows = [.. rows.Chunk(2).Select(pair => new LatencyBucket(pair[^1].UpToMs, pair.Sum(bucket => bucket.Count)))];
        long most = rows.Count > 0 ? rows.Max(row => row.Count) : 0;
        foreach (var row in rows)
        {
            // Something is never no bar.
            int length = row.Count == 0 ? 0 : Math.Max(1, (int)(row.Count * BarLength / most));
            text.AppendLine(CultureInfo.InvariantCulture, $"  ≤ {row.UpToMs,9:0.0##} ms  {new string('#', length),-BarLength}  {row.Count,9} {(double)row.Count / latency.Count,6:P1}");
        }
    }

    private static string Quantiles(LatencyReport latency) => string.Create(
        CultureInfo.InvariantCulture,
        $"min {latency.Min:0.0} ms, mean {latency.Mean:0.0}, p50 {latency.P50:0.0}, p90 {latency.P90:0.0}, p95 {latency.P95:0.0}, p99 {latency.P99:0.0}, p99.9 {latency.P999:0.0}, max {latency.Max:0.0}");

    private static string Counts(IReadOnlyDictionary<string, long> counts) => counts.Count == 0 ? "none" : string.Join(", ", counts.OrderByDescending(count => count.Value).Select(count => $"{count.Key} {count.Value}"));

    private static string Usage(double cpuSeconds, double? usPerOperation, long memoryBytes, double seconds)
    {
        string each = usPerOperation is { } us ? string.Create(CultureInfo.InvariantCulture, $", {us:0} µs for each that succeeded") : "";
        double share = seconds > 0 ? cpuSeconds / (seconds * Environment.ProcessorCount) : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{cpuSeconds:0.0} s of CPU, {share:P0} of {Environment.ProcessorCount} processors{each}, {Size(memoryBytes)} at most");
    }

    private static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} bytes",
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
    };
}
