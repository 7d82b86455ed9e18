namespace Collab.Stress.Reporting;

/// <summary>How the load was driven.</summary>
/// <param name="IsInterrupted">Before its time.</param>
/// <param name="GarbagePauses">The tool's own, meanwhile.</param>
internal sealed record DrivenRun(TimeSpan Time, bool IsInterrupted, Timeline Timeline, TimeSpan GarbagePauses);
