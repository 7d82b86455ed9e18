using Collab.Contracts.Refusals;

namespace Collab.Web.Security;

/// <summary>Credentials that are good no more, although they have not expired.</summary>
internal interface IRevocations
{
    /// <summary>Whether this credential was revoked: by its id, or with all that its subject had when that was said.</summary>
    bool IsRevoked(Caller caller);

    /// <summary>Revokes one credential, or all that <paramref name="subject"/> has by now; one of the two is given. Durable, and every host that listens knows it, when this completes.</summary>
    /// <returns>Null, or why it could not be done.</returns>
    Task<Refusal?> RevokeAsync(string? tokenId, string? subject);
}
