using System.Collections.Immutable;

namespace Collab.Contracts.Presence;

/// <summary>Everybody who is named in one document, as the batches up to <paramref name="Version"/> have told it.</summary>
/// <param name="Count">How many sessions are in the document, if not all are named; else 0.</param>
/// <param name="Life">See <see cref="PresenceBatch.Life"/>.</param>
[GenerateSerializer, Immutable, Alias("collab.PresenceReading")]
public sealed record PresenceReading(
    [property: Id(0)] long Life,
    [property: Id(1)] long Version,
    [property: Id(2)] int Count,
    [property: Id(3)] ImmutableArray<PresenceEntry> Entries);

/// <summary>Where presence stands, the answer to each renewal: a host that knows of another version reads.</summary>
/// <param name="Unknown">Sessions that the host says are there and that are not known, because the grain is younger than they are: the host introduces them.</param>
[GenerateSerializer, Immutable, Alias("collab.PresenceStanding")]
public sealed record PresenceStanding(
    [property: Id(0)] long Life,
    [property: Id(1)] long Version,
    [property: Id(2)] ImmutableArray<SessionId> Unknown);
