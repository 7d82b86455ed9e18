using Collab.Contracts.Presence;

namespace Collab.Contracts.Documents;

/// <summary>A web host's ear for one document: one for each host and document, whatever the number of connections behind it.</summary>
[Alias("collab.IDocumentSubscriber")]
public interface IDocumentSubscriber : IGrainObserver
{
    /// <summary>Operations that became durable.</summary>
    [Alias("Push")]
    Task Push(PushBatch batch);

    /// <summary>Presence that changed since the last call.</summary>
    [Alias("PushPresence")]
    Task PushPresence(PresenceBatch batch);
}
