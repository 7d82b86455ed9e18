using Collab.Contracts.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Microsoft.Extensions.Logging;

namespace Collab.Grains.Documents;

/// <summary>Brings a document back from the log: the newest sound snapshot, then the operations after it.</summary>
public sealed partial class DocumentLoader(IOperationLog log, ILogger<DocumentLoader> logger)
{
    private const int ReadOperations = 2_000;
    private const long ReadBytes = 4 << 20;

    /// <returns>An authority at the document's head, and the revision of the snapshot that it started from.</returns>
    /// <exception cref="LogUnavailableException">The store can't be reached; or the log does not lead to the head (<see cref="LogFault.Corrupt"/>).</exception>
    public async Task<(DocumentAuthority Authority, Revision Snapshot)> LoadAsync(
        DocumentDescription document, IDocumentKind kind, DocumentOptions options, CancellationToken cancellation)
    {
        var (revision, content) = await StartAsync(document, kind, cancellation);
        var authority = new DocumentAuthority(kind, document.Policy, options, revision, content);
        while (authority.Head < document.Revision)
        {
            var records = await log.ReadAsync(document.Id, authority.Head, ReadOperations, ReadBytes, cancellation);
            if (records.IsEmpty || records[0].Revision != authority.Head.Next)
                throw Damaged(document, authority.Head.Next, $"it is missing although the head is {document.Revision}");
            foreach (var record in records)
                Replay(authority, document, record);
        }

        await ThrowIfGoesOnAsync(document, cancellation);
        return (authority, revision);
    }

    /// <summary>The content at a past revision, from the newest sound snapshot before it.</summary>
    /// <exception cref="HistoryTrimmedException">The revision is before the document's start.</exception>
    /// <exception cref="LogUnavailableException">As for loading.</exception>
    public async Task<IContent> LoadContentAsync(DocumentDescription document, IDocumentKind kind, DocumentOptions options, Revision at, CancellationToken cancellation)
    {
        HistoryTrimmedException.ThrowIfBefore(document.Id, at, document.Start);
        var (authority, _) = await LoadAsync(document with { Revision = at }, kind, options, cancellation);
        return authority.Content;
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

    private static void Replay(DocumentAuthority authority, DocumentDescription document, LogRecord record)
    {
        try
        {
            authority.Replay(record);
        }
        catch (Exception failure) when (failure is LengthMismatchException or DeltaFormatException or InvalidDataException)
        {
            throw Damaged(document, record.Revision, failure.Message);
        }
    }

    private static LogUnavailableException Damaged(DocumentDescription document, Revision revision, string what) =>
        new($"Operation {revision} of document {document.Id} is damaged: {what}.", fault: LogFault.Corrupt);

    // A damaged snapshot is skipped for the one before it; without any, the whole history is replayed.
    private async Task<(Revision, IContent)> StartAsync(DocumentDescription document, IDocumentKind kind, CancellationToken cancellation)
    {
        var atOrBefore = document.Revision;
        while (await ReadSnapshotAsync(document, atOrBefore, cancellation) is { } snapshot)
        {
            if (Decode(document, kind, snapshot) is { } content)
                return (snapshot.Revision, content);
            if (snapshot.Revision == Revision.Zero)
                break;
            atOrBefore = snapshot.Revision + -1;
        }

        return document.Start == Revision.Zero
            ? (Revision.Zero, kind.Initial)
            : throw Damaged(document, document.Start, "no snapshot from the document's start on is sound, and what came before was trimmed");
    }

    // A store that can't even read the row tells which snapshots there are, by an index that is not damaged.
    private async Task<LogSnapshot?> ReadSnapshotAsync(DocumentDescription document, Revision atOrBefore, CancellationToken cancellation)
    {
        try
        {
            return await log.ReadSnapshotAsync(document.Id, atOrBefore, cancellation);
        }
        catch (LogUnavailableException failure) when (failure.Fault == LogFault.Corrupt)
        {
            if ((await log.ListSnapshotsAsync(document.Id, cancellation)).LastOrDefault(kept => kept.Revision <= atOrBefore) is not { } unreadable)
                throw;
            return new LogSnapshot(unreadable.Revision, 0, default, unreadable.At) { Damage = failure.Message };
        }
    }

    private IContent? Decode(DocumentDescription document, IDocumentKind kind, LogSnapshot snapshot)
    {
        if (snapshot.Damage is { } damage)
        {
            LogDamagedSnapshot(document.Id, snapshot.Revision, damage);
            return null;
        }

        try
        {
            var content = kind.DecodeContent(snapshot.Content.Span);
            if (content.Hash() == snapshot.ContentHash)
                return content;
            LogDamagedSnapshot(document.Id, snapshot.Revision, "its hash differs");
        }
        catch (DeltaFormatException malformed)
        {
            LogDamagedSnapshot(document.Id, snapshot.Revision, malformed.Message);
        }

        return null;
    }
}
