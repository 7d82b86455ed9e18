using Collab.Silo.Clustering;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo.Readiness;

/// <summary>A client of the cluster is ready when it is connected to a silo.</summary>
internal sealed class ClientReadiness(ClusterConnection connection) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        connection.Gateways is > 0 and var gateways
            ? HealthCheckResult.Healthy($"connected to {gateways} silos")
            : HealthCheckResult.Unhealthy("connected to no silo"));
}
