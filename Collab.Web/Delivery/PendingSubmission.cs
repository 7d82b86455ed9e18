using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Web.Connections;

namespace Collab.Web.Delivery;

/// <summary>What a client submitted, until it is answered or comes back on the stream.</summary>
/// <param name="Span">Its message's, if that is traced.</param>
/// <param name="Lost">The lease under which it was refused once already, because the authority does not know the session; 0: none.</param>
internal readonly record struct PendingSubmission(Stay Stay, long Sequence, Revision Base, ReadOnlyMemory<byte> Delta, HubSpan Span, long Lost = 0)
{
    /// <summary>With the lease and the role that its stay has now.</summary>
    public Submission Submission() => new(Stay.Session, Stay.Lease, Sequence, Base, Delta, Stay.Role.Current);
}
