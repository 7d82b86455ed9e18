using Collab.Resilience;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo.Readiness;

/// <summary>A host is ready while no breaker refuses what it can't serve anybody without: its log, or its cluster. A webhook's endpoint that is away is none of its clients' business.</summary>
internal sealed class BreakerReadiness(IServiceProvider services) : IHealthCheck
{
    private static readonly PipelineName[] Needed = [PipelineName.LogAppend, PipelineName.LogRead, PipelineName.ClusterCall];

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        string[] open = [.. Needed.Where(name => services.GetKeyedService<Pipeline>(name)?.RefusesFor is not null).Select(name => name.Word())];
        return Task.FromResult(open.Length == 0 ? HealthCheckResult.Healthy("closed") : HealthCheckResult.Unhealthy($"open: {string.Join(", ", open)}"));
    }
}
