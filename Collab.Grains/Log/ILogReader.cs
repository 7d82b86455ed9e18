using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>The reading half of <see cref="IOperationLog"/>: all that a backup needs, which may not disturb the log's owner.</summary>
/// <remarks>All members may be called from any thread. A store that can't be reached throws <see cref="LogUnavailableException"/>.</remarks>
public interface ILogReader
{
    /// <summary>The store's name as a metric label: <c>memory</c>, <c>sqlite</c>, <c>postgresql</c>.</summary>
    string Store { get; }

    /// <summary>Reads without taking over. Null if there is no such document.</summary>
    ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation);

    /// <summary>Documents by newest change first. The cursor is opaque; null starts, and a null next cursor ends.</summary>
    /// <exception cref="FormatException"><paramref name="after"/> is not a cursor that this method returned.</exception>
    ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation);

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

    /// <summary>What stands for the operations before the document's start; null when it has them all, or does not exist.</summary>
    ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation);
}
