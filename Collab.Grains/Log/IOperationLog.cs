using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>
/// Where operations are durable. Keyed by (document, revision), fenced by the writer's epoch: of two activations of one
/// document only the one that opened it last can append. One suite of tests runs against every implementation.
/// </summary>
/// <remarks>All members may be called from any thread. A store that can't be reached throws <see cref="LogUnavailableException"/>.</remarks>
public interface IOperationLog
{
    /// <summary>The store's name as a metric label: <c>memory</c>, <c>sqlite</c>.</summary>
    string Store { get; }

    /// <summary>Creates the document at epoch 0 unless it exists.</summary>
    /// <param name="start">Where its log begins, for a document whose earlier history is gone; null begins at revision 0.</param>
    /// <returns>The document as it is now, and whether this call made it.</returns>
    ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(
        DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation);

    /// <summary>Takes the document over: its epoch rises by one, durably, and every earlier writer is fenced. Null if there is no such document.</summary>
    ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation);

    /// <summary>Reads without taking over. Null if there is no such document.</summary>
    ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation);

    /// <summary>Documents by newest change first. The cursor is opaque; null starts, and a null next cursor ends.</summary>
    /// <exception cref="FormatException"><paramref name="after"/> is not a cursor that this method returned.</exception>
    ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation);

    /// <summary>
    /// Appends for many documents in one transaction, durable when the call completes. Each element is judged alone: a fenced
    /// or non-contiguous one does not take the others down.
    /// </summary>
    /// <remarks>
    /// Repeating an append is harmless: records at or below the head that are there already, byte for byte, are skipped, also for a writer
    /// that was fenced since. So a writer that lost the answer may ask again and is not told <see cref="AppendOutcome.Fenced"/> by its own records.
    /// </remarks>
    /// <returns>One outcome for each element, in order.</returns>
    /// <exception cref="LogUnavailableException">Nothing was appended, or that is unknown.</exception>
    ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation);

    /// <summary>Operations after <paramref name="from"/>, consecutive, until the head, <paramref name="limit"/> operations or about <paramref name="bytesLimit"/> bytes (at least one).</summary>
    /// <exception cref="HistoryTrimmedException"><paramref name="from"/> is before the document's start.</exception>
    /// <exception cref="LogUnavailableException">Among others: an operation is missing or is not what was stored (<see cref="LogFault.Corrupt"/>).</exception>
    ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation);

    /// <summary>
    /// The session's operation with this sequence, or with its highest one when <paramref name="sequence"/> is null. Of what was trimmed, each session's
    /// newest is known.
    /// </summary>
    ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation);

    /// <summary>The newest snapshot at or before <paramref name="atOrBefore"/>, or null: then the document starts from its kind's initial content.</summary>
    ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation);

    /// <summary>All kept snapshots, oldest first.</summary>
    ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation);

    /// <summary>
    /// Keeps a snapshot. Of the older ones stay: the previous, as the fallback when the newest is damaged; the first in each
    /// <paramref name="milestoneOperations"/> revisions, so that any content of the past is at most that many operations away; and the one at the document's start.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no such document, or the snapshot is ahead of its newest durable revision.</exception>
    ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation);

    /// <summary>What stands for the operations before the document's start; null when it has them all, or does not exist.</summary>
    ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation);

    /// <summary>
    /// Gives up history: the document's start becomes <paramref name="to"/> at once, and of what lies before, at most <paramref name="limit"/> operations
    /// are deleted, the oldest first. Each session's newest one stays known. Called again until nothing remains; a crash in between changes nothing.
    /// </summary>
    /// <returns>Whether operations before the start remain.</returns>
    /// <exception cref="InvalidOperationException">There is no such document, or no snapshot at <paramref name="to"/> to start from.</exception>
    ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation);
}
