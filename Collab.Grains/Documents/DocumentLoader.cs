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
    /// <exception cref="LogUnavailableException">The store can't be reached.</exception>
    /// <exception cref="InvalidDataException">The log does not lead to the head: the document is damaged.</exception>
    public async Task<(DocumentAuthority Authority, Revision Snapshot)> LoadAsync(
        DocumentDescription document, IDocumentKind kind, DocumentOptions options, CancellationToken cancellation)
    {
        var (revision, content) = await StartAsync(document, kind, cancellation);
        var authority = new DocumentAuthority(kind, document.Policy, options, revision, content);
        while (authority.Head < document.Revision)
        {
            var records = await log.ReadAsync(document.Id, authority.Head, ReadOperations, ReadBytes, cancellation);
            if (records.IsEmpty || records[0].Revision != authority.Head.Next)
                throw new InvalidDataException($"Document {document.Id}: the log has no operation {authority.Head.Next} although its head is {document.Revision}.");
            foreach (var record in records)
                authority.Replay(record);
        }

        return (authority, revision);
    }

    // A damaged snapshot is skipped for the one before it; without any, the whole history is replayed.
    private async Task<(Revision, IContent)> StartAsync(DocumentDescription document, IDocumentKind kind, CancellationToken cancellation)
    {
        var atOrBefore = document.Revision;
        while (await log.ReadSnapshotAsync(document.Id, atOrBefore, cancellation) is { } snapshot)
        {
            if (Decode(document, kind, snapshot) is { } content)
                return (snapshot.Revision, content);
            if (snapshot.Revision == Revision.Zero)
                break;
            atOrBefore = snapshot.Revision + -1;
        }

        return (Revision.Zero, kind.Initial);
    }

    private IContent? Decode(DocumentDescription document, IDocumentKind kind, LogSnapshot snapshot)
    {
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
