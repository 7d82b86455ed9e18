using Collab.Contracts.Activity;
using Microsoft.Extensions.Hosting;

namespace Collab.Grains.Activity;

/// <summary>Has retention applied from time to time. Every silo asks; one grain does it, so that one at a time deletes.</summary>
internal sealed class ActivityRetention(IGrainFactory grains, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Spread over the period, so that the silos of a cluster that starts do not all ask at once.
        await WaitAsync(Period * Random.Shared.NextDouble(), stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            // A failure is the grain's to log; a silo that can't be reached is everybody's trouble and shows elsewhere.
            await grains.GetGrain<IActivityRetentionGrain>(IActivityRetentionGrain.Key).Apply().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WaitAsync(Period, stoppingToken);
        }
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken stopping) => await Task.Delay(time, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
