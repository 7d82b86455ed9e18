using System.Collections.Immutable;
using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Web.Cluster;

namespace Collab.Web.Security;

/// <summary>The permissions that a credential brings: its role, in the documents of its pattern, unless such a document says otherwise of its subject.</summary>
internal sealed class TokenPermissions(ClusterCalls cluster) : IDocumentPermissions
{
    public ValueTask<Role> GetRoleAsync(ClaimsPrincipal user, DocumentId document, CancellationToken cancellation)
    {
        var role = RoleOf(user);
        // Nobody is asked about documents of others: the answer is the same, in the same time, whether there are such.
        if (!IsNamed(user, document))
            return ValueTask.FromResult(Role.None);
        return Caller.SubjectOf(user) is { } subject ? AskAsync(subject, document, role) : ValueTask.FromResult(role);
    }

    public ValueTask<ImmutableArray<Role>> GetRolesAsync(ClaimsPrincipal user, ImmutableArray<DocumentId> documents, CancellationToken cancellation)
    {
        var role = RoleOf(user);
        ImmutableArray<Role> own = [.. documents.Select(document => IsNamed(user, document) ? role : Role.None)];
        ImmutableArray<DocumentId> named = [.. documents.Where(document => IsNamed(user, document))];
        return Caller.SubjectOf(user) is { } subject && !named.IsEmpty ? AskAsync(subject, documents, named, own) : ValueTask.FromResult(own);
    }

    private static Role RoleOf(ClaimsPrincipal user) => Roles.Parse(user.FindFirstValue(CollabClaims.Role)) ?? Role.None;

    private static bool IsNamed(ClaimsPrincipal user, DocumentId document)
    {
        foreach (var claim in user.FindAll(CollabClaims.Documents))
        {
            if (new DocumentPattern(claim.Value).Matches(document))
                return true;
        }

        return false;
    }

    private async ValueTask<Role> AskAsync(string subject, DocumentId document, Role role)
    {
        var answer = await cluster.Access(document).Find(subject);
        return answer.Refusal is { } refusal ? throw new RefusedException(refusal) : answer.Role ?? role;
    }

    private async ValueTask<ImmutableArray<Role>> AskAsync(string subject, ImmutableArray<DocumentId> documents, ImmutableArray<DocumentId> named, ImmutableArray<Role> own)
    {
        var answer = await cluster.AccessList.Find(subject, named);
        if (answer.Refusal is { } refusal)
            throw new RefusedException(refusal);
        var granted = named.Zip(answer.Roles).ToDictionary(pair => pair.First, pair => pair.Second);
        return [.. documents.Zip(own, (document, role) => granted.GetValueOrDefault(document) ?? role)];
    }
}
