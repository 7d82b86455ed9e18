using Collab.Contracts;

namespace Collab.Web.Security;

/// <summary>For hosts with an <see cref="IDocumentPermissions"/> of their own: say here when its answers have changed, and they hold on every host and open connection within a second.</summary>
public interface IAccessChanges
{
    /// <summary>Has what is known forgotten and asked for again. Every host that listens knows it when this completes.</summary>
    /// <param name="document">Null: all documents.</param>
    /// <param name="subject">Null: everybody.</param>
    Task ChangedAsync(DocumentId? document, string? subject);
}
