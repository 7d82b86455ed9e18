using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log.Postgres;

/// <summary>Reads a PostgreSQL log on a few connections of its own; beside the silos that write it, or as a part of one.</summary>
public class PostgresLogReader : ILogReader, IDisposable
{
    private protected PostgresLogReader(PostgresDatabase database, int connectionsLimit)
    {
        Database = database;
        Readers = new PostgresConnections(database, connectionsLimit, "reading (Collab:Log:ReaderConnectionsLimit)");
    }

    public string Store => "postgresql";

    private protected PostgresDatabase Database { get; }

    private protected PostgresConnections Readers { get; }

    /// <summary>Opens a log for reading, whoever writes it, without changing what it says.</summary>
    /// <exception cref="LogUnavailableException">It can't be reached, or has another schema version than this program reads.</exception>
    public static PostgresLogReader Visit(LogOptions options)
    {
        var database = new PostgresDatabase(options);
        return Connected(database, async connection =>
        {
            await PostgresSchema.ThrowUnlessCurrentAsync(connection, database);
            return new PostgresLogReader(database, options.ReaderConnectionsLimit);
        });
    }

    public ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) =>
        ReadAsync(reads => reads.DescribeAsync(id), cancellation);

    public ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var cursor = ListCursor.Parse(after);
        return ReadAsync(reads => reads.ListAsync(cursor, limit), cancellation);
    }

    public ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(from.Value);
        return ReadAsync(reads => reads.ReadAsync(id, from, limit, bytesLimit), cancellation);
    }

    public ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        ReadAsync(reads => reads.FindAsync(id, session, sequence), cancellation);

    public ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) =>
        ReadAsync(reads => reads.SnapshotAsync(id, atOrBefore), cancellation);

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) =>
        ReadAsync(reads => reads.SnapshotsAsync(id), cancellation);

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) =>
        ReadAsync(reads => reads.StartAsync(id), cancellation);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Readers.Dispose();
        Database.Dispose();
    }

    /// <summary>Runs the first work on a database; if it fails, that is the end of it.</summary>
    /// <remarks>The host opens its log while it starts, where nothing can be awaited.</remarks>
    private protected static T Connected<T>(PostgresDatabase database, Func<Npgsql.NpgsqlConnection, Task<T>> open)
    {
        try
        {
            return Task.Run(async () =>
            {
                await using var connection = await database.ConnectAsync(CancellationToken.None);
                database.ThrowIfTooOld(connection);
                return await open(connection);
            }).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            database.Dispose();
            if (PostgresFaults.Unavailable(exception, database.Name) is { } unavailable)
                throw unavailable;
            throw;
        }
    }

    private ValueTask<T> ReadAsync<T>(Func<PostgresReads, Task<T>> read, CancellationToken cancellation) =>
        Readers.RunAsync((connection, ending) => read(new PostgresReads(connection, Database.Name, ending)), cancellation);
}
