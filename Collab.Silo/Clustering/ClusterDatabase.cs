using Collab.Grains.Log.Postgres;
using Npgsql;

namespace Collab.Silo.Clustering;

/// <summary>The database in which members and clients find each other: how Orleans' providers and the key ring connect to it.</summary>
internal sealed class ClusterDatabase
{
    // Later than the server's own limit, whose message says more.
    private const int StatementSeconds = 10;

    private readonly string _schema;

    public ClusterDatabase(ClusterOptions options)
    {
        _schema = options.Schema;
        var settings = Settings(options);
        // Of several hosts each may name its own port.
        var where = settings.Host!.Contains(',', StringComparison.Ordinal) ? settings.Host : $"{settings.Host}:{settings.Port}";
        Name = $"PostgreSQL database {settings.Database ?? settings.Username} at {where}";
        ConnectionString = settings.ConnectionString;
    }

    /// <summary>As people know it, for messages: database, host and port, never the user or the password.</summary>
    public string Name { get; }

    /// <summary>
    /// For all that use it in this process: one string is one pool of connections, and all of them look for tables in the cluster's schema first and alone.
    /// </summary>
    /// <remarks>
    /// A string, not a data source: Orleans' providers of every version take one. They load Npgsql by its name, <c>Npgsql</c>, which is why this project references it.
    /// </remarks>
    public string ConnectionString { get; }

    /// <summary>Tables and queries of Orleans' providers.</summary>
    public PostgresMigrations Tables => Migrations("schema_versions", MembershipSchema.Steps);

    /// <summary>The keys that tokens are protected with.</summary>
    public PostgresMigrations Keys => Migrations("key_ring_versions", PostgresKeyRing.Steps);

    /// <summary>A connection outside of the pool, for what changes its settings or holds locks until it is closed.</summary>
    /// <exception cref="InvalidOperationException">It takes no writing.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            if (await connection.ScalarAsync("SHOW transaction_read_only", cancellation) is "on")
                throw new InvalidOperationException($"{Name} is read-only: a standby, or so set up. The cluster needs the primary.");
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    // One subject for both: only one process at a time makes any of them.
    private PostgresMigrations Migrations(string versions, IReadOnlyList<string> steps) => new("cluster", Name, _schema, versions, steps);

    private static NpgsqlConnectionStringBuilder Settings(ClusterOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            SearchPath = options.Schema,
            MaxPoolSize = options.ConnectionsLimit,
            Enlist = false,
            CommandTimeout = StatementSeconds + 1,
        };
        // The isolation that the queries are written for, whatever the server's, the database's or the role's default is.
        settings.Options = $"{settings.Options} -c default_transaction_isolation=read\\ committed -c statement_timeout={StatementSeconds}s -c idle_in_transaction_session_timeout={StatementSeconds}s".TrimStart();
        // The log has more to say about a connection (see PostgresDatabase); what matters here is that one whose other end vanished without a word is noticed.
        SetUnlessNamed(settings, "Timeout", 5);
        // A socket of this machine, named by its folder, knows of no TCP.
        if (!settings.Host!.StartsWith('/'))
        {
            SetUnlessNamed(settings, "Tcp Keepalive", true);
            SetUnlessNamed(settings, "Tcp Keepalive Time", 10);
            SetUnlessNamed(settings, "Tcp Keepalive Interval", 5);
        }

        SetUnlessNamed(settings, "Application Name", "collab-cluster");
        return settings;
    }

    private static void SetUnlessNamed(NpgsqlConnectionStringBuilder settings, string name, object value)
    {
        if (!settings.ContainsKey(name) || !settings.ShouldSerialize(name))
            settings[name] = value;
    }
}
