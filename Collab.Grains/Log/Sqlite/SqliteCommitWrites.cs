using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Brings what is acknowledged in the commit journal into the tables. A part of the connection that writes.</summary>
/// <remarks>
/// The number of the newest commit is written in the same transaction as its operations, so each is brought in once, whatever crashes. Nothing is judged here: that was done before
/// it was acknowledged. What does not fit all the same is damage, and is not passed over.
/// </remarks>
internal sealed class SqliteCommitWrites(SqliteConnection connection, SqliteStretches stretches) : IDisposable
{
    private readonly SqliteStatement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly SqliteStatement _commit = new(connection, "COMMIT");
    private readonly SqliteStatement _rollback = new(connection, "ROLLBACK");
    private readonly SqliteHotStatement _journal = new(connection, "SELECT generation, applied FROM commit_journal");
    private readonly SqliteHotStatement _setJournal = new(connection, "UPDATE commit_journal SET generation = ?1, applied = ?2");
    private readonly SqliteHotStatement _head = new(connection, "SELECT key, revision FROM documents WHERE id = ?1");

    private readonly SqliteHotStatement _advance = new(connection, "UPDATE documents SET revision = ?2, modified_at = ?3 WHERE key = ?1");

    /// <summary>What frames must say to count, and the newest commit that the tables have.</summary>
    public (long Generation, long Applied) Place() => _journal.Read() ?? throw Damaged("does not say where its commit journal begins");

    /// <summary>Waits for the lock, if somebody has it, and begins the transaction that <see cref="Apply"/> ends.</summary>
    public void Begin() => _begin.Execute();

    /// <summary>Applies what was appended, in the order of the commits, and ends the transaction. What is there already is passed over.</summary>
    /// <param name="generation">What the commits were written under.</param>
    /// <param name="next">What is to count from now on; the same, unless the journal begins anew.</param>
    /// <param name="newest">The number of the last commit of them, or of the one before when there are none.</param>
    /// <param name="between">Called time and again meanwhile.</param>
    /// <exception cref="LogUnavailableException">An operation does not fit (<see cref="LogFault.Corrupt"/>): the database or the journal is damaged. The transaction is left open, to be undone.</exception>
    public void Apply(IReadOnlyList<JournalAppend> appends, long generation, long next, long newest, Action? between = null)
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
        foreach (var document in ByKey(appends, applied))
        {
            Insert(document, between);
            _advance.Bind(1, document.Key);
            _advance.Bind(2, document.Revision);
            _advance.Bind(3, document.At);
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
        foreach (var statement in (SqliteHotStatement[])[_journal, _setJournal, _head, _advance])
            statement.Dispose();
    }

    /// <summary>What is to come into the tables, in the order in which it lies there.</summary>
    private List<Document> ByKey(IReadOnlyList<JournalAppend> appends, long applied)
    {
        Dictionary<DocumentId, Document> documents = [];
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            if (append.Commit <= applied)
                continue;
            append.Open(out _, out var at, out var first, out var count);
            if (!documents.TryGetValue(append.Document, out var document))
                documents[append.Document] = document = Find(append.Document, first, appends);
            if (first != document.Revision + 1)
                throw Damaged($"has document {append.Document} up to revision {document.Revision}, and the commit journal goes on at {first}");
            document.Add(i, first + count - 1, at);
        }

        return [.. documents.Values.OrderBy(document => document.Key)];
    }

    private Document Find(DocumentId id, long first, IReadOnlyList<JournalAppend> appends)
    {
        _head.Bind(1, id.Value);
        var (key, revision) = _head.Read() ?? throw Damaged($"has no document {id}, of which the commit journal has operation {first}");
        return new(id, key, revision, appends);
    }

    private void Insert(Document document, Action? between)
    {
        try
        {
            if (stretches.Insert(document.Id, document.Key, document.Records, between) is { } refused)
                throw Refused($"{refused.Revision}", "its session has used the sequence, or a later one");
        }
        catch (SqliteException exception) when (SqliteFaults.IsAboutData(exception))
        {
            throw Refused($"{document.First} or a later one", exception.Message);
        }

        LogUnavailableException Refused(string operation, string reason) =>
            Damaged($"refuses operation {operation} of document {document.Id}, which is acknowledged in the commit journal ({reason})");
    }

    private LogUnavailableException Damaged(string what) => new($"{connection.DataSource} {what}: one of them is damaged, or is not of the other.", fault: LogFault.Corrupt);

    /// <summary>A document's part of what is brought in.</summary>
    private sealed class Document(DocumentId id, long key, long revision, IReadOnlyList<JournalAppend> appends)
    {
        private readonly List<int> _indexes = [];

        public DocumentId Id => id;

        public long Key => key;

        /// <summary>The revision of the first operation that comes.</summary>
        public long First { get; } = revision + 1;

        /// <summary>Up to which it goes with what was added.</summary>
        public long Revision { get; private set; } = revision;

        /// <summary>The time of the newest change.</summary>
        public long At { get; private set; }

        public IEnumerable<JournalRecord> Records
        {
            get
            {
                foreach (var index in _indexes)
                {
                    var from = appends[index].Open(out _, out _, out var first, out var count);
                    for (var i = 0; i < count; i++)
                        yield return JournalRecord.Read(first + i, ref from);
                }
            }
        }

        /// <param name="index">Among all that is brought in.</param>
        public void Add(int index, long last, long at)
        {
            _indexes.Add(index);
            (Revision, At) = (last, at);
        }
    }
}
