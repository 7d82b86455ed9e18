using System.Collections.Immutable;

namespace Collab.Contracts.Documents;

/// <summary>What one flush of the log made durable in one document, consecutive operations, on its way to a web host.</summary>
/// <param name="Epoch">The pushing activation's; a host that has seen a higher one ignores the batch.</param>
/// <param name="DurableAt">When the log had them, by the silo's clock: where the time to the connections starts.</param>
/// <param name="Traces">Those of the operations that are traced; null if none is, and from a silo of the version before.</param>
[GenerateSerializer, Immutable, Alias("collab.PushBatch")]
public sealed record PushBatch(
    [property: Id(0)] DocumentId Document,
    [property: Id(1)] long Epoch,
    [property: Id(2)] ImmutableArray<CommittedOperation> Operations,
    [property: Id(3)] DateTimeOffset DurableAt,
    [property: Id(4)] ImmutableArray<OperationTrace>? Traces = null);
