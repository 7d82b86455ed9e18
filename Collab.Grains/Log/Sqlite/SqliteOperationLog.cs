using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Grains.Access;
using Collab.Grains.Activity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Log.Sqlite;

/// <summary>The log in one SQLite file: the embedded default. What a call reported as done survives the end of the process and the loss of power.</summary>
/// <remarks>One process owns the file. Writes run on a thread and a connection of their own; reads on a few others, and neither waits for the other.</remarks>
public sealed partial class SqliteOperationLog : SqliteLogReader, IOperationLog
{
    private readonly SqliteWriteThread _writer;
    private int _isDisposed;

    private SqliteOperationLog(SqliteFile file, SqliteWriteConnection connection, int readerConnectionsLimit)
        : base(file, readerConnectionsLimit)
    {
        _writer = new SqliteWriteThread(file, connection);
        Activity = new SqliteActivityLog(_writer, Readers);
        Access = new SqliteAccessStore(_writer, Readers);
    }

    /// <summary>The activity in the same file; closed with it.</summary>
    public IActivityLog Activity { get; }

    /// <summary>Who may do what, in the same file; closed with it.</summary>
    public IAccessStore Access { get; }

    /// <summary>Opens the file, makes it and its folder when missing, and brings its schema up to date. What a crash left in the write-ahead log is recovered by SQLite here.</summary>
    /// <exception cref="LogUnavailableException">It can't be opened: rights, a damaged file, a newer schema, another process that owns it.</exception>
    public static SqliteOperationLog Open(LogOptions options, ILogger<SqliteOperationLog> logger)
    {
        var file = SqliteFile.Own(options.Path);
        SqliteConnection? connection = null;
        try
        {
            if (SqliteWriteAheadLog.FindDamage(file.Path) is { } damage)
                Accept(damage, options, logger);
            connection = file.OpenForWriting();
            var found = SqliteSchema.Migrate(connection, file.Path);
            Log.Opened(logger, file.Path, connection.ServerVersion, found, SqliteSchema.Version);
            return new(file, new SqliteWriteConnection(connection), options.ReaderConnectionsLimit);
        }
        catch (Exception exception)
        {
            connection?.Dispose();
            file.Dispose();
            if (exception is SqliteException sqlite)
                throw SqliteFaults.Unavailable(sqlite, file.Path, "Opening");
            throw;
        }
    }

    private static void Accept(string damage, LogOptions options, ILogger logger)
    {
        if (!options.AcceptDamagedTail)
        {
            throw new LogUnavailableException(
                $"{damage}. Restore a backup; or keep a copy of the file and its -wal, and start once with {LogOptions.Section}:{nameof(options.AcceptDamagedTail)}=true to go on with what comes before.",
                fault: LogFault.Corrupt);
        }

        Log.AcceptedDamage(logger, damage);
    }

    public async ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        await _writer.RunAsync(connection => connection.Create(id, document, at, start), cancellation);

    public async ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) =>
        await _writer.RunAsync(connection => connection.Open(id), cancellation);

    public async ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation) =>
        await _writer.RunAsync(connection => connection.Append(appends), cancellation);

    public async ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(milestoneOperations);
        await _writer.RunAsync(
            connection =>
            {
                connection.WriteSnapshot(id, snapshot, milestoneOperations);
                return true;
            },
            cancellation);
    }

    public async ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return await _writer.RunAsync(connection => connection.Trim(id, to, limit), cancellation);
    }

    /// <summary>Finishes the writes under way, then closes the file and lets go of it.</summary>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        _writer.Dispose();
        base.Dispose(disposing);
    }
}
