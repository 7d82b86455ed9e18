using System.Collections.Immutable;

namespace Collab.Contracts.Presence;

/// <summary>Changes of presence in one document, the latest of each session.</summary>
[GenerateSerializer, Immutable, Alias("collab.PresenceBatch")]
public sealed record PresenceBatch(
    [property: Id(0)] DocumentId Document,
    [property: Id(1)] ImmutableArray<PresenceEntry> Updates,
    [property: Id(2)] ImmutableArray<SessionId> Left);
