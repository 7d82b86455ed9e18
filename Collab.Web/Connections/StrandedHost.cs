using Collab.Silo.Clustering;
using Microsoft.Extensions.Options;

namespace Collab.Web.Connections;

/// <summary>
/// When this host, a client of the cluster, has been connected to no silo for <see cref="DeliveryOptions.StrandedAfter"/>: sends its clients elsewhere, where the cluster may be in reach, and lets nobody in until it is so here. Not ready it
/// is from the moment that it lost the last silo.
/// </summary>
internal sealed partial class StrandedHost(
    LocalConnections connections, IServiceProvider services, IOptions<CollabOptions> options, TimeProvider time, ILogger<StrandedHost> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Who has a silo in the process is never without one.
        if (services.GetService<ClusterConnection>() is not { } cluster || options.Value.Delivery.StrandedAfter == TimeSpan.Zero)
            return;
        long? lostAt = null;
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (cluster.Gateways > 0)
            {
                lostAt = null;
                connections.IsStranded = false;
            }
            else if (lostAt is null)
            {
                lostAt = time.GetTimestamp();
            }
            else if (!connections.IsStranded && time.GetElapsedTime(lostAt.Value) >= options.Value.Delivery.StrandedAfter)
            {
                connections.IsStranded = true;
                _ = SendElsewhereAsync(stoppingToken);
            }
        }
    }

    private async Task SendElsewhereAsync(CancellationToken stopping)
    {
        ClientConnection[] open = [.. connections.All];
        LogStranded(options.Value.Delivery.StrandedAfter, open.Length);
        await Goodbyes.SayAsync(open, options.Value.Delivery.DrainPeriod, isToldToCluster: false, time, stopping);
    }

    [LoggerMessage(3041, LogLevel.Warning, "No silo is connected since {For} (Collab:Delivery:StrandedAfter): {Connections} connections are told to go on elsewhere.")]
    private partial void LogStranded(TimeSpan @for, int connections);
}
