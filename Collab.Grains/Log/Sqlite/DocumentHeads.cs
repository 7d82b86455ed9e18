
namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// Where documents stand, what is only in the commit journal included: enough to say of an append that it will be taken, without asking the database. It never says more than that:
/// whatever is not a plain continuation is for the database to judge, when that has everything.
/// </summary>
/// <remarks>
/// Used under one lock. A document that somebody else is changing is <em>blocked</em>: nothing of it is admitted, and when it is unblocked it is read anew. A head that is forgotten is read from the
/// database, so only those may be that have nothing pending.
/// </remarks>
internal sealed class DocumentHeads(PendingCommits pending)
{
    private const int DocumentsLimit = 10_000;
    private const int SessionsLimit = 1_000;

    private readonly Dictionary<DocumentId, Head> _heads = [];
    private readonly Dictionary<DocumentId, int> _blocked = [];

    /// <summary>Whether the tables will take all of the appends: each goes on where its document ends, under its epoch, with sequences above all that its sessions have used.</summary>
    /// <remarks>If so, the documents stand behind them now. If not, they stand anywhere: block and unblock them.</remarks>
    public bool TryAdmit(IReadOnlyList<LogAppend> appends, SqliteReadConnection database)
    {
        Shrink();
        for (var i = 0; i < appends.Count; i++)
        {
            if (!TryAdmit(appends[i], database))
                return false;
        }

        return true;
    }

    public void Block(DocumentId document) => _blocked[document] = _blocked.GetValueOrDefault(document) + 1;

    public void Unblock(DocumentId document)
    {
        _heads.Remove(document);
        if (_blocked[document] == 1)
            _blocked.Remove(document);
        else
            _blocked[document]--;
    }

    /// <summary>Forgets all; nothing may be pending.</summary>
    public void Clear() => _heads.Clear();

    private bool TryAdmit(LogAppend append, SqliteReadConnection database)
    {
        if (!append.IsConsecutive || _blocked.ContainsKey(append.Document))
            return false;
        if (!_heads.TryGetValue(append.Document, out var head) || (head.Sequences.Count > SessionsLimit && !pending.Has(append.Document)))
        {
            if (database.Describe(append.Document) is not { } described)
                return false;
            _heads[append.Document] = head = new(described.Epoch, described.Revision.Value);
        }

        if (append.Epoch != head.Epoch || append.Records[0].Revision.Value != head.Revision + 1)
            return false;
        foreach (var record in append.RecordsSpan)
        {
            if (!head.Sequences.TryGetValue(record.Session, out var newest))
                newest = database.NewestSequence(append.Document, record.Session);
            if (record.Sequence <= newest)
                return false;
            head.Sequences[record.Session] = record.Sequence;
        }

        head.Revision += append.Records.Count;
        return true;
    }

    private void Shrink()
    {
        if (_heads.Count <= DocumentsLimit)
            return;
        foreach (var document in _heads.Keys.Where(document => !pending.Has(document)).ToList())
            _heads.Remove(document);
    }

    private sealed class Head(long epoch, long revision)
    {
        public long Epoch => epoch;

        public long Revision { get; set; } = revision;

        /// <summary>The newest of each session that has appended lately.</summary>
        public Dictionary<SessionId, long> Sequences { get; } = [];
    }
}
