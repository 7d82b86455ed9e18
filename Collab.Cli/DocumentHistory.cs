using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;

namespace Collab.Cli;

/// <summary>One document of a log, read from outside while its owner may go on: what it had when it was found, up to that revision.</summary>
internal sealed class DocumentHistory
{
    private const int ReadOperations = 2_000;
    private const long ReadBytes = 4 << 20;

    private readonly ILogReader _log;

    private DocumentHistory(ILogReader log, DocumentDescription description, LogStart? start, IDocumentKind kind) =>
        (_log, Description, Start, Kind) = (log, description, start, kind);

    public DocumentDescription Description { get; }

    public LogStart? Start { get; }

    public IDocumentKind Kind { get; }

    /// <summary>Null if there is no such document.</summary>
    /// <exception cref="LogUnavailableException">It can't be read, or is of a kind that this program does not know.</exception>
    public static async Task<DocumentHistory?> FindAsync(ILogReader log, DocumentId id, CancellationToken cancellation)
    {
        while (await log.DescribeAsync(id, cancellation) is { } description)
        {
            var kind = DocumentKinds.Find(description.Kind)
                ?? throw new LogUnavailableException($"Document {id} has kind {description.Kind}, which this program does not know.");
            var start = await log.ReadStartAsync(id, cancellation);
            // Else its owner trimmed it between the two.
            if ((start?.Snapshot.Revision ?? Revision.Zero) == description.Start)
                return new(log, description, start, kind);
        }

        return null;
    }

    /// <summary>The documents of a log, by name as they come; those that appear meanwhile may be missing.</summary>
    public static async IAsyncEnumerable<DocumentId> ListAsync(ILogReader log, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The whole list first: a document that changes while others are exported would move to the front of the pages and be missed.
        HashSet<DocumentId> listed = [];
        string? next = null;
        do
        {
            (var page, next) = await log.ListAsync(next, 1_000, cancellation);
            listed.UnionWith(page.Select(document => document.Id));
        }
        while (next is not null);
        foreach (var id in listed.OrderBy(id => id.Value, StringComparer.Ordinal))
            yield return id;
    }

    /// <summary>Operations after one revision up to another.</summary>
    /// <exception cref="LogUnavailableException">One is damaged or missing.</exception>
    /// <exception cref="HistoryTrimmedException">The owner gave them up meanwhile.</exception>
    public async IAsyncEnumerable<LogRecord> OperationsAsync(Revision from, Revision to, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (from < to)
        {
            var records = await _log.ReadAsync(Description.Id, from, (int)Math.Min(to - from, ReadOperations), ReadBytes, cancellation);
            if (records.IsEmpty)
                throw new LogUnavailableException($"Document {Description.Id} has no operation {from.Next} although its head is {Description.Revision}.", fault: LogFault.Corrupt);
            foreach (var record in records)
                yield return record;
            from = records[^1].Revision;
        }
    }

    /// <summary>The content at a start, or the initial one.</summary>
    /// <exception cref="LogUnavailableException">The snapshot is damaged.</exception>
    public ContentReplay ReplayFrom(LogSnapshot? snapshot) => snapshot is null
        ? new(Description.Id, Kind, Revision.Zero, Kind.Initial)
        : new(Description.Id, Kind, snapshot.Revision, Content(snapshot));

    /// <exception cref="LogUnavailableException">The snapshot is damaged.</exception>
    public IContent Content(LogSnapshot snapshot) => SoundSnapshots.Decode(Kind, snapshot, out var damage)
        ?? throw new LogUnavailableException(
            $"The snapshot of document {Description.Id} at revision {snapshot.Revision} is damaged: {damage}.", fault: LogFault.Corrupt);

    /// <summary>Revisions whose operations can't be read, with what is told of each.</summary>
    public async Task<SortedDictionary<Revision, string>> FindDamageAsync(CancellationToken cancellation)
    {
        var damaged = new SortedDictionary<Revision, string>();
        for (var (from, size) = (Description.Start, ReadOperations); from < Description.Revision;)
        {
            try
            {
                var records = await _log.ReadAsync(Description.Id, from, (int)Math.Min(Description.Revision - from, size), ReadBytes, cancellation);
                // Less than asked for: the log ends before its head says so.
                if (records.IsEmpty)
                    throw new LogUnavailableException("it is missing", fault: LogFault.Corrupt);
                (from, size) = (records[^1].Revision, ReadOperations);
            }
            catch (LogUnavailableException failure) when (failure.Fault == LogFault.Corrupt)
            {
                // Closer and closer to the one, then past it.
                if (size == 1)
                    damaged.Add(from = from.Next, failure.Message);
                else
                    size = Math.Max(1, size / 16);
            }
        }

        return damaged;
    }

    /// <summary>The snapshots that are what was written, oldest first, the start's included; and what is told of the others.</summary>
    public async Task<(ImmutableArray<LogSnapshot> Sound, ImmutableArray<string> Damage)> ReadSnapshotsAsync(CancellationToken cancellation)
    {
        var sound = ImmutableArray.CreateBuilder<LogSnapshot>();
        var damage = ImmutableArray.CreateBuilder<string>();
        foreach (var entry in await _log.ListSnapshotsAsync(Description.Id, cancellation))
        {
            if (entry.Revision > Description.Revision)
                break;
            try
            {
                if (await _log.ReadSnapshotAsync(Description.Id, entry.Revision, cancellation) is not { } snapshot || snapshot.Revision != entry.Revision)
                    continue;
                Content(snapshot);
                sound.Add(snapshot);
            }
            catch (LogUnavailableException failure) when (failure.Fault == LogFault.Corrupt)
            {
                damage.Add(failure.Message);
            }
        }

        return (sound.ToImmutable(), damage.ToImmutable());
    }
}
