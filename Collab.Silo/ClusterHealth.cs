using Collab.Contracts.Documents;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo;

/// <summary>Ready is who gets an answer from the cluster and, through it, from the log.</summary>
internal sealed class ClusterHealth(IGrainFactory grains) : IHealthCheck
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var page = await grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key).List(null, 1).WaitAsync(AnswerLimit, cancellationToken);
            return page.Refusal is { } refusal ? HealthCheckResult.Unhealthy($"log: {refusal.Detail}") : HealthCheckResult.Healthy("log: reachable");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"cluster: no answer ({failure.GetType().Name})");
        }
    }
}
