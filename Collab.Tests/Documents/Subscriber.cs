using System.Collections.Concurrent;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;

namespace Collab.Tests.Documents;

/// <summary>A web host's ear that remembers what it heard.</summary>
internal sealed class Subscriber : IDocumentSubscriber
{
    public ConcurrentQueue<PushBatch> Batches { get; } = new();

    public ConcurrentQueue<PresenceBatch> Presence { get; } = new();

    public ConcurrentQueue<long> Interrupted { get; } = new();

    public long[] Revisions => [.. Batches.SelectMany(batch => batch.Operations).Select(operation => operation.Revision.Value)];

    public Task Push(PushBatch batch)
    {
        Batches.Enqueue(batch);
        return Task.CompletedTask;
    }

    public Task PushPresence(PresenceBatch batch)
    {
        Presence.Enqueue(batch);
        return Task.CompletedTask;
    }

    public Task Interrupt(DocumentId document, long epoch)
    {
        Interrupted.Enqueue(epoch);
        return Task.CompletedTask;
    }
}
