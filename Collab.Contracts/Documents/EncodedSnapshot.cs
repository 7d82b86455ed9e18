namespace Collab.Contracts.Documents;

/// <summary>A document's content at a revision, in its kind's canonical JSON, UTF-8.</summary>
[GenerateSerializer, Immutable, Alias("collab.EncodedSnapshot")]
public sealed record EncodedSnapshot(
    [property: Id(0)] Revision Revision,
    [property: Id(1)] ReadOnlyMemory<byte> Content);
