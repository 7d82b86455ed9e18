using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>The log of one process, gone with it: for tests, the simulation and trying out. Keeps the same rules as the durable ones.</summary>
public sealed class MemoryOperationLog : IOperationLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DocumentId, Stored> _documents = [];

    public string Store => "memory";

    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_documents.TryGetValue(id, out var there))
                return ValueTask.FromResult((there.Description, false));
            var time = Milliseconds(at);
            var made = new Stored(
                _documents.Count,
                new DocumentDescription(id, document.Kind, document.Policy, document.Title, time, time, Revision.Zero, Epoch: 0));
            _documents.Add(id, made);
            return ValueTask.FromResult((made.Description, true));
        }
    }

    public ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_documents.TryGetValue(id, out var document))
                return ValueTask.FromResult<DocumentDescription?>(null);
            document.Description = document.Description with { Epoch = document.Description.Epoch + 1 };
            return ValueTask.FromResult<DocumentDescription?>(document.Description);
        }
    }

    public ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation)
    {
        lock (_lock)
            return ValueTask.FromResult(_documents.GetValueOrDefault(id)?.Description);
    }

    public ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var cursor = ListCursor.Parse(after);
        lock (_lock)
        {
            var page = _documents.Values
                .Select(document => (document.Description, Place: ListCursor.After(document.Description, document.Key)))
                .Where(document => (document.Place.ModifiedAt, document.Place.Key).CompareTo((cursor.ModifiedAt, cursor.Key)) < 0)
                .OrderByDescending(document => document.Place.ModifiedAt)
                .ThenByDescending(document => document.Place.Key)
                .Take(limit + 1)
                .ToList();
            var next = page.Count > limit ? page[limit - 1].Place.ToString() : null;
            return ValueTask.FromResult((page.Take(limit).Select(document => document.Description).ToImmutableArray(), next));
        }
    }

    public ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
            return ValueTask.FromResult(appends.Select(Append).ToImmutableArray());
    }

    public ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(from.Value);
        lock (_lock)
        {
            if (!_documents.TryGetValue(id, out var document))
                return ValueTask.FromResult(ImmutableArray<LogRecord>.Empty);
            var records = ImmutableArray.CreateBuilder<LogRecord>();
            var bytes = 0L;
            for (var at = from.Value; at < document.Records.Count && records.Count < limit && bytes < bytesLimit; at++)
            {
                records.Add(document.Records[(int)at]);
                bytes += records[^1].Encoded.Length;
            }

            return ValueTask.FromResult(records.ToImmutable());
        }
    }

    public ValueTask<LogRecord?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_documents.TryGetValue(id, out var document) || !document.Sessions.TryGetValue(session, out var sequences))
                return ValueTask.FromResult<LogRecord?>(null);
            return ValueTask.FromResult(sequences.GetValueOrDefault(sequence ?? sequences.Keys.Max()));
        }
    }

    public ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return ValueTask.FromResult(_documents.GetValueOrDefault(id)?.Snapshots.Values.LastOrDefault(snapshot => snapshot.Revision <= atOrBefore));
        }
    }

    public ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var head = _documents.GetValueOrDefault(id)?.Description.Revision;
            LogSnapshot.ThrowIfAhead(id, snapshot.Revision, head);
            var snapshots = _documents[id].Snapshots;
            snapshots[snapshot.Revision] = snapshot;
            while (snapshots.Count > LogSnapshot.Kept)
                snapshots.RemoveAt(0);
            return ValueTask.CompletedTask;
        }
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private AppendOutcome Append(LogAppend append)
    {
        if (!append.IsConsecutive || !_documents.TryGetValue(append.Document, out var document))
            return AppendOutcome.Invalid;

        var there = append.Records.TakeWhile(record => record.Revision.Value <= document.Records.Count).ToList();
        if (!there.All(record => record.IsSameAs(document.Records[(int)record.Revision.Value - 1])))
            return AppendOutcome.Fenced;
        var added = append.Records.Skip(there.Count).ToList();
        if (added.Count == 0)
            return AppendOutcome.Durable;
        if (append.Epoch != document.Description.Epoch || added[0].Revision.Value != document.Records.Count + 1)
            return AppendOutcome.Fenced;
        if (added.Any(document.HasSequence) || added.DistinctBy(record => (record.Session, record.Sequence)).Count() < added.Count)
            return AppendOutcome.Invalid;

        added.ForEach(document.Add);
        document.Description = document.Description with { Revision = added[^1].Revision, ModifiedAt = Milliseconds(append.At) };
        return AppendOutcome.Durable;
    }

    private sealed class Stored(long key, DocumentDescription description)
    {
        public long Key => key;

        public DocumentDescription Description { get; set; } = description;

        /// <summary>Operation r is at index r − 1.</summary>
        public List<LogRecord> Records { get; } = [];

        public Dictionary<SessionId, Dictionary<long, LogRecord>> Sessions { get; } = [];

        public SortedList<Revision, LogSnapshot> Snapshots { get; } = [];

        public bool HasSequence(LogRecord record) =>
            Sessions.TryGetValue(record.Session, out var sequences) && sequences.ContainsKey(record.Sequence);

        public void Add(LogRecord record)
        {
            Records.Add(record);
            if (!Sessions.TryGetValue(record.Session, out var sequences))
                Sessions.Add(record.Session, sequences = []);
            sequences.Add(record.Sequence, record);
        }
    }
}
