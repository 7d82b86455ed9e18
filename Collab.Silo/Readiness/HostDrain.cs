using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo.Readiness;

/// <summary>Whether this host is on its way out. Once it is, it is not ready, and whoever spreads connections sends no more.</summary>
public sealed class HostDrain(IHostApplicationLifetime lifetime) : IHealthCheck
{
    private volatile bool _hasBegun;

    /// <summary>True from <see cref="Begin"/> or the first word of the host's end on, for ever.</summary>
    public bool HasBegun => _hasBegun || lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Says so before the host stops.</summary>
    public void Begin() => _hasBegun = true;

    Task<HealthCheckResult> IHealthCheck.CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(HasBegun ? HealthCheckResult.Unhealthy("draining") : HealthCheckResult.Healthy("serving"));
}
