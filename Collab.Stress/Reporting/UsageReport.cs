using Collab.Stress.Server;

namespace Collab.Stress.Reporting;

/// <summary>What a process used while the load was driven.</summary>
/// <param name="CpuUsPerOperation">Microseconds of processor time for each operation that succeeded; null when none did.</param>
internal sealed record UsageReport(double CpuSeconds, long MemoryPeakBytes, double? CpuUsPerOperation)
{
    /// <returns>Null where nothing is known of the process.</returns>
    public static UsageReport? Of(UsageMeter meter, RunTotals totals) =>
        meter.Used is { } used ? new(used.TotalSeconds, meter.MemoryPeakBytes, totals.Succeeded > 0 ? used.TotalMicroseconds / totals.Succeeded : null) : null;
}
