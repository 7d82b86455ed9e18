using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo.Readiness;

/// <summary>A silo is ready when the cluster counts it among those that work.</summary>
/// <remarks>It asks this silo alone. A grain's answer would come from wherever the grain is: with the silo that has it, all hosts at once would cease to be ready.</remarks>
internal sealed class SiloReadiness(ISiloStatusOracle silo) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        silo.CurrentStatus == SiloStatus.Active
            ? HealthCheckResult.Healthy("joined")
            : HealthCheckResult.Unhealthy($"the silo is {silo.CurrentStatus.ToString().ToLowerInvariant()}"));
}
