using System.Text;

namespace Collab.Stress.Reporting;

/// <summary>The end of a run for people, a few lines.</summary>
internal static class Summary
{
    public static string Of(StressResult result)
    {
        var (statistics, integrity) = (result.Statistics, result.Integrity);
        double[] quantiles = statistics.Quantiles(0.5, 0.95, 0.99, 1);
        var text = new StringBuilder();
        text.AppendLine($"edits      {statistics.Count} acknowledged in {result.Edited.TotalSeconds:0.0} s, {statistics.Count / result.Edited.TotalSeconds:0.0}/s");
        text.AppendLine($"latency    p50 {quantiles[0]:0.0} ms, p95 {quantiles[1]:0.0} ms, p99 {quantiles[2]:0.0} ms, max {quantiles[3]:0.0} ms");
        text.AppendLine($"errors     {(statistics.Errors.Count == 0 ? "none" : string.Join(", ", statistics.Errors.Select(error => $"{error.Key} {error.Value}")))}");
        text.Append($"integrity  {integrity.Found} of {integrity.Acknowledged} acknowledged operations found, {integrity.Doubled} doubled: {(integrity.IsWhole ? "whole" : "NOT WHOLE")}");
        foreach (string finding in integrity.Findings)
            text.AppendLine().Append("           ").Append(finding);
        return text.ToString();
    }
}
