using System.Collections.Immutable;

namespace Collab.Contracts.Presence;

/// <summary>Changes of presence in one document, the latest of each session that is named.</summary>
/// <param name="Version">Batches of one life are numbered without gaps, from 1. 0 from an older silo, which does not number them.</param>
/// <param name="Count">How many sessions are in the document, those included that are not named; 0 if that is not told with this batch.</param>
/// <param name="Life">Which life of the presence grain <paramref name="Version"/> counts in.</param>
[GenerateSerializer, Immutable, Alias("collab.PresenceBatch")]
public sealed record PresenceBatch(
    [property: Id(0)] DocumentId Document,
    [property: Id(1)] ImmutableArray<PresenceEntry> Updates,
    [property: Id(2)] ImmutableArray<SessionId> Left,
    [property: Id(3)] long Version = 0,
    [property: Id(4)] int Count = 0,
    [property: Id(5)] long Life = 0);
