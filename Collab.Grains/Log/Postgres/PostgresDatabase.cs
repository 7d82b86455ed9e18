using System.Globalization;
using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>The database that the options name: opens connections to it that are set up as the log needs them.</summary>
internal sealed class PostgresDatabase : IDisposable
{
    /// <summary>The oldest major version that is supported by its makers, and has what the schema uses.</summary>
    private const int OldestServer = 14;

    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _commandTimeout;

    public PostgresDatabase(LogOptions options)
    {
        Schema = options.Schema;
        _commandTimeout = options.CommandTimeout;
        var settings = Settings(options);
        // Of several hosts each may name its own port.
        var where = settings.Host!.Contains(',', StringComparison.Ordinal) ? settings.Host : $"{settings.Host}:{settings.Port}";
        Name = $"PostgreSQL database {settings.Database ?? settings.Username} at {where}";
        _source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }

    /// <summary>As people know it, for messages: database, host and port, never the user or the password.</summary>
    public string Name { get; }

    public string Schema { get; }

    /// <summary>How long a statement may take, and a caller may wait for a free connection.</summary>
    public TimeSpan CommandTimeout => _commandTimeout;

    /// <summary>Whether the text can be read as a connection string that names a host.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A new connection, set up.</summary>
    /// <exception cref="LogUnavailableException">It takes no writing: a standby.</exception>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand(SetUp, connection);
            foreach (var value in (object[])[$"\"{Schema}\"", Milliseconds(0.5), Milliseconds(0.8), Milliseconds(1)])
                command.Parameters.Add(new() { Value = value });
            // A role that may not write, or a standby that followers were sent to after a failover.
            if (await command.ExecuteScalarAsync(cancellation) is "on")
                throw new LogUnavailableException($"{Name} is read-only: a standby, or so set up. The log needs the primary.", fault: LogFault.CannotOpen);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="LogUnavailableException">The server is older than what is supported.</exception>
    public void ThrowIfTooOld(NpgsqlConnection connection)
    {
        if (connection.PostgreSqlVersion.Major < OldestServer)
            throw new LogUnavailableException($"{Name} is version {connection.PostgreSqlVersion}; the log needs {OldestServer} or later.", fault: LogFault.CannotOpen);
    }

    public void Dispose() => _source.Dispose();

    /// <summary>
    /// What every connection is set to, whatever the server's, the database's or the role's defaults are. Answers whether it is read-only.
    /// </summary>
    /// <remarks>
    /// <c>synchronous_commit</c>: with <c>off</c> a commit is reported before it is on the disk, and an acknowledged operation could be lost with the
    /// server's power. Stronger settings (a standby has it too) are left as they are.<br/>
    /// Isolation: an append locks the documents' rows and then reads what is there. Under <c>repeatable read</c> it would see what was there before it waited.<br/>
    /// A process that is frozen or cut off between two statements holds its locks: the server ends it after half the command timeout, so that
    /// others, who wait for a lock a little longer (0.8), get it. Statements end on the server before the client gives up on them.<br/>
    /// Plans: all statements look up few rows by an index. A generic plan saves planning each time; a scan of the whole table is never right, and statistics
    /// of a table that was small when the plan was made could suggest it; so could estimates suggest compiling it (<c>jit</c>), which takes longer than it runs.<br/>
    /// Compression of what is larger than 2 kB: 12 MB of JSON took 40 ms to insert with lz4, 185 ms uncompressed and 216 ms with pglz, the default; size a third
    /// with both. A server may have been built without lz4.
    /// </remarks>
    private const string SetUp =
        """
        SELECT current_setting('transaction_read_only'),
            set_config('search_path', $1, false),
            set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
            set_config('default_transaction_isolation', 'read committed', false),
            set_config('idle_in_transaction_session_timeout', $2, false),
            set_config('lock_timeout', $3, false),
            set_config('statement_timeout', $4, false),
            set_config('plan_cache_mode', 'force_generic_plan', false),
            set_config('enable_seqscan', 'off', false),
            set_config('jit', 'off', false),
            set_config('default_toast_compression', CASE WHEN 'lz4' = ANY (enumvals) THEN 'lz4' ELSE setting END, false)
        FROM pg_settings WHERE name = 'default_toast_compression'
        """;

    private string Milliseconds(double share) => ((long)(_commandTimeout.TotalMilliseconds * share)).ToString(CultureInfo.InvariantCulture);

    private static NpgsqlConnectionStringBuilder Settings(LogOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            // The log keeps its connections itself: counted, limited for each purpose, and thrown away after a failure.
            Pooling = false,
            Enlist = false,
            // Each statement is prepared on its second use; there are some thirty.
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            // Later than the server's own timeouts, whose message says more.
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds) + 1,
            // A command that is given up is followed by a request to cancel it, but nobody waits for the answer: its connection is thrown away.
            CancellationTimeout = -1,
        };
        SetUnlessNamed(settings, "Timeout", (int)Math.Ceiling(options.CommandTimeout.TotalSeconds / 2));
        // Without, a connection whose other end vanished without a word is noticed when the operating system gives up sending, after a quarter of an hour.
        // A socket of this machine, named by its folder, knows of no TCP.
        if (!settings.Host!.StartsWith('/'))
        {
            SetUnlessNamed(settings, "Tcp Keepalive", true);
            SetUnlessNamed(settings, "Tcp Keepalive Time", 10);
            SetUnlessNamed(settings, "Tcp Keepalive Interval", 5);
        }

        SetUnlessNamed(settings, "Application Name", "collab");
        return settings;
    }

    private static void SetUnlessNamed(NpgsqlConnectionStringBuilder settings, string name, object value)
    {
        if (!settings.ContainsKey(name) || !settings.ShouldSerialize(name))
            settings[name] = value;
    }
}
