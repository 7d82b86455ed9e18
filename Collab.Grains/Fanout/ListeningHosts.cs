using System.Collections.Concurrent;
using Collab.Contracts.Fanout;
using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Fanout;

/// <summary>
/// The web hosts that this silo's documents push to, each once. A push is one-way, and the runtime tells nobody that it reached nobody; worse, a gateway keeps up to two minutes of messages for a client whose
/// connection broke, in case it comes back. So a host that was pushed to is asked once a second whether it is there: one call for all its documents. While it does not answer it is pushed nothing.
/// </summary>
/// <remarks>
/// It may be alive and slow, so nothing of it is forgotten: it goes on being asked until its subscriptions have expired, and with the answer it learns that it missed something. A host that died costs one ping a second
/// for 30 s, in place of every push.
/// </remarks>
public sealed partial class ListeningHosts(TimeProvider clock, ILogger<ListeningHosts> logger) : BackgroundService
{
    private static readonly TimeSpan PingPeriod = TimeSpan.FromSeconds(1);

    // After the subscriptions that name it, the last of which was renewed a moment after it was last seen here.
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<IListeningHost, KnownHost> _hosts = new();

    /// <summary>A host subscribes or renews: it lives.</summary>
    internal KnownHost Renew(IListeningHost reference)
    {
        var host = _hosts.GetOrAdd(reference, static reference => new KnownHost(reference));
        host.Hear();
        return host;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PingPeriod, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (reference, host) in _hosts)
            {
                if (host.SeenAgo > ForgetAfter)
                    _hosts.TryRemove(reference, out _);
                else if (!host.IsPinged && host.TryTakePing(out bool hasMissed))
                    _ = PingAsync(host, hasMissed);
            }

            FanoutMetrics.Set(_hosts.Values);
        }
    }

    private async Task PingAsync(KnownHost host, bool hasMissed)
    {
        host.IsPinged = true;
        try
        {
            await host.Reference.Ping(hasMissed);
            if (host.IsSilent)
                LogAnswers(host.Reference);
            host.Hear();
        }
        catch (Exception failure)
        {
            if (host.FallSilent())
            {
                (failure is TimeoutException ? FanoutMetrics.DroppedSilent : FanoutMetrics.DroppedUnreachable).Inc();
                ErrorMetrics.Count(ErrorComponent.Fanout, "host_silent");
                LogSilent(host.Reference, failure.GetType().Name);
            }
        }
        finally
        {
            host.IsPinged = false;
        }
    }

    [LoggerMessage(1401, LogLevel.Warning, "Web host {Host} does not answer ({Failure}) and is pushed nothing until it does.")]
    private partial void LogSilent(IListeningHost host, string failure);

    [LoggerMessage(1402, LogLevel.Information, "Web host {Host} answers again and reads what it missed.")]
    private partial void LogAnswers(IListeningHost host);
}
