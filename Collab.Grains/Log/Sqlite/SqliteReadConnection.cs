using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Everything that is read. Used by one caller at a time; each query sees one consistent state, and waits for no writer.</summary>
internal sealed class SqliteReadConnection(SqliteConnection connection) : IDisposable
{
    public const string DescribeSql = "SELECT id, kind, policy, title, created_at, modified_at, revision, epoch, key FROM documents WHERE id = $0";

    public const string ReadSql =
        "SELECT revision, session, sequence, hash, encoded FROM operations WHERE document = $0 AND revision > $1 ORDER BY revision LIMIT $2";

    private readonly SqliteStatement _key = new(connection, "SELECT key FROM documents WHERE id = $0");
    private readonly SqliteStatement _describe = new(connection, DescribeSql);

    private readonly SqliteStatement _list = new(
        connection,
        """
        SELECT id, kind, policy, title, created_at, modified_at, revision, epoch, key FROM documents
        WHERE (modified_at, key) < ($0, $1) ORDER BY modified_at DESC, key DESC LIMIT $2
        """);

    private readonly SqliteStatement _read = new(connection, ReadSql);

    private readonly SqliteStatement _find = new(
        connection, "SELECT revision, session, sequence, hash, encoded FROM operations WHERE document = $0 AND session = $1 AND sequence = $2");

    private readonly SqliteStatement _findNewest = new(
        connection,
        "SELECT revision, session, sequence, hash, encoded FROM operations WHERE document = $0 AND session = $1 ORDER BY sequence DESC LIMIT 1");

    private readonly SqliteStatement _snapshot = new(
        connection, "SELECT revision, hash, content FROM snapshots WHERE document = $0 AND revision <= $1 ORDER BY revision DESC LIMIT 1");

    public static DocumentDescription? Describe(SqliteStatement describe, DocumentId id)
    {
        using var row = describe.Query(id.Value);
        return row.Read() ? Description(row) : null;
    }

    public static LogRecord Record(SqliteDataReader row) => new(
        new Revision(row.GetInt64(0)), new SessionId(row.GetString(1)), row.GetInt64(2), unchecked((ulong)row.GetInt64(3)), row.GetFieldValue<byte[]>(4));

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
            key = row.GetInt64(8);
        }

        return (documents.ToImmutable(), null);
    }

    /// <exception cref="LogUnavailableException">A revision is missing between two others: the file is damaged.</exception>
    public ImmutableArray<LogRecord> Read(DocumentId id, Revision from, int limit, long bytesLimit)
    {
        if (Key(id) is not { } key)
            return [];
        var records = ImmutableArray.CreateBuilder<LogRecord>();
        using var row = _read.Query(key, from.Value, limit);
        for (var bytes = 0L; bytes < bytesLimit && row.Read(); bytes += records[^1].Encoded.Length)
        {
            var expected = from + (records.Count + 1);
            records.Add(Record(row));
            if (records[^1].Revision != expected)
            {
                throw new LogUnavailableException(
                    $"Document {id} has no operation {expected} in {connection.DataSource}, but {records[^1].Revision}; the file is damaged.", fault: LogFault.Corrupt);
            }
        }

        return records.ToImmutable();
    }

    public LogRecord? Find(DocumentId id, SessionId session, long? sequence)
    {
        if (Key(id) is not { } key)
            return null;
        using var row = sequence is { } wanted ? _find.Query(key, session.Value, wanted) : _findNewest.Query(key, session.Value);
        return row.Read() ? Record(row) : null;
    }

    public LogSnapshot? Snapshot(DocumentId id, Revision atOrBefore)
    {
        if (Key(id) is not { } key)
            return null;
        using var row = _snapshot.Query(key, atOrBefore.Value);
        return row.Read() ? new(new Revision(row.GetInt64(0)), (uint)row.GetInt64(1), row.GetFieldValue<byte[]>(2)) : null;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_key, _describe, _list, _read, _find, _findNewest, _snapshot])
            statement.Dispose();
        connection.Dispose();
    }

    private static DocumentDescription Description(SqliteDataReader row) => new(
        new DocumentId(row.GetString(0)),
        row.GetString(1),
        (ConflictPolicy)row.GetInt32(2),
        row.GetString(3),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(5)),
        new Revision(row.GetInt64(6)),
        row.GetInt64(7));

    private long? Key(DocumentId id)
    {
        using var row = _key.Query(id.Value);
        return row.Read() ? row.GetInt64(0) : null;
    }
}
