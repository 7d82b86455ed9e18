using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Grains.Access;
using Collab.Grains.Activity;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log.Postgres;

/// <summary>The log in a PostgreSQL database, which several silos share. What a call reported as done survives the end of any process, the server's included.</summary>
/// <remarks>
/// Appends have a connection of their own; a silo hands in one batch at a time. What else writes (opening, snapshots, trimming) and what reads
/// have a few each, so that none of the three waits for another.
/// </remarks>
public sealed partial class PostgresOperationLog : PostgresLogReader, IOperationLog
{
    private readonly PostgresConnections _appender;
    private readonly PostgresConnections _writers;
    private readonly PostgresActivityLog _activity;

    private PostgresOperationLog(PostgresDatabase database, LogOptions options)
        : base(database, options.ReaderConnectionsLimit)
    {
        _appender = new PostgresConnections(database, 1, "appending");
        _writers = new PostgresConnections(database, options.WriterConnectionsLimit, "writing (Collab:Log:WriterConnectionsLimit)");
        _activity = new PostgresActivityLog(new PostgresConnections(database, PostgresActivityLog.WriterConnections, "writing activity"), Readers);
        Access = new PostgresAccessStore(_writers, Readers);
    }

    /// <summary>The activity in the same schema; closed with it.</summary>
    public IActivityLog Activity => _activity;

    /// <summary>Who may do what, in the same schema; closed with it.</summary>
    public IAccessStore Access { get; }

    /// <summary>Connects, makes the schema when it is missing, and brings it up to date.</summary>
    /// <exception cref="LogUnavailableException">The database can't be reached, lacks rights, is too old, or has a newer schema.</exception>
    public static PostgresOperationLog Open(LogOptions options, ILogger<PostgresOperationLog> logger)
    {
        var database = new PostgresDatabase(options);
        return Connected(database, async connection =>
        {
            var found = await PostgresSchema.MigrateAsync(connection, database);
            Log.Opened(logger, database.Name, connection.PostgreSqlVersion, database.Schema, found, PostgresSchema.Version);
            foreach (var setting in (string[])["fsync", "full_page_writes"])
            {
                if (await connection.ScalarAsync($"SHOW {setting}", CancellationToken.None) is "off")
                    Log.NotDurable(logger, database.Name, setting);
            }

            return new PostgresOperationLog(database, options);
        });
    }

    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        WriteAsync(writes => writes.CreateAsync(id, document, at, start), cancellation);

    public ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) => WriteAsync(writes => writes.OpenAsync(id), cancellation);

    public ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation) =>
        _appender.RunAsync((connection, ending) => new PostgresAppends(connection, appends, ending).RunAsync(), cancellation);

    public async ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(milestoneOperations);
        await WriteAsync(writes => writes.WriteSnapshotAsync(id, snapshot, milestoneOperations), cancellation);
    }

    public ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return WriteAsync(writes => writes.TrimAsync(id, to, limit), cancellation);
    }

    /// <summary>Closes the connections that nobody uses; the others close when their work is done.</summary>
    protected override void Dispose(bool disposing)
    {
        _appender.Dispose();
        _writers.Dispose();
        _activity.Dispose();
        base.Dispose(disposing);
    }

    private ValueTask<T> WriteAsync<T>(Func<PostgresWrites, Task<T>> write, CancellationToken cancellation) =>
        _writers.RunAsync((connection, ending) => write(new PostgresWrites(connection, ending)), cancellation);
}
