namespace Collab.Contracts.Activity;

/// <summary>One thing that happened to a document, as the activity log keeps it and consumers get it.</summary>
/// <param name="Position">Its place in the activity log, from 1, one order over all documents; 0 before it is appended. Without gaps, but for what was trimmed.</param>
/// <param name="Id">Given when it happened, and never used twice: whoever gets an event a second time knows it by this.</param>
/// <param name="At">When it happened, on the clock of the silo where it did. Not monotonic along <paramref name="Position"/>.</param>
/// <param name="Revision">The document's newest durable revision at that time; of a checkpoint, the revision that was kept; of a session's events, the one at which it last came in.</param>
/// <param name="Session">Whose doing it was, where that is somebody's.</param>
/// <param name="Author">That session's display name; null together with <paramref name="Session"/>.</param>
/// <param name="Detail">What only events of this kind have; null when that is nothing.</param>
[GenerateSerializer, Immutable, Alias("collab.ActivityEvent")]
public sealed record ActivityEvent(
    [property: Id(0)] long Position,
    [property: Id(1)] Guid Id,
    [property: Id(2)] DocumentId Document,
    [property: Id(3)] ActivityKind Kind,
    [property: Id(4)] DateTimeOffset At,
    [property: Id(5)] Revision Revision,
    [property: Id(6)] SessionId? Session = null,
    [property: Id(7)] string? Author = null,
    [property: Id(8)] ActivityDetail? Detail = null);
