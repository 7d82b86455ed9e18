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

    /// <summary>Creates the document at revision 0 and epoch 0 unless it exists.</summary>
    /// <returns>The document as it is now, and whether this call made it.</returns>
    ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, CancellationToken cancellation);

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
    ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation);

    /// <summary>The session's operation with this sequence, or with its highest one when <paramref name="sequence"/> is null.</summary>
    ValueTask<LogRecord?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation);

    /// <summary>The newest snapshot at or before <paramref name="atOrBefore"/>, or null: then the document starts from its kind's initial content.</summary>
    ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation);

    /// <summary>Keeps a snapshot. Older ones but the previous are dropped: the previous is the fallback when the newest is damaged.</summary>
    /// <exception cref="InvalidOperationException">There is no such document, or the snapshot is ahead of its newest durable revision.</exception>
    ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, CancellationToken cancellation);
}
