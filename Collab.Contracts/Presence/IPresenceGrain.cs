using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Orleans.Concurrency;

namespace Collab.Contracts.Presence;

/// <summary>Who is in one document, latest wins, never logged; its key is the <see cref="DocumentId"/>. Apart from the document grain, so that moving cursors never delay an operation.</summary>
[Alias("collab.IPresenceGrain")]
public interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>Sets what others see of a session. Changes are gathered for up to 50 ms and pushed as one batch per host. An entry that is not renewed for 45 s disappears.</summary>
    [Alias("Update")]
    Task Update(PresenceEntry entry);

    /// <summary>Says of the sessions of one host that they are still there.</summary>
    /// <returns>Those that are not known, because this activation is younger than they are: their host sends them again.</returns>
    [Alias("Renew")]
    Task<ImmutableArray<SessionId>> Renew(ImmutableArray<SessionId> sessions);

    /// <summary>The session is gone.</summary>
    [Alias("Leave")]
    Task Leave(SessionId session);

    [Alias("List"), ReadOnly]
    Task<ImmutableArray<PresenceEntry>> List();

    /// <summary>Like <see cref="IDocumentGrain.Subscribe"/>: expires after 30 s unless called again.</summary>
    [Alias("Subscribe")]
    Task Subscribe(IDocumentSubscriber subscriber);

    [Alias("Unsubscribe")]
    Task Unsubscribe(IDocumentSubscriber subscriber);
}
