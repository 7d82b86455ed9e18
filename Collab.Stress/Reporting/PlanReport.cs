namespace Collab.Stress.Reporting;

/// <summary>What was to be done.</summary>
/// <param name="Rps">Of all clients together; null where they go by think time.</param>
/// <param name="Mix">As for <c>--mix</c>; null, as the two that follow, where there are no documents.</param>
/// <param name="Method">Of plain HTTP; null, as the two that follow, elsewhere.</param>
/// <param name="Loop"><c>open</c>: latency counts from when an operation was due; <c>closed</c>: from when it was sent, and the server's pace is the clients'.</param>
internal sealed record PlanReport(int Clients, int Documents, double DurationSeconds, double? Rps, double ThinkTimeMs, string? Mix, string? Paste, int? InsertLength, string? Method, string? Path, bool? KeepAlive, double RampSeconds, double TimeoutSeconds, string Loop)
{
    public static PlanReport Of(StressPlan plan) => new(
        plan.Clients,
        plan.Documents,
        plan.Duration.TotalSeconds,
        plan.Rps,
        plan.ThinkTime.TotalMilliseconds,
        plan.Documents > 0 ? plan.Mix.ToString() : null,
        plan.Documents > 0 ? plan.Pastes.ToString() : null,
        plan.Documents > 0 ? plan.InsertLength : null,
        plan.Call?.Method.Method,
        plan.Call?.Path,
        plan.Call?.KeepsAlive,
        plan.Ramp.TotalSeconds,
        plan.Timeout.TotalSeconds,
        plan.IsOpenLoop ? "open" : "closed");
}
