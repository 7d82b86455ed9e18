using System.Collections.Immutable;
using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Access;

namespace Collab.Web.Security;

/// <summary>Says what somebody may do in a document. Register another in its place, and the host's own rules hold.</summary>
/// <remarks>An answer that has to be waited for is kept for a while (<c>Collab:Permissions:CacheLifetime</c>) for callers with the same claims; tell <see cref="IAccessChanges"/> of a change, and it holds at once.</remarks>
public interface IDocumentPermissions
{
    /// <summary>The role of <paramref name="user"/> in <paramref name="document"/>, whether there is such a document or not. An exception is answered as <c>storage_unavailable</c>.</summary>
    ValueTask<Role> GetRoleAsync(ClaimsPrincipal user, DocumentId document, CancellationToken cancellation);

    /// <summary>The roles in many documents, in their order, for lists: to be overridden where asking for all at once is cheaper than one by one.</summary>
    async ValueTask<ImmutableArray<Role>> GetRolesAsync(ClaimsPrincipal user, ImmutableArray<DocumentId> documents, CancellationToken cancellation)
    {
        var roles = ImmutableArray.CreateBuilder<Role>(documents.Length);
        foreach (var document in documents)
            roles.Add(await GetRoleAsync(user, document, cancellation));
        return roles.MoveToImmutable();
    }
}
