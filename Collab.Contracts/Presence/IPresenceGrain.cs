using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Orleans.Concurrency;

namespace Collab.Contracts.Presence;

/// <summary>Who is in one document, latest wins, never logged; its key is the <see cref="DocumentId"/>. Apart from the document grain, so that moving cursors never delay an operation.</summary>
[Alias("collab.IPresenceGrain")]
public interface IPresenceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Sets what others see of a session. Changes are gathered (1 ms for each session that is here, at least 50 ms, at most 1 s) and pushed as one batch per host. An entry that is not renewed for 45 s disappears.
    /// </summary>
    [Alias("Update")]
    Task Update(PresenceEntry entry);

    /// <summary><see cref="Update"/> of many that this grain does not know, because it is younger than they are.</summary>
    [Alias("Introduce")]
    Task Introduce(ImmutableArray<PresenceEntry> entries);

    /// <summary>The session is gone. What stays of it up to <paramref name="number"/> (<see cref="Sessions.JoinOutcome.Number"/>) still say does not bring it back.</summary>
    [Alias("Depart")]
    Task Depart(SessionId session, long number);

    /// <summary>What session grains of the version before call in place of <see cref="Depart"/>.</summary>
    [Alias("Leave")]
    Task Leave(SessionId session);

    /// <summary>Who is named: those who show a state, and the first hundred.</summary>
    [Alias("Read"), ReadOnly]
    Task<PresenceReading> Read();

    /// <summary>What hosts of the version before call in place of <see cref="Read"/>.</summary>
    [Alias("List"), ReadOnly]
    Task<ImmutableArray<PresenceEntry>> List();

    /// <summary>Like <see cref="IDocumentGrain.Listen"/>: expires after 30 s unless called again. Says also which sessions are still there.</summary>
    [Alias("Listen")]
    Task<PresenceStanding> Listen(IDocumentSubscriber subscriber, IListeningHost host, ImmutableArray<SessionId> sessions);

    /// <summary>What hosts of the version before call in place of <see cref="Listen"/>, with <see cref="Renew"/>.</summary>
    [Alias("Subscribe")]
    Task Subscribe(IDocumentSubscriber subscriber);

    /// <summary>What hosts of the version before call after <see cref="Subscribe"/>.</summary>
    [Alias("Renew")]
    Task<ImmutableArray<SessionId>> Renew(ImmutableArray<SessionId> sessions);

    [Alias("Unsubscribe")]
    Task Unsubscribe(IDocumentSubscriber subscriber);
}
