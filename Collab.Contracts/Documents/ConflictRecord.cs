namespace Collab.Contracts.Documents;

/// <summary>A conflict that the document remembers: what the operation at <see cref="Revision"/> ran into.</summary>
/// <param name="Kind">Out of the kind's taxonomy, see <c>docs/operations.md</c>.</param>
/// <param name="Resolution">The wire word: ordered, merged, kept, overwritten, dropped, refused.</param>
/// <param name="Revision">The operation that was rebased; for a refused one, the head that refused it.</param>
/// <param name="Start">Where, in the document at <see cref="Revision"/>, code units from 0.</param>
/// <param name="OtherRevision">The other party's operation.</param>
[GenerateSerializer, Immutable, Alias("collab.ConflictRecord")]
public sealed record ConflictRecord(
    [property: Id(0)] string Kind,
    [property: Id(1)] string Resolution,
    [property: Id(2)] Revision Revision,
    [property: Id(3)] SessionId Session,
    [property: Id(4)] string Author,
    [property: Id(5)] int Start,
    [property: Id(6)] int Length,
    [property: Id(7)] Revision OtherRevision,
    [property: Id(8)] SessionId OtherSession,
    [property: Id(9)] string OtherAuthor,
    [property: Id(10)] DateTimeOffset At);
