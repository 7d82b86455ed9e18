using System.Collections.Immutable;
using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>The answer of the recovery verb: operations, or a snapshot and operations, without gaps; all of it durable.</summary>
/// <param name="Snapshot">Content to start from; null when <see cref="Operations"/> follow the asked revision directly.</param>
/// <param name="Operations">Consecutive, from the snapshot (or the asked revision) towards the head.</param>
/// <param name="Head">The newest durable revision. Where it is beyond the last operation, ask again from there.</param>
[GenerateSerializer, Immutable, Alias("collab.CatchUp")]
public sealed record CatchUp(
    [property: Id(0)] EncodedSnapshot? Snapshot,
    [property: Id(1)] ImmutableArray<CommittedOperation> Operations,
    [property: Id(2)] Revision Head,
    [property: Id(3)] long Epoch,
    [property: Id(4)] Refusal? Refusal = null) : IRefusable;
