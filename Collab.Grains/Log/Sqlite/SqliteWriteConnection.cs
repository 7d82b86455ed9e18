using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Everything that changes the file, each in one transaction. Used by the write thread alone.</summary>
internal sealed class SqliteWriteConnection(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = new(connection, "COMMIT");

    private readonly SqliteStatement _insertDocument = new(
        connection,
        "INSERT INTO documents (id, kind, policy, title, created_at, modified_at, revision, epoch) VALUES ($0, $1, $2, $3, $4, $4, 0, 0) ON CONFLICT DO NOTHING");

    private readonly SqliteStatement _open = new(connection, "UPDATE documents SET epoch = epoch + 1 WHERE id = $0");
    private readonly SqliteStatement _describe = new(connection, SqliteReadConnection.DescribeSql);
    private readonly SqliteStatement _head = new(connection, "SELECT key, epoch, revision FROM documents WHERE id = $0");

    private readonly SqliteStatement _insertOperation = new(
        connection, "INSERT INTO operations (document, revision, session, sequence, hash, encoded) VALUES ($0, $1, $2, $3, $4, $5)");

    private readonly SqliteStatement _deleteOperations = new(connection, "DELETE FROM operations WHERE document = $0 AND revision > $1");
    private readonly SqliteStatement _readOperations = new(connection, SqliteReadConnection.ReadSql);
    private readonly SqliteStatement _advance = new(connection, "UPDATE documents SET revision = $1, modified_at = $2 WHERE key = $0");

    private readonly SqliteStatement _insertSnapshot = new(
        connection, "INSERT OR REPLACE INTO snapshots (document, revision, hash, content) VALUES ($0, $1, $2, $3)");

    private readonly SqliteStatement _dropSnapshots = new(
        connection,
        $"DELETE FROM snapshots WHERE document = $0 AND revision NOT IN (SELECT revision FROM snapshots WHERE document = $0 ORDER BY revision DESC LIMIT {LogSnapshot.Kept})");

    public (DocumentDescription Document, bool IsNew) Create(DocumentId id, NewDocument document, DateTimeOffset at)
    {
        _begin.Execute();
        var isNew = _insertDocument.Execute(id.Value, document.Kind, (int)document.Policy, document.Title, at.ToUnixTimeMilliseconds()) == 1;
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

    public void WriteSnapshot(DocumentId id, LogSnapshot snapshot)
    {
        _begin.Execute();
        var head = Head(id);
        LogSnapshot.ThrowIfAhead(id, snapshot.Revision, head is { } there ? new Revision(there.Revision) : null);
        _insertSnapshot.Execute(head!.Value.Key, snapshot.Revision.Value, (long)snapshot.ContentHash, SqliteStatement.Blob(snapshot.Content));
        _dropSnapshots.Execute(head.Value.Key);
        _commit.Execute();
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])
            [_begin, _commit, _insertDocument, _open, _describe, _head, _insertOperation, _deleteOperations, _readOperations, _advance, _insertSnapshot, _dropSnapshots])
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private AppendOutcome Append(LogAppend append)
    {
        if (!append.IsConsecutive || Head(append.Document) is not { } head)
            return AppendOutcome.Invalid;

        var there = (int)Math.Clamp(head.Revision - append.Records[0].Revision.Value + 1, 0, append.Records.Count);
        if (there > 0 && !IsThere(head.Key, append.Records, there))
            return AppendOutcome.Fenced;
        if (there == append.Records.Count)
            return AppendOutcome.Durable;
        if (append.Epoch != head.Epoch || append.Records[there].Revision.Value != head.Revision + 1)
            return AppendOutcome.Fenced;

        try
        {
            foreach (var record in append.Records.Skip(there))
            {
                _insertOperation.Execute(
                    head.Key, record.Revision.Value, record.Session.Value, record.Sequence, unchecked((long)record.SubmittedHash), SqliteStatement.Blob(record.Encoded));
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

    private (long Key, long Epoch, long Revision)? Head(DocumentId id)
    {
        using var row = _head.Query(id.Value);
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)) : null;
    }

    /// <summary>Whether the first <paramref name="count"/> records are in the log as they are here.</summary>
    private bool IsThere(long key, IReadOnlyList<LogRecord> records, int count)
    {
        using var row = _readOperations.Query(key, records[0].Revision.Value - 1, count);
        for (var i = 0; i < count; i++)
        {
            if (!row.Read() || !SqliteReadConnection.Record(row).IsSameAs(records[i]))
                return false;
        }

        return true;
    }
}
