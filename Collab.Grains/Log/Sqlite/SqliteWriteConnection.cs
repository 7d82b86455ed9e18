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

    private readonly SqliteStatement _beginElement = new(connection, "SAVEPOINT element");
    private readonly SqliteStatement _undoElement = new(connection, "ROLLBACK TO element");
    private readonly SqliteStatement _endElement = new(connection, "RELEASE element");
    private readonly SqliteStatement _read = new(connection, SqliteReadConnection.ReadSql);
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

    private readonly SqliteStatement _insertSession = new(
        connection, "INSERT INTO sequences (document, session, sequence, revision, hash) VALUES ($0, $1, $2, $3, $4)");

    private readonly SqliteStretches _stretches = new(connection);
    private SqliteActivityWrites? _activity;
    private SqliteAccessWrites? _access;
    private SqliteCommitWrites? _commits;
    private SqliteTrimming? _trimming;

    public SqliteActivityWrites Activity => _activity ??= new(connection);

    public SqliteAccessWrites Access => _access ??= new(connection);

    public SqliteCommitWrites Commits => _commits ??= new(connection, _stretches);

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
        _trimming ??= new(connection, _stretches);
        var remains = head is { } there && _trimming.SetStart(id, there.Key, there.Start, to.Value) is { } start
            ? _trimming.Delete(id, there.Key, start, limit)
            : throw new InvalidOperationException($"Document {id} has no snapshot at revision {to} to start from.");
        _commit.Execute();
        return remains;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])
            [_begin, _commit, _insertDocument, _open, _describe, _head, _beginElement, _undoElement, _endElement, _read, _advance, _insertSnapshot, _dropSnapshots, _insertSession])
        {
            statement.Dispose();
        }

        _activity?.Dispose();
        _access?.Dispose();
        _commits?.Dispose();
        _trimming?.Dispose();
        _stretches.Dispose();
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

        _beginElement.Execute();
        var isAdded = TryInsert(append.Document, head.Key, append.Records.Skip(there));
        if (isAdded)
            _advance.Execute(head.Key, append.Records[^1].Revision.Value, append.At.ToUnixTimeMilliseconds());
        else
            _undoElement.Execute();
        _endElement.Execute();
        return isAdded ? AppendOutcome.Durable : AppendOutcome.Invalid;
    }

    private bool TryInsert(DocumentId document, long key, IEnumerable<LogRecord> records)
    {
        try
        {
            return _stretches.Insert(document, key, records.Select(JournalRecord.Of)) is null;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == SqliteFaults.Constraint)
        {
            return false;
        }
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

    /// <summary>Whether the first <paramref name="count"/> records are in the log as they are here.</summary>
    /// <remarks>One that is damaged is another one, which ends this writer and not the call of them all.</remarks>
    private bool IsThere(long key, LogAppend append, int count)
    {
        try
        {
            using var found = SqliteReadConnection.Read(_read, key, append.Document, append.Records[0].Revision.Value - 1, connection.DataSource).GetEnumerator();
            for (var i = 0; i < count; i++)
            {
                if (!found.MoveNext() || !found.Current.IsSameAs(append.Records[i]))
                    return false;
            }

            return true;
        }
        catch (LogUnavailableException damage) when (damage.Fault == LogFault.Corrupt)
        {
            return false;
        }
    }
}
