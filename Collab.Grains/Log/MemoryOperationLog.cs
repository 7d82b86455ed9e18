using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>The log of one process, gone with it: for tests, the simulation and trying out. Keeps the same rules as the durable ones.</summary>
public sealed class MemoryOperationLog : IOperationLog
{
    private readonly Lock _lock = new();
    private readonly Dictionary<DocumentId, Stored> _documents = [];

    public string Store => "memory";

    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_documents.TryGetValue(id, out var there))
                return ValueTask.FromResult((there.Description, false));
            var time = Milliseconds(at);
            var from = start?.Snapshot.Revision ?? Revision.Zero;
            var made = new Stored(
                _documents.Count,
                new DocumentDescription(id, document.Kind, document.Policy, document.Title, time, time, from, Epoch: 0, Start: from));
            if (start is not null)
                made.Begin(start);
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
            HistoryTrimmedException.ThrowIfBefore(id, from, document.Description.Start);
            var records = ImmutableArray.CreateBuilder<LogRecord>();
            var bytes = 0L;
            for (var at = from.Next; at <= document.Description.Revision && records.Count < limit && bytes < bytesLimit; at = at.Next)
            {
                records.Add(document[at]);
                bytes += records[^1].Encoded.Length;
            }

            return ValueTask.FromResult(records.ToImmutable());
        }
    }

    public ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_documents.TryGetValue(id, out var document) || !document.Sessions.TryGetValue(session, out var sequences))
                return ValueTask.FromResult<AppliedSequence?>(null);
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

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return ValueTask.FromResult<ImmutableArray<SnapshotEntry>>(
                [.. (_documents.GetValueOrDefault(id)?.Snapshots.Values ?? []).Select(kept => new SnapshotEntry(kept.Revision, kept.At, kept.Content.Length))]);
        }
    }

    public ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(milestoneOperations);
        lock (_lock)
        {
            var head = _documents.GetValueOrDefault(id)?.Description.Revision;
            LogSnapshot.ThrowIfAhead(id, snapshot.Revision, head);
            var document = _documents[id];
            document.Snapshots[snapshot.Revision] = snapshot with { At = Milliseconds(snapshot.At) };
            foreach (var revision in document.Snapshots.Keys.SkipLast(LogSnapshot.Kept).ToList())
            {
                var isFirst = document.Snapshots.Keys.First(other => other.Value / milestoneOperations == revision.Value / milestoneOperations) == revision;
                if (!isFirst && revision != document.Description.Start)
                    document.Snapshots.Remove(revision);
            }

            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_documents.TryGetValue(id, out var document) || document.Description.Start == Revision.Zero)
                return ValueTask.FromResult<LogStart?>(null);
            var start = document.Description.Start;
            var newest = document.Sessions.Values
                .Select(sequences => sequences.Values.Where(applied => applied.Revision <= start).MaxBy(applied => applied.Sequence))
                .OfType<AppliedSequence>();
            return ValueTask.FromResult<LogStart?>(new LogStart(document.Snapshots[start], [.. newest]));
        }
    }

    public ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        lock (_lock)
        {
            if (!_documents.TryGetValue(id, out var document) || (to > document.Description.Start && !document.Snapshots.ContainsKey(to)))
                throw new InvalidOperationException($"Document {id} has no snapshot at revision {to} to start from.");
            return ValueTask.FromResult(document.Trim(to, limit));
        }
    }

    private static DateTimeOffset Milliseconds(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private AppendOutcome Append(LogAppend append)
    {
        if (!append.IsConsecutive || !_documents.TryGetValue(append.Document, out var document))
            return AppendOutcome.Invalid;

        var head = document.Description.Revision;
        var there = append.Records.TakeWhile(record => record.Revision <= head).ToList();
        if (!there.All(record => document.Has(record)))
            return AppendOutcome.Fenced;
        var added = append.Records.Skip(there.Count).ToList();
        if (added.Count == 0)
            return AppendOutcome.Durable;
        if (append.Epoch != document.Description.Epoch || added[0].Revision != head.Next)
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

        // Operation r is at index r − 1 − _deleted.
        private readonly List<LogRecord> _records = [];
        private long _deleted = description.Start.Value;

        public DocumentDescription Description { get; set; } = description;

        public Dictionary<SessionId, Dictionary<long, AppliedSequence>> Sessions { get; } = [];

        public SortedList<Revision, LogSnapshot> Snapshots { get; } = [];

        public LogRecord this[Revision revision] => _records[(int)(revision.Value - 1 - _deleted)];

        public bool Has(LogRecord record) => record.Revision.Value > _deleted && record.IsSameAs(this[record.Revision]);

        // Of what was trimmed only the newest sequence is known; those before it were used or never will be.
        public bool HasSequence(LogRecord record) =>
            Sessions.TryGetValue(record.Session, out var sequences)
            && (sequences.ContainsKey(record.Sequence)
                || (Description.Start > Revision.Zero && sequences.Values.Any(applied => applied.Revision <= Description.Start && applied.Sequence >= record.Sequence)));

        public void Add(LogRecord record)
        {
            _records.Add(record);
            Add(record.Applied);
        }

        public void Begin(LogStart start)
        {
            Snapshots.Add(start.Snapshot.Revision, start.Snapshot);
            foreach (var applied in start.Sessions)
                Add(applied);
        }

        public bool Trim(Revision to, int limit)
        {
            if (to > Description.Start)
            {
                Description = Description with { Start = to };
                foreach (var older in Snapshots.Keys.Where(revision => revision < to).ToList())
                    Snapshots.Remove(older);
            }

            var count = (int)Math.Min(limit, Description.Start.Value - _deleted);
            _records.RemoveRange(0, count);
            _deleted += count;
            foreach (var sequences in Sessions.Values)
            {
                var gone = sequences.Values.Where(applied => applied.Revision.Value <= _deleted).OrderBy(applied => applied.Sequence).SkipLast(1).ToList();
                gone.ForEach(applied => sequences.Remove(applied.Sequence));
            }

            return _deleted < Description.Start.Value;
        }

        private void Add(AppliedSequence applied)
        {
            if (!Sessions.TryGetValue(applied.Session, out var sequences))
                Sessions.Add(applied.Session, sequences = []);
            sequences.Add(applied.Sequence, applied);
        }
    }
}
