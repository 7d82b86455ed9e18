namespace Collab.Stress.Reporting;

/// <summary>What the tool itself used while the load was driven.</summary>
/// <param name="Processors">That this machine has for it.</param>
/// <param name="GcPauseMs">How long its garbage collector held everything up.</param>
internal sealed record ToolReport(double CpuSeconds, long MemoryPeakBytes, double? CpuUsPerOperation, int Processors, double GcPauseMs)
{
    public static ToolReport Of(UsageReport usage, TimeSpan pauses) => new(usage.CpuSeconds, usage.MemoryPeakBytes, usage.CpuUsPerOperation, Environment.ProcessorCount, pauses.TotalMilliseconds);
}
