using System.Text;

namespace Collab.Stress.Reporting;

/// <summary>The end of a run for people.</summary>
internal static class Summary
{
    public static string Of(RunReport report)
    {
        var (totals, latency) = (report.Totals, report.Latency);
        var text = new StringBuilder();
        text.AppendLine($"operations {totals.Succeeded} of {totals.Attempted} succeeded in {totals.Seconds:0.0} s, {totals.PerSecond:0.0}/s");
        text.AppendLine($"latency    min {latency.Min:0.0} ms, mean {latency.Mean:0.0}, p50 {latency.P50:0.0}, p90 {latency.P90:0.0}, p95 {latency.P95:0.0}, p99 {latency.P99:0.0}, p99.9 {latency.P999:0.0}, max {latency.Max:0.0}");
        text.Append($"errors     {(report.Errors.Count == 0 ? "none" : string.Join(", ", report.Errors.Select(error => $"{error.Key} {error.Value}")))}");
        if (report.Integrity is not { } integrity)
            return text.ToString();
        text.AppendLine().Append($"integrity  {integrity.Found} of {integrity.Acknowledged} acknowledged operations found, {integrity.Doubled} doubled: {(integrity.IsWhole ? "whole" : "NOT WHOLE")}");
        foreach (string finding in integrity.Findings)
            text.AppendLine().Append("           ").Append(finding);
        if (integrity.FindingsTotal > integrity.Findings.Count)
            text.AppendLine().Append($"           … and {integrity.FindingsTotal - integrity.Findings.Count} findings more");
        foreach (string gap in integrity.NotCompared)
            text.AppendLine().Append("           not compared: ").Append(gap);
        return text.ToString();
    }
}
