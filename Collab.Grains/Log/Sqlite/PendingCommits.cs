
namespace Collab.Grains.Log.Sqlite;

/// <summary>What is durable in the commit journal and not in the tables yet. May be used from any thread.</summary>
internal sealed class PendingCommits
{
    private readonly Lock _gate = new();
    private readonly Queue<Commit> _commits = [];
    private readonly Dictionary<DocumentId, Queue<LogAppend>> _documents = [];
    private long _last;
    private int _operations;
    private long _bytes;

    /// <returns>How much there is now.</returns>
    public (int Commits, int Operations, long Bytes) Add(Commit commit)
    {
        lock (_gate)
        {
            _commits.Enqueue(commit);
            _last = commit.Number;
            for (var i = 0; i < commit.Appends.Count; i++)
            {
                var append = commit.Appends[i];
                if (!_documents.TryGetValue(append.Document, out var appends))
                    _documents[append.Document] = appends = [];
                appends.Enqueue(append);
            }

            Count(commit, 1);
            return (_commits.Count, _operations, _bytes);
        }
    }

    public bool Has(DocumentId document)
    {
        lock (_gate)
            return _documents.ContainsKey(document);
    }

    /// <summary>The document's appends, in order. Whoever looks at the tables afterwards misses nothing between the two, and may see some in both.</summary>
    public IReadOnlyList<LogAppend> Of(DocumentId document)
    {
        lock (_gate)
            return _documents.TryGetValue(document, out var appends) ? [.. appends] : [];
    }

    /// <summary>The number of the newest commit; null when the tables have all.</summary>
    public long? Newest
    {
        get
        {
            lock (_gate)
                return _commits.Count == 0 ? null : _last;
        }
    }

    public Commit[] ToArray()
    {
        lock (_gate)
            return [.. _commits];
    }

    /// <summary>The tables have everything up to this commit, durably.</summary>
    public void RemoveThrough(long number)
    {
        // One by one: whoever appends meanwhile waits for one at most.
        while (RemoveOne(number))
        {
        }
    }

    private bool RemoveOne(long last)
    {
        lock (_gate)
        {
            if (!_commits.TryPeek(out var commit) || commit.Number > last)
                return false;
            _commits.Dequeue();
            Count(commit, -1);
            for (var i = 0; i < commit.Appends.Count; i++)
            {
                var append = commit.Appends[i];
                var appends = _documents[append.Document];
                appends.Dequeue();
                if (appends.Count == 0)
                    _documents.Remove(append.Document);
            }

            return true;
        }
    }

    private void Count(Commit commit, int sign)
    {
        for (var i = 0; i < commit.Appends.Count; i++)
            _operations += sign * commit.Appends[i].Records.Count;
        _bytes += sign * commit.Bytes;
        LogMetrics.JournalBytes.Inc(sign * commit.Bytes);
    }
}
