using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>The answer to a client's content hash.</summary>
/// <param name="IsMatch">Null when the revision is too old to tell.</param>
[GenerateSerializer, Immutable, Alias("collab.ContentCheck")]
public sealed record ContentCheck(
    [property: Id(0)] bool? IsMatch,
    [property: Id(1)] Refusal? Refusal = null) : IRefusable;
