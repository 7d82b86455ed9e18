using System.Diagnostics;
using Collab.Observability;

namespace Collab.Silo.Clustering;

/// <summary>A client's connection to the cluster: waits for it at start, and tells when it is lost and found again.</summary>
public sealed partial class ClusterConnection(ClusterOptions options, ILogger<ClusterConnection> logger) : IClusterConnectionStatusObserver, IClientConnectionRetryFilter
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _gateways;
    private volatile bool _wasLost;

    /// <summary>Silos that it is connected to.</summary>
    public int Gateways => Volatile.Read(ref _gateways);

    /// <summary>Whether a start that found no silo looks again.</summary>
    public async Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.GetElapsedTime(_started);
        if (waited >= options.StartTimeout)
        {
            LogNoCluster(options.ClusterId, exception.Message, (int)options.StartTimeout.TotalSeconds);
            return false;
        }

        LogWaiting(options.ClusterId, exception.Message, (int)waited.TotalSeconds, (int)options.StartTimeout.TotalSeconds);
        await Task.Delay(RetryAfter, cancellationToken);
        return true;
    }

    public void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered)
    {
        Volatile.Write(ref _gateways, currentNumberOfGateways);
        if (_wasLost && currentNumberOfGateways > 0)
            LogFound(options.ClusterId, currentNumberOfGateways);
        else if (currentNumberOfGateways > 0)
            LogChanged(options.ClusterId, currentNumberOfGateways, previousNumberOfGateways);
        _wasLost &= currentNumberOfGateways == 0;
    }

    public void NotifyClusterConnectionLost()
    {
        Volatile.Write(ref _gateways, 0);
        _wasLost = true;
        ErrorMetrics.Count(ErrorComponent.Cluster, "lost");
        LogLost(options.ClusterId);
    }

    [LoggerMessage(121, LogLevel.Information, "Waiting for a silo of cluster {Cluster}: {Reason} ({Waited} of {Limit} s)")]
    private partial void LogWaiting(string cluster, string reason, int waited, int limit);

    [LoggerMessage(122, LogLevel.Error, "No silo of cluster {Cluster} was found within {Limit} s (Collab:Cluster:StartTimeout): {Reason}")]
    private partial void LogNoCluster(string cluster, string reason, int limit);

    [LoggerMessage(123, LogLevel.Information, "Connected to {Gateways} silos of cluster {Cluster}, before to {Before}.")]
    private partial void LogChanged(string cluster, int gateways, int before);

    [LoggerMessage(124, LogLevel.Warning, "The connection to cluster {Cluster} is lost: no silo is connected. Calls are refused until one is found.")]
    private partial void LogLost(string cluster);

    [LoggerMessage(125, LogLevel.Warning, "The connection to cluster {Cluster} is found again: {Gateways} silos.")]
    private partial void LogFound(string cluster, int gateways);
}
