using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Grains.Access;
using Collab.Grains.Activity;
using Microsoft.Data.Sqlite;
using static Collab.Grains.Log.LogRows;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Everything that is read. Used by one caller at a time; each query sees one consistent state, and waits for no writer.</summary>
internal sealed class SqliteReadConnection(SqliteConnection connection) : IDisposable
{
    public const string DescribeSql = "SELECT id, kind, policy, title, created_at, modified_at, revision, epoch, start, key FROM documents WHERE id = $0";

    /// <summary>For <see cref="Read(SqliteStatement, long, DocumentId, long, string)"/>.</summary>
    public const string ReadSql = "SELECT first, operations FROM stretches WHERE document = $0 AND last > $1 ORDER BY last";

    private readonly SqliteStatement _key = new(connection, "SELECT key, start FROM documents WHERE id = $0");
    private readonly SqliteStatement _describe = new(connection, DescribeSql);

    private readonly SqliteStatement _list = new(
        connection,
        """
        SELECT id, kind, policy, title, created_at, modified_at, revision, epoch, start, key FROM documents
        WHERE (modified_at, key) < ($0, $1) ORDER BY modified_at DESC, key DESC LIMIT $2
        """);

    private readonly SqliteStatement _read = new(connection, ReadSql);

    // The newest of the session in its stretch, or the one that was asked for.
    private readonly SqliteStatement _find = new(
        connection, "SELECT session, sequence, revision, hash FROM sequences WHERE document = $0 AND session = $1 AND sequence >= $2 ORDER BY sequence LIMIT 1");

    private readonly SqliteStatement _findNewest = new(
        connection, "SELECT session, sequence, revision, hash FROM sequences WHERE document = $0 AND session = $1 ORDER BY sequence DESC LIMIT 1");

    private readonly SqliteStatement _snapshot = new(
        connection,
        "SELECT revision, hash, content, at, length, checksum FROM snapshots WHERE document = $0 AND revision <= $1 ORDER BY revision DESC LIMIT 1");

    private readonly SqliteStatement _snapshots = new(
        connection, "SELECT revision, at, length(content) FROM snapshots WHERE document = $0 ORDER BY revision");

    // A column beside max() comes from the row that has the maximum: https://www.sqlite.org/lang_select.html#bareagg
    private readonly SqliteStatement _startSessions = new(
        connection, "SELECT session, max(sequence), revision, hash FROM sequences WHERE document = $0 AND revision <= $1 GROUP BY session ORDER BY session");

    private SqliteActivityReads? _activity;
    private SqliteAccessReads? _access;

    public SqliteActivityReads Activity => _activity ??= new(connection);

    public SqliteAccessReads Access => _access ??= new(connection);

    public static DocumentDescription? Describe(SqliteStatement describe, DocumentId id)
    {
        using var row = describe.Query(id.Value);
        return row.Read() ? Description(row) : null;
    }

    public ImmutableArray<string> CheckFile() => SqliteFileCheck.Run(connection);

    public DocumentDescription? Describe(DocumentId id) => Describe(_describe, id);

    public (ImmutableArray<DocumentDescription> Documents, string? Next) List(ListCursor after, int limit)
    {
        var documents = ImmutableArray.CreateBuilder<DocumentDescription>();
        using var row = _list.Query(after.ModifiedAt, after.Key, limit + 1L);
        var key = 0L;
        while (row.Read())
        {
            if (documents.Count == limit)
                return (documents.ToImmutable(), ListCursor.After(documents[^1], key).ToString());
            documents.Add(Description(row));
            key = row.GetInt64(9);
        }

        return (documents.ToImmutable(), null);
    }

    /// <exception cref="LogUnavailableException">A revision is missing between two others, or a record is not what was written: the file is damaged.</exception>
    /// <exception cref="HistoryTrimmedException"><paramref name="from"/> is before the start.</exception>
    public ImmutableArray<LogRecord> Read(DocumentId id, Revision from, int limit, long bytesLimit)
    {
        if (Key(id) is not { } document)
            return [];
        HistoryTrimmedException.ThrowIfBefore(id, from, document.Start);
        var records = ImmutableArray.CreateBuilder<LogRecord>();
        var bytes = 0L;
        foreach (var record in Read(_read, document.Key, id, from.Value, connection.DataSource))
        {
            var expected = from + (records.Count + 1);
            if (record.Revision != expected)
            {
                // Trimmed between the two queries?
                HistoryTrimmedException.ThrowIfBefore(id, from, Key(id)!.Value.Start);
                throw new LogUnavailableException(
                    $"Document {id} has no operation {expected} in {connection.DataSource}, but {record.Revision}; the file is damaged.", fault: LogFault.Corrupt);
            }

            records.Add(record);
            bytes += record.Encoded.Length;
            if (records.Count == limit || bytes >= bytesLimit)
                break;
        }

        return records.ToImmutable();
    }

