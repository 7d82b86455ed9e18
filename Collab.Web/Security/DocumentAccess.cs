using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;

namespace Collab.Web.Security;

/// <summary>The one place that decides whether a caller may do something with a document, for the hub and for REST.</summary>
/// <remarks>It is asked before anybody looks whether there is such a document: the answer to who has no role in one is that of a document that isn't there, word by word.</remarks>
internal sealed class DocumentAccess(IDocumentPermissions permissions)
{
    /// <summary>What the caller may do in the document, whether there is one or not.</summary>
    public ValueTask<Role> GetRoleAsync(Caller caller, DocumentId document) => permissions.GetRoleAsync(caller.Principal, document, CancellationToken.None);

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
}
