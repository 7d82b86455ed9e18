namespace Collab.Stress.Reporting;

/// <summary>A step of the run, a second of most.</summary>
/// <param name="AtSeconds">When it ended; the load began to be driven at 0.</param>
/// <param name="Succeeded">Of this step.</param>
/// <param name="Clients">Connected at its end.</param>
/// <param name="LatencyP50">In milliseconds; null where nothing was answered.</param>
/// <param name="ServerCpu">Of all the machine's processors, 0–1; null where the server is elsewhere.</param>
/// <param name="ToolCpu">Of all the machine's processors, 0–1.</param>
internal sealed record TimelinePoint(
    double AtSeconds,
    long Succeeded,
    long Failed,
    int Clients,
    double? LatencyP50,
    double? LatencyP99,
    double? PropagationP99,
    double? ServerCpu,
    long? ServerMemoryBytes,
    double? ToolCpu,
    long? ToolMemoryBytes);
