using Collab.Contracts.Presence;
using Orleans.Concurrency;

namespace Collab.Contracts.Documents;

/// <summary>A web host's ear for one document: one for each host and document, whatever the number of connections behind it.</summary>
/// <remarks>All one-way: nothing waits for a host. What gets lost on the way is noticed as a gap, or at the next renewal, and read again.</remarks>
[Alias("collab.IDocumentSubscriber")]
public interface IDocumentSubscriber : IGrainObserver
{
    /// <summary>Operations that became durable.</summary>
    [Alias("Push"), OneWay]
    Task Push(PushBatch batch);

    /// <summary>Presence that changed since the last call.</summary>
    [Alias("PushPresence"), OneWay]
    Task PushPresence(PresenceBatch batch);

    /// <summary>The activation of this epoch ends (it idles, moves, or lost its log): subscribe again at once, which wakes its next life, and read from the own revision.</summary>
    [Alias("Interrupt"), OneWay]
    Task Interrupt(DocumentId document, long epoch);
}
