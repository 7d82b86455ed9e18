using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Orleans.Concurrency;

namespace Collab.Contracts.Presence;

/// <summary>Who is in one document, latest wins, never logged; its key is the <see cref="DocumentId"/>. Apart from the document grain, so that moving cursors never delay an operation.</summary>
[Alias("collab.IPresenceGrain")]
public interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>Sets what others see of a session. Changes are gathered for up to 50 ms and pushed as one batch per host. An entry that is not renewed for 45 s disappears.</summary>
    [Alias("Update")]
    Task Update(PresenceEntry entry);

    /// <summary>The session is gone.</summary>
    [Alias("Leave")]
    Task Leave(SessionId session);

    [Alias("List"), ReadOnly]
    Task<ImmutableArray<PresenceEntry>> List();

    /// <summary>Like <see cref="IDocumentGrain.Listen"/>: expires after 30 s unless called again. Says also which sessions are still there.</summary>
    /// <returns>Those of <paramref name="sessions"/> that are not known, because this activation is younger than they are: their host sends them again.</returns>
    [Alias("Listen")]
    Task<ImmutableArray<SessionId>> Listen(IDocumentSubscriber subscriber, IListeningHost host, ImmutableArray<SessionId> sessions);

    /// <summary>What hosts of the version before call in place of <see cref="Listen"/>, with <see cref="Renew"/>.</summary>
    [Alias("Subscribe")]
    Task Subscribe(IDocumentSubscriber subscriber);

    /// <summary>What hosts of the version before call after <see cref="Subscribe"/>.</summary>
    [Alias("Renew")]
    Task<ImmutableArray<SessionId>> Renew(ImmutableArray<SessionId> sessions);

    [Alias("Unsubscribe")]
    Task Unsubscribe(IDocumentSubscriber subscriber);
}
