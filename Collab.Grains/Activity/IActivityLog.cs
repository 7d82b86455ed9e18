using System.Collections.Immutable;
using Collab.Contracts.Activity;
using Collab.Grains.Log;

namespace Collab.Grains.Activity;

/// <summary>
/// What happened to documents, durable, in one order over all of them, beside the operation log and in the same store. Consumers keep a cursor into it: what a
/// live stream lost is read here. One suite of tests runs against every implementation.
/// </summary>
/// <remarks>
/// All members may be called from any thread and, on a store that several silos share, from several processes. A store that can't be reached throws
/// <see cref="LogUnavailableException"/>; whether what was asked for happened may then be unknown, and repeating it is harmless for each member.
/// </remarks>
public interface IActivityLog
{
    /// <summary>The store's name as a metric label: <c>memory</c>, <c>sqlite</c>, <c>postgresql</c>.</summary>
    string Store { get; }

    /// <summary>Appends all events in one transaction, durable when the call completes, in the order given. An event whose id the log has already keeps its place and is not appended again.</summary>
    /// <remarks>
    /// Positions become visible in their order: appends are serialised, so that whoever has seen position p never finds one below p later. A cursor therefore never skips.
    /// An event's own <see cref="ActivityEvent.Position"/> is not looked at. The document need not exist in the operation log.
    /// </remarks>
    /// <returns>The position of each, in order; for one that was there already, the one that it has.</returns>
    ValueTask<ImmutableArray<long>> AppendAsync(IReadOnlyList<ActivityEvent> events, CancellationToken cancellation);

    /// <summary>Events of all documents after <paramref name="position"/>, oldest first, at most <paramref name="limit"/>; empty at the head. What was trimmed is not there.</summary>
    ValueTask<ImmutableArray<ActivityEvent>> ReadAfterAsync(long position, int limit, CancellationToken cancellation);

    /// <summary>One document's events before the position <paramref name="before"/> (null: from the newest), newest first, at most <paramref name="limit"/>.</summary>
    ValueTask<ImmutableArray<ActivityEvent>> ReadDocumentAsync(DocumentId document, long? before, int limit, CancellationToken cancellation);

    /// <summary>The newest position ever given, also when its event was trimmed since; 0 when nothing was ever appended.</summary>
    ValueTask<long> ReadHeadAsync(CancellationToken cancellation);

    /// <summary>
    /// Deletes the oldest events that happened before <paramref name="before"/>, at most <paramref name="limit"/>, oldest position first, ending at the first that is younger, so that what remains has no
    /// holes. Positions are never given again. Cursors are not looked at: retention is a promise of time.
    /// </summary>
    /// <returns>How many were deleted; fewer than <paramref name="limit"/> when it is done.</returns>
    ValueTask<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellation);

    /// <summary>How far the consumer has got; null if it never wrote.</summary>
    /// <param name="consumer">1 to 200 characters.</param>
    ValueTask<ConsumerCursor?> ReadCursorAsync(string consumer, CancellationToken cancellation);

    /// <summary>Everything up to and including the cursor's position is handled. A cursor only goes forward: with a lower position nothing changes, with the same one the note is replaced.</summary>
    /// <returns>The cursor as it is now: higher than what was written when somebody else is further.</returns>
    ValueTask<ConsumerCursor> WriteCursorAsync(string consumer, ConsumerCursor cursor, CancellationToken cancellation);

    /// <summary>
    /// Keeps events that consumers could not be given, all or none, so that their cursors can go on. The same event of the same consumer is kept once: the newer failure replaces the older.
    /// </summary>
    ValueTask AddDeadLettersAsync(IReadOnlyList<DeadLetter> letters, CancellationToken cancellation);

    /// <summary>The consumer's dead letters after the position <paramref name="after"/>, oldest position first, at most <paramref name="limit"/>. Trimming the log does not touch them.</summary>
    ValueTask<ImmutableArray<DeadLetter>> ListDeadLettersAsync(string consumer, long after, int limit, CancellationToken cancellation);

    /// <summary>How many the consumer has.</summary>
    ValueTask<long> CountDeadLettersAsync(string consumer, CancellationToken cancellation);

    /// <summary>Removes the consumer's dead letters at <paramref name="positions"/>: after they were delivered all the same. Those that are not there are passed over.</summary>
    /// <returns>How many were removed.</returns>
    ValueTask<int> DeleteDeadLettersAsync(string consumer, IReadOnlyList<long> positions, CancellationToken cancellation);

    /// <summary>Gives up the consumer's dead letters from before <paramref name="before"/>, and of the others the oldest positions when there are more than <paramref name="keep"/>; at most <paramref name="limit"/> in one call.</summary>
    /// <returns>How many were removed; fewer than <paramref name="limit"/> when it is done.</returns>
    ValueTask<int> TrimDeadLettersAsync(string consumer, DateTimeOffset before, int keep, int limit, CancellationToken cancellation);
}

/// <summary>A consumer's place in the activity log.</summary>
/// <param name="Note">What it wants to find again there, up to 1,000 characters; the log does not look into it.</param>
public sealed record ConsumerCursor(long Position, string? Note = null);

/// <summary>An event that a consumer could not be given.</summary>
/// <param name="Consumer">1 to 200 characters.</param>
/// <param name="Event">Whole: it outlives its place in the log.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Failure">The last failure in a sentence, up to 500 characters.</param>
/// <param name="At">When it was given up.</param>
public sealed record DeadLetter(string Consumer, ActivityEvent Event, int Attempts, string Failure, DateTimeOffset At);
