using Collab.Contracts;
using Collab.Contracts.Sessions;
using Collab.Observability;
using Collab.Web.Cluster;
using Microsoft.Extensions.Options;

namespace Collab.Web.Connections;

/// <summary>
/// Tells the cluster once a minute of each stay that it goes on, spread over the minute: a session whose grain was lost with its silo is known again, and a stay that is over without this host having heard ends here. Ends, too, the stays
/// whose people do nothing any more (<see cref="StayOptions.IdleTimeout"/>), and the connections on which nothing comes (<see cref="ConnectionOptions.ClientTimeout"/>).
/// </summary>
internal sealed partial class StayKeeping(LocalConnections connections, ClusterCalls cluster, IOptions<CollabOptions> options, TimeProvider time, ILogger<StayKeeping> logger) : BackgroundService
{
    /// <summary>As many seconds as a round takes.</summary>
    public const int Portions = 60;

    private const int AtOnce = 32;

    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (int portion = 0; await timer.WaitForNextTickAsync(stoppingToken); portion = (portion + 1) % Portions)
        {
            CutSilent();
            EndIdle();
            await KeepAsync(stay => stay.Portion == portion, stoppingToken);
        }
    }

    /// <summary>Tells the cluster of the stays that are chosen.</summary>
    public Task KeepAsync(Func<Stay, bool> which, CancellationToken cancellation) => Parallel.ForEachAsync(
        connections.Stays.Where(which).ToList(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (stay, _) => await KeepAsync(stay));

    // SignalR looks only after those who have pinged once: who was lost before would stay until TCP gives up, after a quarter of an hour.
    private void CutSilent()
    {
        foreach (var connection in connections.All.Where(connection => connection.SilentFor > options.Value.Connections.ClientTimeout))
            connection.Abort();
    }

    private void EndIdle()
    {
        var limit = options.Value.Sessions.IdleTimeout;
        if (limit == TimeSpan.Zero)
            return;
        foreach (var stay in connections.Stays.Where(stay => stay.IdleFor > limit))
            stay.Connection.End(stay, SessionCloseReason.InactiveTimeout);
    }

    private async Task KeepAsync(Stay stay)
    {
        // Not admitted yet, so there is nothing to keep.
        if (stay.Feed is null)
            return;
        try
        {
            switch (await stay.KeepAsync(connections.Self, cluster))
            {
                case StayStanding.Elsewhere:
                    stay.Connection.Close(stay, SessionCloseReason.Superseded);
                    break;
                case StayStanding.Over:
                    stay.Connection.Lose(stay);
                    break;
            }
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            // It asks by itself.
        }
        catch (Exception failure)
        {
            ErrorMetrics.Count(ErrorComponent.Session, "not_kept");
            LogNotKept(stay.Session, failure.GetType().Name);
        }
    }

    [LoggerMessage(3021, LogLevel.Debug, "The cluster could not be told that session {Session} goes on ({Failure}); the next round tries again.")]
    private partial void LogNotKept(SessionId session, string failure);
}
