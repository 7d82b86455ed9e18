using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Brings what is acknowledged in the commit journal into the tables. A part of the connection that writes.</summary>
/// <remarks>
/// The number of the newest commit is written in the same transaction as its operations, so each is brought in once, whatever crashes. Nothing is judged here: that was done before
/// it was acknowledged. What does not fit all the same is damage, and is not passed over.
/// </remarks>
internal sealed class SqliteCommitWrites(SqliteConnection connection) : IDisposable
{
    private readonly SqliteStatement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = new(connection, "COMMIT");
    private readonly SqliteStatement _rollback = new(connection, "ROLLBACK");
    private readonly SqliteHotStatement _journal = new(connection, "SELECT generation, applied FROM commit_journal");
    private readonly SqliteHotStatement _setJournal = new(connection, "UPDATE commit_journal SET generation = ?1, applied = ?2");
    private readonly SqliteHotStatement _head = new(connection, "SELECT key, revision FROM documents WHERE id = ?1");

    private readonly SqliteHotStatement _insert = new(
        connection, "INSERT INTO operations (document, revision, session, sequence, hash, encoded, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");

    private readonly SqliteHotStatement _advance = new(connection, "UPDATE documents SET revision = ?2, modified_at = ?3 WHERE key = ?1");

    /// <summary>What frames must say to count, and the newest commit that the tables have.</summary>
    public (long Generation, long Applied) Place() => _journal.Read() ?? throw Damaged("does not say where its commit journal begins");

    /// <summary>Waits for the lock, if somebody has it, and begins the transaction that <see cref="Apply"/> ends.</summary>
    public void Begin() => _begin.Execute();

    /// <summary>Applies commits, in order, and ends the transaction. Those that are there already are passed over.</summary>
    /// <param name="generation">What the commits were written under.</param>
    /// <param name="next">What is to count from now on; the same, unless the journal begins anew.</param>
    /// <param name="newest">The number of the last of them, or of the one before when there are none.</param>
    /// <exception cref="LogUnavailableException">An operation does not fit (<see cref="LogFault.Corrupt"/>): the database or the journal is damaged. The transaction is left open, to be undone.</exception>
    public void Apply(IEnumerable<Commit> commits, long generation, long next, long newest)
    {
        var (found, applied) = Place();
        if (found == next && found != generation)
        {
            // The transaction before this one did it all, and its answer got lost.
            _commit.Execute();
            return;
        }

        if (found != generation)
            throw Damaged($"has a commit journal of generation {found:x}, not {generation:x}");
        Dictionary<DocumentId, Head> heads = [];
        foreach (var append in commits.Where(commit => commit.Number > applied).SelectMany(commit => commit.Appends))
            Insert(append, heads);
        foreach (var head in heads.Values)
        {
            _advance.Bind(1, head.Key);
            _advance.Bind(2, head.Revision);
            _advance.Bind(3, head.At);
            _advance.Run();
        }

        _setJournal.Bind(1, next);
        _setJournal.Bind(2, newest);
        _setJournal.Run();
        _commit.Execute();
    }

    /// <summary>Ends a transaction that did not get to its end.</summary>
    public void Undo() => _rollback.Execute();

    public void Dispose()
    {
        foreach (var statement in (SqliteStatement[])[_begin, _commit, _rollback])
            statement.Dispose();
        foreach (var statement in (SqliteHotStatement[])[_journal, _setJournal, _head, _insert, _advance])
            statement.Dispose();
    }

    private void Insert(LogAppend append, Dictionary<DocumentId, Head> heads)
    {
        if (!heads.TryGetValue(append.Document, out var head))
        {
            _head.Bind(1, append.Document.Value);
            var (key, revision) = _head.Read() ?? throw Damaged($"has no document {append.Document}, of which the commit journal has operation {append.Records[0].Revision}");
            heads[append.Document] = head = new(key, revision);
        }

        if (append.Records[0].Revision.Value != head.Revision + 1)
            throw Damaged($"has document {append.Document} up to revision {head.Revision}, and the commit journal goes on at {append.Records[0].Revision}");
        foreach (var record in append.Records)
            Insert(append.Document, head.Key, record);
        (head.Revision, head.At) = (append.Records[^1].Revision.Value, append.At.ToUnixTimeMilliseconds());
    }

    private void Insert(DocumentId document, long key, LogRecord record)
    {
        _insert.Bind(1, key);
        _insert.Bind(2, record.Revision.Value);
        _insert.Bind(3, record.Session.Value);
        _insert.Bind(4, record.Sequence);
        _insert.Bind(5, unchecked((long)record.SubmittedHash));
        _insert.Bind(6, record.Encoded.Span);
        _insert.Bind(7, LogChecksum.Of(document, record));
        try
        {
            _insert.Run();
        }
        catch (SqliteException exception) when (SqliteFaults.IsAboutData(exception))
        {
            throw Damaged($"refuses operation {record.Revision} of document {document}, which is acknowledged in the commit journal ({exception.Message})");
        }
    }

    private LogUnavailableException Damaged(string what) => new($"{connection.DataSource} {what}: one of them is damaged, or is not of the other.", fault: LogFault.Corrupt);

    private sealed class Head(long key, long revision)
    {
        public long Key => key;

        public long Revision { get; set; } = revision;

        public long At { get; set; }
    }
}
