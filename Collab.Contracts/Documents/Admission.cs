using Collab.Contracts.Refusals;

namespace Collab.Contracts.Documents;

/// <summary>The document admits a session: from now on only submissions with this lease count, so that the session's earlier connections are fenced.</summary>
/// <param name="Document">Null when it does not exist.</param>
/// <param name="Lease">Goes with every submission of this stay.</param>
/// <param name="AppliedSequence">The newest sequence of this session that the log has, 0 if none. Exact: what was under way has been awaited.</param>
/// <param name="AppliedRevision">The operation which that is, 0 if none.</param>
/// <param name="Limits">The authority's, so that hosts and silos can't disagree; null from an older silo.</param>
[GenerateSerializer, Immutable, Alias("collab.Admission")]
public sealed record Admission(
    [property: Id(0)] DocumentDescription? Document,
    [property: Id(1)] long Lease,
    [property: Id(2)] long AppliedSequence,
    [property: Id(3)] Revision AppliedRevision,
    [property: Id(4)] Refusal? Refusal = null,
    [property: Id(5)] DocumentLimits? Limits = null) : IRefusable;
