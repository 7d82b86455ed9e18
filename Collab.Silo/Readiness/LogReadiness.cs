using Collab.Grains.Log;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Collab.Silo.Readiness;

/// <summary>A silo is ready when its log answers.</summary>
internal sealed class LogReadiness(IOperationLog log) : IHealthCheck
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        try
        {
            await log.ListAsync(null, 1, limit.Token);
            return HealthCheckResult.Healthy("reachable");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"no answer within {AnswerLimit.TotalSeconds} s");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The store's own words are for the log: this answer is read without a password.
            return HealthCheckResult.Unhealthy($"away ({failure.GetType().Name})");
        }
    }
}
