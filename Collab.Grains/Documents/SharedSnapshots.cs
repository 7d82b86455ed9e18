using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Documents;

/// <summary>The encoded snapshots of all documents of this silo: bounded together, and let go when nobody has asked for one for a while.</summary>
public sealed class SharedSnapshots(IOptions<DocumentOptions> options, TimeProvider clock) : BackgroundService
{
    // Kept for those who come together, and for a host that comes a little later. Longer, they would hold every busy document's content once more.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(15);

    public CacheBudget Budget { get; } = new(DocumentCaches.Snapshots, options.Value.SharedSnapshotsBytesLimit);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(IdleLimit, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            Budget.EvictIdle();
    }
}
