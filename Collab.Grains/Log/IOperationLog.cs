using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>
/// Where operations are durable. Keyed by (document, revision), fenced by the writer's epoch: of two activations of one
/// document only the one that opened it last can append. One suite of tests runs against every implementation.
/// </summary>
/// <remarks>All members may be called from any thread. A store that can't be reached throws <see cref="LogUnavailableException"/>.</remarks>
public interface IOperationLog : ILogReader
{
    /// <summary>Creates the document at epoch 0 unless it exists.</summary>
    /// <param name="start">Where its log begins, for a document whose earlier history is gone; null begins at revision 0.</param>
    /// <returns>The document as it is now, and whether this call made it.</returns>
    ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation);

    /// <summary>Takes the document over: its epoch rises by one, durably, and every earlier writer is fenced. Null if there is no such document.</summary>
    ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation);

    /// <summary>
    /// Appends for many documents in one transaction, durable when the call completes. Each element is judged alone: a fenced
    /// or non-contiguous one does not take the others down.
    /// </summary>
    /// <remarks>
    /// Repeating an append is harmless: records at or below the head that are there already, byte for byte, are skipped, also for a writer
    /// that was fenced since. So a writer that lost the answer may ask again and is not told <see cref="AppendOutcome.Fenced"/> by its own records.
    /// The store may keep the appends after the call: nobody changes their lists and bytes any more.
    /// </remarks>
    /// <returns>One outcome for each element, in order.</returns>
    /// <exception cref="LogUnavailableException">
    /// Nothing was appended, or that is unknown. The store is away; or a document that is touched is damaged (<see cref="LogFault.Corrupt"/>). Any other exception says that
    /// the store is there and could not take something in the batch: <see cref="LogWriter"/> then tries each element alone.
    /// </exception>
    ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation);

    /// <summary>
    /// Keeps a snapshot. Of the older ones stay: the previous, as the fallback when the newest is damaged; the first in each
    /// <paramref name="milestoneOperations"/> revisions, so that any content of the past is at most that many operations away; and the one at the document's start.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such document, or the snapshot is ahead of its newest durable revision.</exception>
    ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation);

    /// <summary>
    /// Gives up history: the document's start becomes <paramref name="to"/> at once, and of what lies before, at most <paramref name="limit"/> operations
    /// are deleted, the oldest first. Each session's newest one stays known. Called again until nothing remains; a crash in between changes nothing.
    /// </summary>
    /// <returns>Whether operations before the start remain.</returns>
    /// <exception cref="InvalidOperationException">There is no such document, or no snapshot at <paramref name="to"/> to start from.</exception>
    ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation);
}
