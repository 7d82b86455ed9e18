namespace Collab.Contracts.Documents;

/// <summary>Where a document stands, the answer to subscribing and to each renewal: a host that is behind <see cref="Head"/> reads from its own revision.</summary>
[GenerateSerializer, Immutable, Alias("collab.DocumentStanding")]
public sealed record DocumentStanding(
    [property: Id(0)] long Epoch,
    [property: Id(1)] Revision Head);