    /// <summary>The operations of a document that are after a revision, as far as they are read.</summary>
    /// <param name="where">The file as people know it.</param>
    /// <exception cref="LogUnavailableException">Of one that is not what was written, when it is its turn.</exception>
    public static IEnumerable<LogRecord> Read(SqliteStatement read, long key, DocumentId id, long after, string where)
    {
        using var row = read.Query(key, after);
        while (row.Read())
        {
            foreach (var record in new StretchReader(id, row.GetInt64(0), row.GetFieldValue<byte[]>(1), where).ReadAfter(after))
                yield return record;
        }
    }

    public AppliedSequence? Find(DocumentId id, SessionId session, long? sequence)
    {
        if (Key(id) is not { Key: var key })
            return null;
        AppliedSequence? found;
        using (var row = sequence is { } wanted ? _find.Query(key, session.Value, wanted) : _findNewest.Query(key, session.Value))
            found = row.Read() ? Applied(row) : null;
        return sequence is null || found is null || found.Sequence == sequence ? found : Find(id, key, found.Revision.Value, session, sequence.Value);
    }

    /// <summary>The highest that the session ever used, trimmed ones included; above it, every sequence is new.</summary>
    public long NewestSequence(DocumentId id, SessionId session) => Find(id, session, null)?.Sequence ?? long.MinValue;

    public LogSnapshot? Snapshot(DocumentId id, Revision atOrBefore)
    {
        if (Key(id) is not { Key: var key })
            return null;
        using var row = _snapshot.Query(key, atOrBefore.Value);
        if (!row.Read())
            return null;
        var snapshot = new LogSnapshot(new Revision(row.GetInt64(0)), (uint)row.GetInt64(1), row.GetFieldValue<byte[]>(2), Time(row.GetInt64(3)));
        return snapshot.Verified(id, row.IsDBNull(4) ? null : row.GetInt64(4), row.IsDBNull(5) ? null : unchecked((uint)row.GetInt64(5)));
    }

    public ImmutableArray<SnapshotEntry> Snapshots(DocumentId id)
    {
        if (Key(id) is not { Key: var key })
            return [];
        var snapshots = ImmutableArray.CreateBuilder<SnapshotEntry>();
        using var row = _snapshots.Query(key);
        while (row.Read())
            snapshots.Add(new(new Revision(row.GetInt64(0)), Time(row.GetInt64(1)), row.GetInt64(2)));
        return snapshots.ToImmutable();
    }

    public LogStart? Start(DocumentId id)
    {
        if (Key(id) is not { Start.Value: > 0 } document)
            return null;
        var sessions = ImmutableArray.CreateBuilder<AppliedSequence>();
        using (var row = _startSessions.Query(document.Key, document.Start.Value))
        {
            while (row.Read())
                sessions.Add(Applied(row));
        }

        return Snapshot(id, document.Start) is { } snapshot && snapshot.Revision == document.Start
            ? new(snapshot, sessions.ToImmutable())
            : throw new LogUnavailableException($"Document {id} has no snapshot at its start, revision {document.Start}, in {connection.DataSource}; the file is damaged.", fault: LogFault.Corrupt);
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_key, _describe, _list, _read, _find, _findNewest, _snapshot, _snapshots, _startSessions])
            statement.Dispose();
        _activity?.Dispose();
        _access?.Dispose();
        connection.Dispose();
    }

    /// <summary>Looks into the stretch that has a revision. What was trimmed is in none, and what never was neither.</summary>
    private AppliedSequence? Find(DocumentId id, long key, long revision, SessionId session, long sequence)
    {
        using var row = _read.Query(key, revision - 1);
        if (!row.Read())
            return null;
        var from = new StretchReader(id, row.GetInt64(0), row.GetFieldValue<byte[]>(1), connection.DataSource);
        while (from.TryRead(out var record, out _, out var by))
        {
            if (by == session && record.Sequence == sequence)
                return new(session, sequence, new Revision(record.Revision), unchecked((ulong)record.SubmittedHash));
        }

        return null;
    }

    private (long Key, Revision Start)? Key(DocumentId id)
    {
        using var row = _key.Query(id.Value);
        return row.Read() ? (row.GetInt64(0), new Revision(row.GetInt64(1))) : null;
    }
}
