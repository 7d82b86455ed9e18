using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log.Sqlite;

/// <summary>What is durable in the commit journal and not in the tables yet. May be used from any thread.</summary>
internal sealed class PendingCommits
{
    private readonly Lock _gate = new();
    private readonly Queue<JournalAppend> _appends = [];
    private readonly Queue<(long Number, int Operations, int Bytes)> _commits = [];
    // How many appends of each.
    private readonly Dictionary<DocumentId, int> _documents = [];
    private readonly OperationBytes _encoded = new();
    private long _last;
    private int _operations;
    private long _bytes;

    /// <param name="appends">What the commit consists of.</param>
    /// <returns>How much there is now.</returns>
    public (int Commits, int Operations, long Bytes) Add(Commit commit, IReadOnlyList<LogAppend> appends)
    {
        lock (_gate)
        {
            var from = new JournalReader(_encoded.Keep(commit.Appends.Span));
            var operations = 0;
            for (var i = 0; i < appends.Count; i++)
            {
                var document = appends[i].Document;
                _appends.Enqueue(JournalAppend.Read(commit.Number, ref from, document));
                _documents[document] = _documents.GetValueOrDefault(document) + 1;
                operations += appends[i].Records.Count;
            }

            _commits.Enqueue((commit.Number, operations, commit.Bytes));
            _last = commit.Number;
            Count(operations, commit.Bytes);
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
        List<JournalAppend> found;
        lock (_gate)
        {
            if (!_documents.TryGetValue(document, out var count))
                return [];
            found = new(count);
            foreach (var append in _appends)
            {
                if (append.Document == document)
                    found.Add(append);
            }
        }

        return found.ConvertAll(append => append.Decode());
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

    /// <summary>How many operations wait.</summary>
    public int Operations => Volatile.Read(ref _operations);

    /// <summary>Copies all of it into an array of the pool.</summary>
    /// <returns>What was copied, to be given back with <see cref="Return"/>; and the number of the newest commit, or null if there is none.</returns>
    public (ArraySegment<JournalAppend> Appends, long? Newest) Rent()
    {
        lock (_gate)
        {
            var appends = ArrayPool<JournalAppend>.Shared.Rent(_appends.Count);
            _appends.CopyTo(appends, 0);
            return (new(appends, 0, _appends.Count), _commits.Count == 0 ? null : _last);
        }
    }

    public static void Return(ArraySegment<JournalAppend> appends)
    {
        // What is in the tables is held for nobody.
        appends.AsSpan().Clear();
        ArrayPool<JournalAppend>.Shared.Return(appends.Array!);
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
            while (_appends.TryPeek(out var append) && append.Commit == commit.Number)
            {
                _appends.Dequeue();
                if (--CollectionsMarshal.GetValueRefOrNullRef(_documents, append.Document) == 0)
                    _documents.Remove(append.Document);
            }

            Count(-commit.Operations, -commit.Bytes);
            return true;
        }
    }

    private void Count(int operations, int bytes)
    {
        _operations += operations;
        _bytes += bytes;
        LogMetrics.JournalBytes.Inc(bytes);
    }
}
