using System.Collections.Immutable;
using System.Text.Json;
using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

/// <summary>Brings a document back from the log: the newest sound snapshot, then the operations after it.</summary>
public sealed class DocumentLoader(IOperationLog log, ILogger<DocumentLoader> logger)
{
    private const int ReadOperations = 2_000;
    private const long ReadBytes = 4 << 20;

    private readonly SoundSnapshots _snapshots = new(log, logger);

    /// <summary>The document at its head, ready to decide.</summary>
    /// <exception cref="LogUnavailableException">The store can't be reached; or the log does not lead to the head (<see cref="LogFault.Corrupt"/>).</exception>
    public async Task<LoadedDocument> LoadAsync(
        DocumentDescription document, IDocumentKind kind, DocumentOptions options, CancellationToken cancellation)
    {
        var (revision, content, damaged) = await StartAsync(document, kind, document.Revision, cancellation);
        var authority = new DocumentAuthority(kind, document.Policy, options, document.Epoch, revision, content!);
        var repairs = ImmutableArray.CreateBuilder<SnapshotRepair>();
        await ReplayAsync(document, revision, document.Revision, record =>
        {
            authority.Replay(record);
            if (damaged.FirstOrDefault(snapshot => snapshot.Revision == record.Revision) is { } there)
                repairs.Add(new SnapshotRepair(there.Revision, authority.Content, there.At));
        }, cancellation);
        await ThrowIfGoesOnAsync(document, cancellation);
        return new LoadedDocument(authority, revision, repairs.ToImmutable());
    }

    /// <summary>The content at a past revision, from the newest sound snapshot before it. Keeps nothing but the content on the way.</summary>
    /// <exception cref="HistoryTrimmedException">The revision is before the document's start.</exception>
    /// <exception cref="LogUnavailableException">As for loading.</exception>
    public async Task<IContent> LoadContentAsync(DocumentDescription document, IDocumentKind kind, Revision at, CancellationToken cancellation)
    {
        HistoryTrimmedException.ThrowIfBefore(document.Id, at, document.Start);
        var (revision, content, _) = await StartAsync(document, kind, at, cancellation);
        await ReplayAsync(document, revision, at, record => content = content!.Apply(WindowEntry.Read(kind, record).Delta), cancellation);
        return content!;
    }

    // A damaged snapshot is skipped for the one before it; without any, the whole history is replayed.
    private async Task<FoundSnapshot> StartAsync(DocumentDescription document, IDocumentKind kind, Revision atOrBefore, CancellationToken cancellation)
    {
        var found = await _snapshots.FindAsync(document.Id, kind, atOrBefore, cancellation);
        if (found.Content is not null)
            return found;
        return document.Start == Revision.Zero
            ? found with { Content = kind.Initial }
            : throw Damaged(
                $"Document {document.Id} in {log.Store} is damaged: no snapshot from its start, revision {document.Start}, to revision {atOrBefore} is sound, and what came before was given up.");
    }

    // A head that lies before operations that the log has would hide what was acknowledged.
    private async Task ThrowIfGoesOnAsync(DocumentDescription document, CancellationToken cancellation)
    {
        if (!(await log.ReadAsync(document.Id, document.Revision, 1, 1, cancellation)).IsEmpty
            && await log.DescribeAsync(document.Id, cancellation) is { } now && now.Epoch == document.Epoch && now.Revision == document.Revision)
        {
            throw Damaged(document, document.Revision.Next, $"it is there although the head is {document.Revision}");
        }
    }

    private async Task ReplayAsync(DocumentDescription document, Revision from, Revision to, Action<LogRecord> replay, CancellationToken cancellation)
    {
        while (from < to)
        {
            // No further than asked: what lies behind may be damaged.
            var records = await log.ReadAsync(document.Id, from, (int)Math.Min(ReadOperations, to - from), ReadBytes, cancellation);
            if (records.IsEmpty || records[0].Revision != from.Next)
                throw Damaged(document, from.Next, $"it is missing although the head is {document.Revision}");
            foreach (var record in records)
            {
                try
                {
                    replay(record);
                }
                catch (Exception failure) when (failure is LengthMismatchException or DeltaFormatException or InvalidDataException or JsonException)
                {
                    throw Damaged(document, record.Revision, failure.Message);
                }
            }

            from = records[^1].Revision;
        }
    }

    private LogUnavailableException Damaged(DocumentDescription document, Revision revision, string what) =>
        Damaged($"Operation {revision} of document {document.Id} in {log.Store} is damaged: {what}.");

    private static LogUnavailableException Damaged(string what) => new(what, fault: LogFault.Corrupt);
}

/// <summary>A document as the log has it.</summary>
/// <param name="Authority">At the document's head.</param>
/// <param name="Snapshot">The revision of the snapshot that it started from, 0 for none.</param>
/// <param name="Repairs">What the newer snapshots, found damaged, should have held.</param>
public sealed record LoadedDocument(DocumentAuthority Authority, Revision Snapshot, ImmutableArray<SnapshotRepair> Repairs);

/// <summary>A damaged snapshot's content, won back by replaying.</summary>
/// <param name="At">When the damaged one was taken.</param>
public sealed record SnapshotRepair(Revision Revision, IContent Content, DateTimeOffset At);
