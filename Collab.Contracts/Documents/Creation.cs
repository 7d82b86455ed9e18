using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>The answer to creating a document: it is there, made now or before with the same kind and policy; or a refusal.</summary>
[GenerateSerializer, Immutable, Alias("collab.Creation")]
public sealed record Creation(
    [property: Id(0)] DocumentDescription? Document,
    [property: Id(1)] bool IsNew,
    [property: Id(2)] Refusal? Refusal = null) : IRefusable;
