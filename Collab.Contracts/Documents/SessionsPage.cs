using System.Collections.Immutable;

namespace Collab.Contracts.Documents;

/// <summary>Some of the sessions that a document has admitted.</summary>
/// <param name="Total">All of them, those that wait for their connection included.</param>
/// <param name="HasMore">Whether others follow these.</param>
[GenerateSerializer, Immutable, Alias("collab.SessionsPage")]
public sealed record SessionsPage(
    [property: Id(0)] ImmutableArray<SessionId> Sessions,
    [property: Id(1)] int Total,
    [property: Id(2)] bool HasMore);
