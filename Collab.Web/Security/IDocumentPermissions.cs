using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Access;

namespace Collab.Web.Security;

/// <summary>Says what somebody may do in a document. Register another in its place, and the host's own rules hold.</summary>
public interface IDocumentPermissions
{
    /// <summary>The role of <paramref name="user"/> in <paramref name="document"/>, whether there is such a document or not. The answer is kept for a while; a change is told to <c>IAccessChanges</c>.</summary>
    ValueTask<Role> GetRoleAsync(ClaimsPrincipal user, DocumentId document, CancellationToken cancellation);
}
