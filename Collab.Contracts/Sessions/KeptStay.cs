using Collab.Contracts.Access;

namespace Collab.Contracts.Sessions;

/// <summary>A stay as its host knows it.</summary>
/// <param name="Lease">The newest that the document gave it, in its life <paramref name="Epoch"/>.</param>
/// <param name="Number">See <see cref="JoinOutcome.Number"/>.</param>
/// <param name="Since">When the session was opened, as far as the host knows: when it joined there.</param>
[GenerateSerializer, Immutable, Alias("collab.KeptStay")]
public sealed record KeptStay(
    [property: Id(0)] DocumentId Document,
    [property: Id(1)] string Name,
    [property: Id(2)] string? Subject,
    [property: Id(3)] Role? Role,
    [property: Id(4)] ISessionOwner Owner,
    [property: Id(5)] string Connection,
    [property: Id(6)] long Epoch,
    [property: Id(7)] long Lease,
    [property: Id(8)] long Number,
    [property: Id(9)] DateTimeOffset Since);
