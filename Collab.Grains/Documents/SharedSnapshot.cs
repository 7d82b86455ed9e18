using Collab.Contracts.Documents;
using Collab.Observability;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>One document's encoded snapshot, shared by the readers who come together or soon after: a storm of them costs one encoding.</summary>
/// <param name="encoding">Where content is encoded; the thread pool by default, the simulation's one thread there.</param>
/// <remarks>Used from the grain's turns; the budget may take it away from any thread.</remarks>
public sealed class SharedSnapshot(CacheBudget budget, TaskScheduler? encoding = null)
{
    // Beyond this many operations a fresh encoding is cheaper to send than the old one and what came since.
    private const int ReuseOperations = 256;

    private volatile Shared? _shared;

    /// <summary>The content encoded, at <paramref name="revision"/> or a little before.</summary>
    public Task<EncodedSnapshot> ReadAsync(Revision revision, IContent content, Revision oldestUsable)
    {
        var shared = _shared;
        bool isUsable = shared is { Encoding.IsFaulted: false } && shared.Revision >= oldestUsable && revision - shared.Revision <= ReuseOperations;
        (isUsable ? DocumentCaches.Snapshots.Hits : DocumentCaches.Snapshots.Misses).Inc();
        if (isUsable)
        {
            budget.Touch(shared!.Entry);
            return shared.Encoding;
        }

        LetGo();
        shared = new Shared(this, revision);
        shared.Encoding = Task.Factory.StartNew(
            () => Encode(shared, content), CancellationToken.None, TaskCreationOptions.DenyChildAttach, encoding ?? TaskScheduler.Default);
        _shared = shared;
        return shared.Encoding;
    }

    /// <summary>Nobody will ask for it any more. Who waits for it gets it.</summary>
    public void LetGo()
    {
        if (_shared is { } shared)
            budget.Remove(shared.Entry);
        _shared = null;
    }

    private EncodedSnapshot Encode(Shared shared, IContent content)
    {
        var snapshot = new EncodedSnapshot(shared.Revision, SnapshotKeeper.Encode(content));
        budget.Add(shared.Entry, snapshot.Content.Length);
        return snapshot;
    }

    private sealed class Shared
    {
        public Shared(SharedSnapshot owner, Revision revision)
        {
            Revision = revision;
            Entry = new CacheEntry(() => Interlocked.CompareExchange(ref owner._shared, null, this));
        }

        public Revision Revision { get; }

        public CacheEntry Entry { get; }

        public Task<EncodedSnapshot> Encoding { get; set; } = null!;
    }
}
