using Collab.Tests.Postgres;

namespace Collab.Tests.Crash.Outages;

/// <summary>A way in which a store can fall ill under a running server, and get well again.</summary>
internal abstract class Outage : IAsyncDisposable
{
    /// <summary>All of a store.</summary>
    /// <param name="store">As in the configuration: <c>sqlite</c>.</param>
    public static Outage[] All(string store) => store == "sqlite"
        ? [new SqliteDiskFull(), new SqliteLocked()]
        :
        [
            new PostgresStopped(PostgresStop.Fast), new PostgresStopped(PostgresStop.Immediate), new PostgresRestarted(),
            new PostgresFrozen(), new PostgresConnectionsKilled(), new PostgresDiskFull(),
        ];

    /// <summary>As a person would say it: <c>PostgreSQL frozen</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How long it lasts; zero when it is over as soon as it has happened.</summary>
    public virtual TimeSpan Length => TimeSpan.FromSeconds(4);

    /// <summary>Makes the store, in good health.</summary>
    /// <returns>The server's settings for it.</returns>
    public abstract Task<string[]> StartAsync();

    public abstract Task BeginAsync();

    public abstract Task EndAsync();

    public abstract ValueTask DisposeAsync();
}
