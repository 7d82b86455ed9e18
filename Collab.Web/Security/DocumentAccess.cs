using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;

namespace Collab.Web.Security;

/// <summary>The one place that decides whether a caller may do something with a document, for the hub and for REST.</summary>
/// <remarks>It is asked before anybody looks whether there is such a document: the answer to who has no role in one is that of a document that isn't there, word by word.</remarks>
internal sealed class DocumentAccess(IDocumentPermissions permissions, RoleCache cache)
{
    /// <summary>What the caller may do in the document, whether there is one or not.</summary>
    public ValueTask<Role> GetRoleAsync(Caller caller, DocumentId document)
    {
        if (cache.TryFind(caller, document, out var role))
            return ValueTask.FromResult(role);
        long changes = cache.Changes;
        var asked = permissions.GetRoleAsync(caller.Principal, document, CancellationToken.None);
        // What is answered at once needs no keeping.
        return asked.IsCompletedSuccessfully ? asked : KeepAsync(caller, document, asked, changes);
    }

    /// <summary>What the caller may do in each of the documents, in their order.</summary>
    public async ValueTask<ImmutableArray<Role>> GetRolesAsync(Caller caller, ImmutableArray<DocumentId> documents)
    {
        var roles = new Role[documents.Length];
        var unknown = new List<int>();
        for (int i = 0; i < documents.Length; i++)
        {
            if (!cache.TryFind(caller, documents[i], out roles[i]))
                unknown.Add(i);
        }

        long changes = cache.Changes;
        var asked = permissions.GetRolesAsync(caller.Principal, [.. unknown.Select(i => documents[i])], CancellationToken.None);
        bool isToKeep = !asked.IsCompletedSuccessfully;
        var answers = await asked;
        for (int i = 0; i < unknown.Count; i++)
        {
            roles[unknown[i]] = answers[i];
            if (isToKeep)
                cache.Keep(caller, documents[unknown[i]], answers[i], changes);
        }

        return ImmutableArray.Create(roles);
    }

    /// <summary>Null if the role <paramref name="has"/> suffices where <paramref name="takes"/> is needed.</summary>
    public static Refusal? Judge(Role has, Role takes, DocumentId document)
    {
        if (has >= takes && has <= Role.Owner)
            return null;
        return has is > Role.None and <= Role.Owner
            ? new Refusal(RefusalReason.Forbidden, $"This takes the role {takes.Word()} in document {document}; the caller has the role {has.Word()}.")
            : NotFound(document);
    }

    /// <summary>What is said of a document that isn't there, and of one that is none of the caller's business. The document's authority says the same.</summary>
    public static Refusal NotFound(DocumentId document) => new(RefusalReason.DocumentNotFound, $"There is no document {document}.");

    private async ValueTask<Role> KeepAsync(Caller caller, DocumentId document, ValueTask<Role> asked, long changes)
    {
        var role = await asked;
        cache.Keep(caller, document, role, changes);
        return role;
    }
}
