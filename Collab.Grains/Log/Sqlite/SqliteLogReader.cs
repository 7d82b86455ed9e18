using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Reads a SQLite log on a few connections of its own; beside the process that owns the file, or as a part of that.</summary>
public class SqliteLogReader : ILogReader, IDisposable
{
    private protected SqliteLogReader(SqliteFile file, int connectionsLimit)
    {
        File = file;
        Readers = new SqliteReaders(file, connectionsLimit);
    }

    public string Store => "sqlite";

    private protected SqliteFile File { get; }

    private protected SqliteReaders Readers { get; }

    /// <summary>
    /// Opens a file for reading, whoever owns it, without changing what it says. What was acknowledged before is seen: a running owner has brought it into the tables, within a moment; what a crash
    /// left in the commit journal is brought in here.
    /// </summary>
    /// <exception cref="LogUnavailableException">It does not exist, is no log, or has another schema version than this program reads; or its commit journal can't be brought in.</exception>
    public static SqliteLogReader Visit(LogOptions options)
    {
        var file = SqliteFile.Visit(options.Path);
        try
        {
            using var connection = file.OpenForReading();
            SqliteSchema.ThrowUnlessCurrent(connection, file.Path);
            CommitVisit.WaitForTables(connection, file.Path, options);
            return new SqliteLogReader(file, options.ReaderConnectionsLimit);
        }
        catch (SqliteException exception)
        {
            throw SqliteFaults.Unavailable(exception, file.Path, "Opening");
        }
    }

    /// <summary>What is wrong with the file as a whole: what SQLite itself finds (<c>PRAGMA integrity_check</c>), and sequences that are not known although their operations are there. Reads all of it.</summary>
    public ValueTask<ImmutableArray<string>> CheckFileAsync(CancellationToken cancellation) =>
        Readers.RunAsync(connection => connection.CheckFile(), cancellation);

    public virtual ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) =>
        Readers.RunAsync(connection => connection.Describe(id), cancellation);

    public virtual ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var cursor = ListCursor.Parse(after);
        return Readers.RunAsync(connection => connection.List(cursor, limit), cancellation);
    }

    public virtual ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(from.Value);
        return Readers.RunAsync(connection => connection.Read(id, from, limit, bytesLimit), cancellation);
    }

    public virtual ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        Readers.RunAsync(connection => connection.Find(id, session, sequence), cancellation);

    public ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) =>
        Readers.RunAsync(connection => connection.Snapshot(id, atOrBefore), cancellation);

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) =>
        Readers.RunAsync(connection => connection.Snapshots(id), cancellation);

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) =>
        Readers.RunAsync(connection => connection.Start(id), cancellation);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Readers.Dispose();
        File.Dispose();
    }
}
