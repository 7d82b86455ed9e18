using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;

namespace Collab.Silo.Clustering;

/// <summary>Makes the cluster's database ready before anything of the host starts: waits for it, brings its tables up to date, and sees that there is a key.</summary>
internal sealed partial class ClusterStart(ClusterOptions options, ClusterDatabase database, IServiceProvider services, ILogger<ClusterStart> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = logger;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (options.Mode == ClusterMode.Member && options.AdvertisedAddress is { Length: > 0 } address && ClusterConfiguration.Resolve(address) is { } resolved && IPAddress.IsLoopback(resolved))
            LogLoopback(address);
        var started = Stopwatch.GetTimestamp();
        for (; ; await Task.Delay(RetryAfter, cancellationToken))
        {
            try
            {
                await PrepareAsync(cancellationToken);
                return;
            }
            catch (NpgsqlException failure) when (failure.IsTransient)
            {
                var waited = Stopwatch.GetElapsedTime(started);
                if (waited >= options.StartTimeout)
                {
                    throw new InvalidOperationException(
                        $"{database.Name} could not be reached within {options.StartTimeout.TotalSeconds} s ({ClusterOptions.Section}:{nameof(options.StartTimeout)}): {failure.Message} "
                        + $"Look at {ClusterOptions.Section}:{nameof(options.ConnectionString)} and whether the server runs.", failure);
                }

                LogWaiting(database.Name, failure.Message, (int)waited.TotalSeconds, (int)options.StartTimeout.TotalSeconds);
            }
            catch (NpgsqlException failure)
            {
                throw new InvalidOperationException(
                    $"{database.Name} refused: {failure.Message} Look at user, password and database of {ClusterOptions.Section}:{nameof(options.ConnectionString)}, and at the rights that docs/deployment.md lists.", failure);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        // One connection for each: what they hold and set ends with it.
        await using (var connection = await database.OpenAsync(cancellation))
            LogPrepared(database.Name, options.Schema, await database.Tables.RunAsync(connection, cancellation), MembershipSchema.Steps.Count, connection.PostgreSqlVersion);
        await using (var connection = await database.OpenAsync(cancellation))
        {
            await database.Keys.RunAsync(connection, cancellation);
            await PostgresKeyRing.LockAsync(connection, cancellation);
            // The first use reads the ring, and makes the first key when there is none. One host at a time: of two that each make one, neither would
            // look for the other's before tomorrow.
            services.GetRequiredService<IDataProtectionProvider>().CreateProtector("Collab.Start").Protect([]);
        }
    }

    [LoggerMessage(111, LogLevel.Information, "The cluster's tables are in {Database}, schema {Schema}: version {Found} was found, this program uses {Version}. The server is PostgreSQL {Server}.")]
    private partial void LogPrepared(string database, string schema, int found, int version, Version server);

    [LoggerMessage(113, LogLevel.Warning, "Collab:Cluster:AdvertisedAddress is {Address}: only silos and clients on this machine reach this silo, and others in the same tables would take it for dead.")]
    private partial void LogLoopback(string address);

    [LoggerMessage(112, LogLevel.Warning, "Waiting for {Database}: {Reason} ({Waited} of {Limit} s)")]
    private partial void LogWaiting(string database, string reason, int waited, int limit);
}
