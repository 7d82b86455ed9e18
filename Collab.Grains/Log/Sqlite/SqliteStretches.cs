using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// Puts operations into the table of stretches, and beside each stretch where its sessions have come to: a row for some hundred operations costs SQLite little more than one for each would.
/// </summary>
/// <remarks>Belongs to one connection, used within a transaction.</remarks>
internal sealed class SqliteStretches(SqliteConnection connection) : IDisposable
{
    // OR FAIL: SQLite then keeps no copies of the pages that a statement changes, to undo it alone.
    private readonly SqliteHotStatement _insert = new(connection, "INSERT OR FAIL INTO stretches (document, last, first, operations) VALUES (?1, ?2, ?3, ?4)");

    // Of a stretch that is put there in two parts, the second has some already.
    private readonly SqliteHotStatement _mark = new(connection, "INSERT OR IGNORE INTO sequences (document, session, sequence, revision, hash) VALUES (?1, ?2, ?3, ?4, ?5)");
    private readonly SqliteHotStatement _newest = new(connection, "SELECT sequence, revision FROM sequences WHERE document = ?1 AND session = ?2 ORDER BY sequence DESC LIMIT 1");
    private readonly StretchWriter _stretch = new();

    /// <param name="key">The document's.</param>
    /// <param name="records">Consecutive, after the document's newest.</param>
    /// <param name="between">Called after each stretch.</param>
    /// <returns>The first of a session that does not go beyond all that the session has used; null when all are there now. After the former the transaction has to be undone.</returns>
    public JournalRecord? Insert(DocumentId document, long key, IEnumerable<JournalRecord> records, Action? between = null)
    {
        try
        {
            var begun = LogChecksum.Begin(document);
            foreach (var record in records)
            {
                if (!_stretch.TryAdd(record, record.Checksum(begun)))
                    return record;
                if (_stretch.IsFull && Insert(key, between) is { } refused)
                    return refused;
            }

            return _stretch.IsEmpty ? null : Insert(key, between);
        }
        finally
        {
            // What is in the table is held for nobody.
            _stretch.Clear();
        }
    }

    /// <summary>Puts a stretch there, whatever its sequences are.</summary>
    public void Put(long key, StretchWriter stretch)
    {
        _insert.Bind(1, key);
        _insert.Bind(2, stretch.Last);
        _insert.Bind(3, stretch.First);
        _insert.Bind(4, stretch.Operations);
        _insert.Run();
        foreach (var session in stretch.Sessions)
        {
            _mark.Bind(1, key);
            _mark.BindText(2, session.Name.Span);
            _mark.Bind(3, session.Newest.Sequence);
            _mark.Bind(4, session.Newest.Revision);
            _mark.Bind(5, session.Newest.SubmittedHash);
            _mark.Run();
        }
    }

    public void Dispose()
    {
        foreach (var statement in (SqliteHotStatement[])[_insert, _mark, _newest])
            statement.Dispose();
    }

    private JournalRecord? Insert(long key, Action? between)
    {
        foreach (var session in _stretch.Sessions)
        {
            _newest.Bind(1, key);
            _newest.BindText(2, session.Name.Span);
            if (_newest.Read() is { First: var sequence } && session.Oldest.Sequence <= sequence)
                return session.Oldest;
        }

        Put(key, _stretch);
        _stretch.Clear();
        between?.Invoke();
        return null;
    }
}
