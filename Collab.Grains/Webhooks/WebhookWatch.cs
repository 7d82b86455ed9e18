using Collab.Contracts.Webhooks;
using Microsoft.Extensions.Hosting;

namespace Collab.Grains.Webhooks;

/// <summary>
/// Wakes every endpoint when a silo has started, and once a minute from then on: what it is behind with goes on, also when the silo that it was in died, or the stream lost the
/// word that something happened.
/// </summary>
/// <remarks>A look of each silo, one read of the head for an endpoint that is idle. A reminder would do the same for a table more, and not where nothing outlives the process.</remarks>
internal sealed class WebhookWatch(WebhookEndpoints endpoints, IGrainFactory grains, IHostApplicationLifetime lifetime, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    /// <summary>One-way: nobody waits, and what gets lost is said again.</summary>
    internal Task WakeAllAsync() => Task.WhenAll(endpoints.Names.Select(name => grains.GetGrain<IWebhookGrain>(name).Wake()));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whatever the order of registration: no grain is called before the silo runs.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult))
            await started.Task.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period, clock);
        do
            await WakeAllAsync();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
