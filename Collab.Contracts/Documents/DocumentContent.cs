using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>A document's content at a durable revision.</summary>
/// <param name="Content">In the kind's canonical JSON, UTF-8; null with a refusal.</param>
/// <param name="Hash">The content hash of <c>docs/protocol.md</c>.</param>
[GenerateSerializer, Immutable, Alias("collab.DocumentContent")]
public sealed record DocumentContent(
    [property: Id(0)] EncodedSnapshot? Content,
    [property: Id(1)] uint Hash,
    [property: Id(2)] Refusal? Refusal = null) : IRefusable;
