using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Grains.Access;
using Collab.Grains.Activity;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Everything that changes the file, each in one transaction. Used by the write thread alone.</summary>
internal sealed class SqliteWriteConnection(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = new(connection, "COMMIT");

    private readonly SqliteStatement _insertDocument = new(
        connection,
        "INSERT INTO documents (id, kind, policy, title, created_at, modified_at, revision, start, epoch) VALUES ($0, $1, $2, $3, $4, $4, $5, $5, 0) ON CONFLICT DO NOTHING");

    private readonly SqliteStatement _open = new(connection, "UPDATE documents SET epoch = epoch + 1 WHERE id = $0");
    private readonly SqliteStatement _describe = new(connection, SqliteReadConnection.DescribeSql);
    private readonly SqliteStatement _head = new(connection, "SELECT key, epoch, revision, start FROM documents WHERE id = $0");

    private readonly SqliteStatement _insertOperation = new(
        connection, "INSERT INTO operations (document, revision, session, sequence, hash, encoded, checksum) VALUES ($0, $1, $2, $3, $4, $5, $6)");

    private readonly SqliteStatement _deleteOperations = new(connection, "DELETE FROM operations WHERE document = $0 AND revision > $1");
    private readonly SqliteStatement _readOperations = new(connection, SqliteReadConnection.ReadSql);
    private readonly SqliteStatement _advance = new(connection, "UPDATE documents SET revision = $1, modified_at = $2 WHERE key = $0");

    private readonly SqliteStatement _insertSnapshot = new(
        connection, "INSERT OR REPLACE INTO snapshots (document, revision, hash, content, at, length, checksum) VALUES ($0, $1, $2, $3, $4, $5, $6)");

    private readonly SqliteStatement _dropSnapshots = new(
        connection,
        $"""
        DELETE FROM snapshots WHERE document = $0
            AND revision NOT IN (SELECT revision FROM snapshots WHERE document = $0 ORDER BY revision DESC LIMIT {LogSnapshot.Kept})
            AND revision <> (SELECT start FROM documents WHERE key = $0)
            AND EXISTS (SELECT 1 FROM snapshots AS earlier
                WHERE earlier.document = $0 AND earlier.revision < snapshots.revision AND earlier.revision / $1 = snapshots.revision / $1)
        """);

    private readonly SqliteStatement _hasSnapshot = new(connection, "SELECT 1 FROM snapshots WHERE document = $0 AND revision = $1");
    private readonly SqliteStatement _setStart = new(connection, "UPDATE documents SET start = $1 WHERE key = $0");
    private readonly SqliteStatement _dropSnapshotsBefore = new(connection, "DELETE FROM snapshots WHERE document = $0 AND revision < $1");

    private readonly SqliteStatement _oldest = new(connection, "SELECT min(revision) FROM operations WHERE document = $0 AND revision <= $1");

    private readonly SqliteStatement _rememberSessions = new(
        connection,
        """
        INSERT INTO sessions (document, session, sequence, revision, hash)
            SELECT document, session, sequence, revision, hash FROM operations WHERE document = $0 AND revision <= $1 ORDER BY revision
            ON CONFLICT (document, session) DO UPDATE SET sequence = excluded.sequence, revision = excluded.revision, hash = excluded.hash
            WHERE excluded.sequence > sessions.sequence
        """);

    private readonly SqliteStatement _insertSession = new(
        connection, "INSERT INTO sessions (document, session, sequence, revision, hash) VALUES ($0, $1, $2, $3, $4)");

    private readonly SqliteStatement _hasTrimmedSequence = new(
        connection, "SELECT 1 FROM sessions WHERE document = $0 AND session = $1 AND sequence >= $2");

    private readonly SqliteStatement _deleteOldest = new(connection, "DELETE FROM operations WHERE document = $0 AND revision <= $1");

    private SqliteActivityWrites? _activity;
    private SqliteAccessWrites? _access;
    private SqliteCommitWrites? _commits;

    public SqliteActivityWrites Activity => _activity ??= new(connection);

    public SqliteAccessWrites Access => _access ??= new(connection);

    public SqliteCommitWrites Commits => _commits ??= new(connection);

    public (DocumentDescription Document, bool IsNew) Create(DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start)
    {
        _begin.Execute();
        var from = start?.Snapshot.Revision.Value ?? 0;
        var isNew = _insertDocument.Execute(id.Value, document.Kind, (int)document.Policy, document.Title, at.ToUnixTimeMilliseconds(), from) == 1;
        if (isNew && start is not null)
            Begin(Head(id)!.Value.Key, id, start);
        var description = SqliteReadConnection.Describe(_describe, id)!;
        _commit.Execute();
        return (description, isNew);
    }

    public DocumentDescription? Open(DocumentId id)
    {
        _begin.Execute();
        _open.Execute(id.Value);
        var description = SqliteReadConnection.Describe(_describe, id);
        _commit.Execute();
        return description;
    }

    public ImmutableArray<AppendOutcome> Append(IReadOnlyList<LogAppend> appends)
    {
        var outcomes = ImmutableArray.CreateBuilder<AppendOutcome>(appends.Count);
        _begin.Execute();
        foreach (var append in appends)
            outcomes.Add(Append(append));
        _commit.Execute();
        return outcomes.MoveToImmutable();
    }

    public void WriteSnapshot(DocumentId id, LogSnapshot snapshot, long milestoneOperations)
    {
        _begin.Execute();
        var head = Head(id);
        LogSnapshot.ThrowIfAhead(id, snapshot.Revision, head is { } there ? new Revision(there.Revision) : null);
        Insert(head!.Value.Key, id, snapshot);
        _dropSnapshots.Execute(head.Value.Key, milestoneOperations);
        _commit.Execute();
    }

    public bool Trim(DocumentId id, Revision to, int limit)
    {
        _begin.Execute();
        var head = Head(id);
        var start = Math.Max(head?.Start ?? 0, to.Value);
        if (head is not { } document || (start > document.Start && !IsThere(_hasSnapshot, document.Key, start)))
            throw new InvalidOperationException($"Document {id} has no snapshot at revision {to} to start from.");
        if (start > document.Start)
        {
            _setStart.Execute(document.Key, start);
            _dropSnapshotsBefore.Execute(document.Key, start);
        }

        var last = Math.Min(start, Oldest(document.Key, start) + limit - 1);
        _rememberSessions.Execute(document.Key, last);
        _deleteOldest.Execute(document.Key, last);
        _commit.Execute();
        return last < start;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])
            [_begin, _commit, _insertDocument, _open, _describe, _head, _insertOperation, _deleteOperations, _readOperations, _advance, _insertSnapshot, _dropSnapshots,
            _hasSnapshot, _setStart, _dropSnapshotsBefore, _oldest, _rememberSessions, _insertSession, _hasTrimmedSequence, _deleteOldest])
        {
            statement.Dispose();
        }

        _activity?.Dispose();
        _access?.Dispose();
        _commits?.Dispose();
        connection.Dispose();
    }

    private AppendOutcome Append(LogAppend append)
    {
        if (!append.IsConsecutive || Head(append.Document) is not { } head)
            return AppendOutcome.Invalid;

        var there = (int)Math.Clamp(head.Revision - append.Records[0].Revision.Value + 1, 0, append.Records.Count);
        if (there > 0 && !IsThere(head.Key, append, there))
            return AppendOutcome.Fenced;
        if (there == append.Records.Count)
            return AppendOutcome.Durable;
        if (append.Epoch != head.Epoch || append.Records[there].Revision.Value != head.Revision + 1)
            return AppendOutcome.Fenced;

        var added = append.Records.Skip(there);
        if (head.Start > 0 && added.Any(record => IsThere(_hasTrimmedSequence, head.Key, record.Session.Value, record.Sequence)))
            return AppendOutcome.Invalid;
        try
        {
            foreach (var record in added)
            {
                _insertOperation.Execute(
                    head.Key,
                    record.Revision.Value,
                    record.Session.Value,
                    record.Sequence,
                    unchecked((long)record.SubmittedHash),
                    SqliteStatement.Blob(record.Encoded),
                    (long)LogChecksum.Of(append.Document, record));
            }
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SqliteFaults.Constraint)
        {
            // SQLite has undone the one statement. Taking back this element's earlier rows leaves the transaction as if it had not been
            // in the batch; a savepoint for each element would do the same at the price of two statements that hardly ever matter.
            _deleteOperations.Execute(head.Key, head.Revision);
            return AppendOutcome.Invalid;
        }

        _advance.Execute(head.Key, append.Records[^1].Revision.Value, append.At.ToUnixTimeMilliseconds());
        return AppendOutcome.Durable;
    }

    private void Begin(long key, DocumentId id, LogStart start)
    {
        Insert(key, id, start.Snapshot);
        foreach (var applied in start.Sessions)
            _insertSession.Execute(key, applied.Session.Value, applied.Sequence, applied.Revision.Value, unchecked((long)applied.SubmittedHash));
    }

    private void Insert(long key, DocumentId id, LogSnapshot snapshot) => _insertSnapshot.Execute(
        key,
        snapshot.Revision.Value,
        (long)snapshot.ContentHash,
        SqliteStatement.Blob(snapshot.Content),
        snapshot.At.ToUnixTimeMilliseconds(),
        (long)snapshot.Content.Length,
        (long)LogChecksum.Of(id, snapshot));

    private (long Key, long Epoch, long Revision, long Start)? Head(DocumentId id)
    {
        using var row = _head.Query(id.Value);
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)) : null;
    }

    /// <summary>The oldest operation that is not after <paramref name="start"/>, or else the one after it.</summary>
    private long Oldest(long key, long start)
    {
        using var row = _oldest.Query(key, start);
        return row.Read() && !row.IsDBNull(0) ? row.GetInt64(0) : start + 1;
    }

    /// <summary>Whether the first <paramref name="count"/> records are in the log as they are here.</summary>
    /// <remarks>Bytes are compared, not checksums: a damaged one is another one, which ends this writer and not the call of them all.</remarks>
    private bool IsThere(long key, LogAppend append, int count)
    {
        using var row = _readOperations.Query(key, append.Records[0].Revision.Value - 1, count);
        for (var i = 0; i < count; i++)
        {
            if (!row.Read() || !LogRows.Record(row).IsSameAs(append.Records[i]))
                return false;
        }

        return true;
    }

    private static bool IsThere(SqliteStatement query, params ReadOnlySpan<object> values)
    {
        using var row = query.Query(values);
        return row.Read();
    }
}
