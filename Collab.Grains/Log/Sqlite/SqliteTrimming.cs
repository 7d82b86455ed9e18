using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Gives up history. A part of the connection that writes, used within its transaction.</summary>
/// <remarks>
/// Keeps: no stretch goes over the start of its document. One that would is put there in two parts, so that what the table of sequences knows of a session up to the start, or up to where deleting has come, is its
/// newest up to there.
/// </remarks>
internal sealed class SqliteTrimming(SqliteConnection connection, SqliteStretches stretches) : IDisposable
{
    private readonly SqliteStatement _hasSnapshot = new(connection, "SELECT 1 FROM snapshots WHERE document = $0 AND revision = $1");
    private readonly SqliteStatement _setStart = new(connection, "UPDATE documents SET start = $1 WHERE key = $0");
    private readonly SqliteStatement _dropSnapshots = new(connection, "DELETE FROM snapshots WHERE document = $0 AND revision < $1");
    private readonly SqliteStatement _oldest = new(connection, "SELECT first FROM stretches WHERE document = $0 ORDER BY last LIMIT 1");
    private readonly SqliteStatement _around = new(connection, "SELECT first, operations, last FROM stretches WHERE document = $0 AND last > $1 ORDER BY last LIMIT 1");
    private readonly SqliteStatement _upTo = new(connection, "SELECT first, operations FROM stretches WHERE document = $0 AND last <= $1");
    private readonly SqliteStatement _delete = new(connection, "DELETE FROM stretches WHERE document = $0 AND last <= $1");
    private readonly SqliteStatement _deleteOne = new(connection, "DELETE FROM stretches WHERE document = $0 AND last = $1");
    private readonly SqliteStatement _forget = new(connection, "DELETE FROM sequences WHERE document = $0 AND session = $1 AND sequence < $2");

    /// <summary>Lets the document begin at a snapshot, unless it begins later already.</summary>
    /// <returns>Where it begins; null when there is no such snapshot.</returns>
    public long? SetStart(DocumentId document, long key, long start, long to)
    {
        if (to <= start)
            return start;
        using (var row = _hasSnapshot.Query(key, to))
        {
            if (!row.Read())
                return null;
        }

        _setStart.Execute(key, to);
        _dropSnapshots.Execute(key, to);
        Split(document, key, to);
        return to;
    }

    /// <summary>Deletes at most <paramref name="limit"/> operations of those up to the start, the oldest first. Of each session's the newest stays known.</summary>
    /// <returns>Whether more of them remain.</returns>
    public bool Delete(DocumentId document, long key, long start, int limit)
    {
        var last = Math.Min(start, Oldest(key, start) + limit - 1);
        if (last < start)
            Split(document, key, last);
        Forget(document, key, last);
        _delete.Execute(key, last);
        return last < start;
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_hasSnapshot, _setStart, _dropSnapshots, _oldest, _around, _upTo, _delete, _deleteOne, _forget])
            statement.Dispose();
    }

    /// <summary>The oldest operation that is there and not after <paramref name="start"/>, or else the one after it.</summary>
    private long Oldest(long key, long start)
    {
        using var row = _oldest.Query(key);
        return row.Read() ? Math.Min(row.GetInt64(0), start + 1) : start + 1;
    }

    /// <summary>Lets a stretch end with this revision, if one goes over it.</summary>
    private void Split(DocumentId document, long key, long revision)
    {
        StretchWriter before = new(), after = new();
        long last;
        using (var row = _around.Query(key, revision))
        {
            if (!row.Read() || row.GetInt64(0) > revision)
                return;
            last = row.GetInt64(2);
            var from = new StretchReader(document, row.GetInt64(0), row.GetFieldValue<byte[]>(1), connection.DataSource);
            while (from.TryRead(out var record, out var checksum, out _))
                (record.Revision <= revision ? before : after).TryAdd(record, checksum);
        }

        _deleteOne.Execute(key, last);
        stretches.Put(key, before);
        stretches.Put(key, after);
    }

    /// <summary>Forgets of each session in the stretches up to there all but the newest.</summary>
    private void Forget(DocumentId document, long key, long last)
    {
        using var row = _upTo.Query(key, last);
        while (row.Read())
        {
            foreach (var (session, newest) in new StretchReader(document, row.GetInt64(0), row.GetFieldValue<byte[]>(1), connection.DataSource).Newest())
                _forget.Execute(key, session.Value, newest.Sequence);
        }
    }
}
