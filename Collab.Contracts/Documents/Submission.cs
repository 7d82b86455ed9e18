using Collab.Contracts.Access;

namespace Collab.Contracts.Documents;

/// <summary>An operation on its way to the authority.</summary>
/// <param name="Lease">What <see cref="Admission"/> gave this stay; an older one is refused with <c>not_admitted</c>.</param>
/// <param name="Sequence">The session's own counter, from 1, rising.</param>
/// <param name="Base">The revision that the delta was made against.</param>
/// <param name="Delta">The delta as the client sent it, JSON of the document's kind, UTF-8. The grain decodes it: hosts don't look inside.</param>
/// <param name="Role">What its sender may do in the document now; null from a host of the version before, which let nobody in who may not edit.</param>
[GenerateSerializer, Immutable, Alias("collab.Submission")]
public sealed record Submission(
    [property: Id(0)] SessionId Session,
    [property: Id(1)] long Lease,
    [property: Id(2)] long Sequence,
    [property: Id(3)] Revision Base,
    [property: Id(4)] ReadOnlyMemory<byte> Delta,
    [property: Id(5)] Role? Role = null);
