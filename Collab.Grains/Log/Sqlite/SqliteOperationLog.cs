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
    private readonly SqliteCommits _commits;
    private int _isDisposed;

    private SqliteOperationLog(SqliteFile file, SqliteWriteConnection connection, CommitJournal journal, LogOptions options, CommitSettings settings, ILogger logger)
        : base(file, options.ReaderConnectionsLimit)
    {
        _writer = new SqliteWriteThread(file, connection);
        _commits = new SqliteCommits(file, _writer, journal, settings, logger);
        Activity = new SqliteActivityLog(_writer, Readers);
        Access = new SqliteAccessStore(_writer, Readers);
    }

    /// <summary>The activity in the same file; closed with it.</summary>
    public IActivityLog Activity { get; }

    /// <summary>Who may do what, in the same file; closed with it.</summary>
    public IAccessStore Access { get; }

    /// <summary>
    /// Opens the file, makes it and its folder when missing, and brings its schema up to date. What a crash left in the write-ahead log is recovered by SQLite here, and what it left in the commit
    /// journal is brought into the tables.
    /// </summary>
    /// <exception cref="LogUnavailableException">It can't be opened: rights, a damaged file, a newer schema, another process that owns it.</exception>
    public static SqliteOperationLog Open(LogOptions options, ILogger<SqliteOperationLog> logger) => Open(options, logger, new CommitSettings());

    internal static SqliteOperationLog Open(LogOptions options, ILogger<SqliteOperationLog> logger, CommitSettings settings)
    {
        var file = SqliteFile.Own(options.Path);
        SqliteConnection? connection = null;
        SqliteWriteConnection? writing = null;
        try
        {
            if (SqliteWriteAheadLog.FindDamage(file.Path) is { } damage)
                Accept(damage, options, logger);
            connection = file.OpenForWriting();
            var found = SqliteSchema.Found(connection);
            if (found > 0 && found < SqliteSchema.Version)
                Log.Migrates(logger, file.Path, found, SqliteSchema.Version);
            SqliteSchema.Migrate(connection, file.Path);
            writing = new SqliteWriteConnection(connection);
            var (generation, applied) = Recover(writing, file.Path, options, logger);
            Log.Opened(logger, file.Path, connection.ServerVersion, found, SqliteSchema.Version);
            return new(file, writing, new CommitJournal(file.Path, generation, applied, settings.Sync), options, settings, logger);
        }
        catch (Exception exception)
        {
            // Its statements, too: while one is left, SQLite keeps the file open, and the transaction with its lock.
            writing?.Dispose();
            connection?.Dispose();
            file.Dispose();
            if (exception is SqliteException sqlite)
                throw SqliteFaults.Unavailable(sqlite, file.Path, "Opening");
            if (exception is IOException or UnauthorizedAccessException)
                throw JournalFaults.Unavailable(exception, file.Path, "Reading the commit journal of");
            throw;
        }
    }

    /// <summary>Brings in what a crash left in the commit journal, and begins a new one.</summary>
    private static (long Generation, long Applied) Recover(SqliteWriteConnection connection, string path, LogOptions options, ILogger logger)
    {
        var (generation, applied) = connection.Commits.Place();
        if (!CommitFiles.Exist(path))
            return (generation, applied);
        var (commits, damage) = CommitFiles.Read(path, generation, applied);
        if (damage is not null)
            Accept(damage, options, logger);
        var next = SqliteCommits.NewGeneration();
        var newest = applied + commits.Count;
        try
        {
            connection.Commits.Begin();
            connection.Commits.Apply([.. commits.SelectMany(commit => commit.Read())], generation, next, newest);
        }
        catch (LogUnavailableException failure) when (failure.Fault == LogFault.Corrupt)
        {
            Accept(failure.Message.TrimEnd('.'), options, logger);
            connection.Commits.Undo();
            connection.Commits.Begin();
            connection.Commits.Apply([], generation, next, newest);
            commits = [];
        }

        if (commits.Count > 0)
            Log.Recovered(logger, commits.Count, path);
        CommitFiles.Delete(path);
        return (next, newest);
    }

    private static void Accept(string damage, LogOptions options, ILogger logger)
    {
        if (!options.AcceptDamagedTail)
        {
            throw new LogUnavailableException(
                $"{damage}. Restore a backup; or keep a copy of the file and of those beside it (-wal, .commits-1, .commits-2), and start once with {LogOptions.Section}:{nameof(options.AcceptDamagedTail)}=true to go on with what comes before.",
                fault: LogFault.Corrupt);
        }

        Log.AcceptedDamage(logger, damage);
    }

    public async ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        await _commits.ChangeAsync(id, connection => connection.Create(id, document, at, start), cancellation);

    public async ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) =>
        await _commits.ChangeAsync(id, connection => connection.Open(id), cancellation);

    public ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation) =>
        new(_commits.AppendAsync(appends, cancellation));

    public async ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(milestoneOperations);
        await _commits.ChangeAsync(
            id,
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
        return await _commits.ChangeAsync(id, connection => connection.Trim(id, to, limit), cancellation);
    }

    public override async ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation)
    {
        var pending = _commits.PendingOf(id);
        return PendingReads.Over(await base.DescribeAsync(id, cancellation), pending);
    }

    public override async ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        await _commits.BringInAsync(cancellation);
        return await base.ListAsync(after, limit, cancellation);
    }

    public override async ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        var pending = _commits.PendingOf(id);
        return PendingReads.Over(await base.ReadAsync(id, from, limit, bytesLimit, cancellation), pending, from, limit, bytesLimit);
    }

    public override async ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation)
    {
        var pending = _commits.PendingOf(id);
        return PendingReads.Over(await base.FindAsync(id, session, sequence, cancellation), pending, session, sequence);
    }

    /// <summary>Finishes the writes under way, then closes the file and lets go of it.</summary>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        _commits.Dispose();
        _writer.Dispose();
        base.Dispose(disposing);
    }
}
