namespace Collab.Web.Security;

/// <summary>Credentials that are good no more, although they have not expired.</summary>
internal interface IRevocations
{
    /// <summary>Whether this credential was revoked: by its id, or with all that its subject had when that was said.</summary>
    ValueTask<bool> IsRevokedAsync(Caller caller, CancellationToken cancellation);

    /// <summary>Revokes one credential, or all that <paramref name="subject"/> has by now; one of the two is given. Done when every host that asks is told so.</summary>
    Task RevokeAsync(string? tokenId, string? subject, CancellationToken cancellation);
}
