using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;

namespace Collab.Contracts.Sessions;

/// <summary>The answer to a join: an admission and the token that resumes it, or a refusal.</summary>
/// <param name="IsResumed">The session was here before.</param>
/// <param name="Number">Rises with every join of the session: what an earlier stay of it still says can be told from what this one does. 0 from an older silo.</param>
[GenerateSerializer, Immutable, Alias("collab.JoinOutcome")]
public sealed record JoinOutcome(
    [property: Id(0)] Admission? Admission,
    [property: Id(1)] string ResumeToken,
    [property: Id(2)] bool IsResumed,
    [property: Id(3)] Refusal? Refusal = null,
    [property: Id(4)] long Number = 0) : IRefusable
{
    /// <summary>Without the token: the cluster's trace writes the results of its calls.</summary>
    public override string ToString() => $"{nameof(JoinOutcome)} {Refusal?.Reason.Code() ?? "admitted"}";
}
