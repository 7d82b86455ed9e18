namespace Collab.Stress.Server;

/// <summary>What a process has used at one moment.</summary>
/// <param name="Cpu">Of all its processors together, since it began.</param>
/// <param name="MemoryBytes">Resident.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long MemoryBytes)
{
    public static ProcessUsage OfThisProcess() => new(Environment.CpuUsage.TotalTime, Environment.WorkingSet);
}
