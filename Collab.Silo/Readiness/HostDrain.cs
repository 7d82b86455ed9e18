using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo.Readiness;

/// <summary>Whether this host is on its way out, from the first word of its end on. Once it is, it is not ready, and whoever spreads connections sends no more.</summary>
public sealed class HostDrain(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public bool HasBegun => lifetime.ApplicationStopping.IsCancellationRequested;

    Task<HealthCheckResult> IHealthCheck.CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(HasBegun ? HealthCheckResult.Unhealthy("draining") : HealthCheckResult.Healthy("serving"));
}
