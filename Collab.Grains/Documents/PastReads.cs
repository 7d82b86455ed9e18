using System.Threading.RateLimiting;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Collab.Observability;
using Collab.Operations;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Documents;

/// <summary>
/// Content at revisions that lie behind, replayed from the log on the thread pool, some at a time. It asks no authority: what lies before a damaged
/// operation can still be read when the document can't be loaded any more.
/// </summary>
public sealed class PastReads(IOperationLog log, DocumentLoader loader, IOptions<DocumentOptions> options) : IDisposable
{
    // Each waits a few replays at most.
    private const int WaitingForEach = 16;

    private readonly ConcurrencyLimiter _reads = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.PastReadsLimit,
        QueueLimit = options.Value.PastReadsLimit * WaitingForEach,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    public async Task<DocumentContent> ReadAsync(DocumentId id, Revision at)
    {
        using var permit = await _reads.AcquireAsync();
        if (!permit.IsAcquired)
        {
            LimitMetrics.Reached(Limit.PastReads);
            return Refuse(new Refusal(
                RefusalReason.Overloaded,
                $"{options.Value.PastReadsLimit} reads of past content are under way (Collab:Documents:PastReadsLimit) and {options.Value.PastReadsLimit * WaitingForEach} wait.",
                TimeSpan.FromSeconds(1)));
        }

        try
        {
            if (await log.DescribeAsync(id, CancellationToken.None) is not { } document)
                return Refuse(RefusalReason.DocumentNotFound, $"There is no document {id}.");
            if (at > document.Revision)
                return Refuse(RefusalReason.RevisionAhead, $"Revision {at} is after the head, revision {document.Revision}.");
            return await Task.Run(() => ReplayAsync(document, at));
        }
        catch (HistoryTrimmedException trimmed)
        {
            return Refuse(RefusalReason.RevisionUnavailable, trimmed.Message);
        }
        catch (LogUnavailableException failure)
        {
            return Refuse(failure.ToRefusal());
        }
    }

    public void Dispose() => _reads.Dispose();

    private async Task<DocumentContent> ReplayAsync(DocumentDescription document, Revision at)
    {
        var kind = DocumentKinds.Find(document.Kind)
            ?? throw new InvalidDataException($"Document {document.Id} has kind {document.Kind}, which this build does not know.");
        var content = await loader.LoadContentAsync(document, kind, at, CancellationToken.None);
        return new DocumentContent(new EncodedSnapshot(at, SnapshotKeeper.Encode(content)), content.Hash());
    }

    private static DocumentContent Refuse(RefusalReason reason, string detail) => Refuse(new Refusal(reason, detail));

    private static DocumentContent Refuse(Refusal refusal) => new(null, 0, refusal);
}
