using System.Collections.Immutable;
using Collab.Contracts.Sessions;

namespace Collab.Contracts.Activity;

/// <summary>What only some kinds of events have; each member names its kind, and is null in all others.</summary>
/// <param name="DocumentKind"><see cref="ActivityKind.DocumentCreated"/>: <c>text</c>, <c>richtext</c> or <c>json</c>.</param>
/// <param name="Reason"><see cref="ActivityKind.SessionClosed"/>.</param>
/// <param name="Bytes"><see cref="ActivityKind.Checkpoint"/>: size of the encoded content, UTF-8 bytes.</param>
/// <param name="Conflicts"><see cref="ActivityKind.ConflictBurst"/>: how many of each kind, most frequent first, each kind once; at most as many as the taxonomy has.</param>
/// <param name="Subject"><see cref="ActivityKind.SessionJoined"/>: whose session it is, as the credential named them; null for an anonymous caller's. By it operations, which name their session, can be traced to people.</param>
[GenerateSerializer, Immutable, Alias("collab.ActivityDetail")]
public sealed record ActivityDetail(
    [property: Id(0)] string? DocumentKind = null,
    [property: Id(1)] SessionCloseReason? Reason = null,
    [property: Id(2)] long? Bytes = null,
    [property: Id(3)] ImmutableArray<ConflictCount>? Conflicts = null,
    [property: Id(4)] string? Subject = null);

/// <summary>How many conflicts of one kind a burst had.</summary>
/// <param name="Kind">Out of the taxonomy of <c>docs/operations.md</c>.</param>
[GenerateSerializer, Immutable, Alias("collab.ConflictCount")]
public sealed record ConflictCount([property: Id(0)] string Kind, [property: Id(1)] long Count);
