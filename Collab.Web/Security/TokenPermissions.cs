using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Access;

namespace Collab.Web.Security;

/// <summary>The permissions that a credential brings: its role, in the documents of its pattern.</summary>
internal sealed class TokenPermissions : IDocumentPermissions
{
    public ValueTask<Role> GetRoleAsync(ClaimsPrincipal user, DocumentId document, CancellationToken cancellation) => ValueTask.FromResult(RoleOf(user, document));

    private static Role RoleOf(ClaimsPrincipal user, DocumentId document)
    {
        foreach (var claim in user.FindAll(CollabClaims.Documents))
        {
            if (new DocumentPattern(claim.Value).Matches(document))
                return Roles.Parse(user.FindFirstValue(CollabClaims.Role)) ?? Role.None;
        }

        return Role.None;
    }
}
