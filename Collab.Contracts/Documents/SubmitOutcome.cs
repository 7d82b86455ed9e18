using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>What became of a submission: durable as operation <see cref="Revision"/>, now or before, or refused.</summary>
/// <param name="IsDuplicate">The same (session, sequence) with the same content had been applied before.</param>
[GenerateSerializer, Immutable, Alias("collab.SubmitOutcome")]
public sealed record SubmitOutcome(
    [property: Id(0)] Revision Revision,
    [property: Id(1)] bool IsDuplicate = false,
    [property: Id(2)] Refusal? Refusal = null) : IRefusable;
