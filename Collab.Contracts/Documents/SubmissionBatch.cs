using System.Collections.Immutable;

namespace Collab.Contracts.Documents;

/// <summary>Operations on their way to the authority that one host has gathered, of whoever is in the document there, in the order in which they came.</summary>
[GenerateSerializer, Immutable, Alias("collab.SubmissionBatch")]
public sealed record SubmissionBatch([property: Id(0)] ImmutableArray<Submission> Submissions);
