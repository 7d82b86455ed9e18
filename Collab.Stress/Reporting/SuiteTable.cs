using System.Globalization;
using System.Text;

namespace Collab.Stress.Reporting;

/// <summary>All runs of a suite side by side.</summary>
internal static class SuiteTable
{
    public static string Of(IReadOnlyList<RunReport> reports, IReadOnlyList<(string Scenario, string Failure)> failures, Paint paint)
    {
        var text = new StringBuilder();
        text.AppendLine().AppendLine(paint.Strong($"{"scenario",-16} {"succeeded",10} {"per second",10} {"p50 ms",8} {"p99 ms",8} {"errors",8} {"integrity",10}  outcome"));
        foreach (var report in reports)
        {
            long errors = report.Errors!.Values.Sum();
            string integrity = report.Integrity is { } found ? found.Ratio.ToString("P2", CultureInfo.InvariantCulture) : "–";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{report.Scenario,-16} {report.Totals!.Succeeded,10} {report.Totals.PerSecond,10:0.0} {report.Latency!.P50,8:0.0} {report.Latency.P99,8:0.0} {errors,8} {integrity,10}  ");
            text.AppendLine(report.Outcome switch
            {
                RunOutcome.Whole => paint.Good("whole"),
                RunOutcome.Errors => paint.Warning("errors"),
                _ => paint.Bad("NOT WHOLE"),
            });
        }

        foreach (var (scenario, failure) in failures)
            text.AppendLine(CultureInfo.InvariantCulture, $"{scenario,-16} {paint.Bad("not done")}: {failure}");
        return text.ToString().TrimEnd();
    }
}
