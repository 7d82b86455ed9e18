using System.Collections.Immutable;
using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>What of a batch needs an answer: refusals and duplicates. Whatever is not named is durable, and comes back on the stream, which is its acknowledgement.</summary>
/// <param name="Answers">In no order.</param>
/// <param name="Refusal">All of the batch was refused for this; then <paramref name="Answers"/> is empty.</param>
[GenerateSerializer, Immutable, Alias("collab.BatchOutcome")]
public sealed record BatchOutcome([property: Id(0)] ImmutableArray<SubmissionAnswer> Answers, [property: Id(1)] Refusal? Refusal = null) : IRefusable;

/// <summary>What became of one submission of a batch.</summary>
/// <param name="Index">Which it is, from 0.</param>
[GenerateSerializer, Immutable, Alias("collab.SubmissionAnswer")]
public sealed record SubmissionAnswer([property: Id(0)] int Index, [property: Id(1)] SubmitOutcome Outcome);
