namespace Collab.Contracts.Documents;

/// <summary>What is known of a document besides its content.</summary>
/// <param name="Revision">The newest durable revision.</param>
/// <param name="Epoch">How many lives the document's authority has had; each activation takes the next.</param>
/// <param name="Start">The oldest revision that can be read from: 0 unless retention gave history up.</param>
[GenerateSerializer, Immutable, Alias("collab.DocumentDescription")]
public sealed record DocumentDescription(
    [property: Id(0)] DocumentId Id,
    [property: Id(1)] string Kind,
    [property: Id(2)] ConflictPolicy Policy,
    [property: Id(3)] string Title,
    [property: Id(4)] DateTimeOffset CreatedAt,
    [property: Id(5)] DateTimeOffset ModifiedAt,
    [property: Id(6)] Revision Revision,
    [property: Id(7)] long Epoch,
    [property: Id(8)] Revision Start = default);
