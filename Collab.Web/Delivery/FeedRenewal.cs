using Microsoft.Extensions.Options;

namespace Collab.Web.Delivery;

/// <summary>One timer for all feeds: renews their subscriptions before they expire.</summary>
internal sealed class FeedRenewal(DocumentFeeds feeds, IOptions<CollabOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Delivery.RenewalInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await feeds.RenewAsync(stoppingToken);
    }
}
