using System.Collections.Concurrent;
using System.Collections.Immutable;
using Collab.Contracts.Documents;

namespace Collab.Tests.Fanout;

/// <summary>Stands between the real grains and the real hosts: keeps pushes back to be delivered by hand, or loses them, and counts the reads of documents.</summary>
internal sealed class PushTap : IIncomingGrainCallFilter
{
    private readonly ConcurrentQueue<(IDocumentSubscriber Host, PushBatch Batch)> _held = new();
    private int _reads;

    /// <summary>Whether a push is kept back; asked with each.</summary>
    public Func<PushBatch, bool> Holds { get; set; } = _ => false;

    /// <summary>How often what is missing was read from a document.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public ImmutableArray<(IDocumentSubscriber Host, PushBatch Batch)> Held => [.. _held];

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.MethodName == nameof(IDocumentGrain.ReadFrom))
            Interlocked.Increment(ref _reads);
        if (context.Grain is not IDocumentSubscriber host || context.MethodName != nameof(IDocumentSubscriber.Push))
            return context.Invoke();
        var batch = (PushBatch)context.Request.GetArgument(0)!;
        if (!Holds(batch))
            return context.Invoke();
        _held.Enqueue((host, batch));
        return Task.CompletedTask;
    }
}
