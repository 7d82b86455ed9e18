using Microsoft.Extensions.Options;

namespace Collab.Web.Delivery;

/// <summary>One timer for all feeds: renews their subscriptions before they expire, a portion at each tick, and ends those that nobody came back to.</summary>
internal sealed class FeedRenewal(DocumentFeeds feeds, IOptions<CollabOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Delivery.RenewalInterval / DocumentFeeds.Portions, time);
        for (int portion = 0; await timer.WaitForNextTickAsync(stoppingToken); portion = (portion + 1) % DocumentFeeds.Portions)
        {
            await feeds.RenewAsync(portion, stoppingToken);
            if (portion == 0)
                feeds.EvictIdle();
            await feeds.StopLingeringAsync();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await feeds.StopAsync();
    }
}
