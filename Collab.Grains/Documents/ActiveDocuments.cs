using System.Collections.Concurrent;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Documents;

/// <summary>
/// The documents that are active in this silo: how many, how large together, which were used least recently. Over a limit those that nobody is in
/// are deactivated; when everybody is in some document, no more are let in.
/// </summary>
/// <remarks>All members may be called from any thread.</remarks>
public sealed partial class ActiveDocuments(IOptions<DocumentOptions> options, TimeProvider clock, ILogger<ActiveDocuments> logger) : BackgroundService
{
    // Room for some at a time: looking for the least recently used looks at all, 100,000 in some milliseconds.
    private const double Room = 0.05;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly DocumentOptions _options = options.Value;
    private readonly ConcurrentDictionary<ActiveDocument, bool> _documents = new();
    private readonly Lock _sweeping = new();
    private readonly MemoryPressure _pressure = new(options.Value.MemoryUseLimit);
    private long _count;
    private long _bytes;

    /// <summary>Takes a document in that is about to be loaded. To be left again with <see cref="ActiveDocument.Leave"/>.</summary>
    /// <param name="use">What it is used for: asked from any thread, answered at once.</param>
    /// <param name="refusal">Why not, else null.</param>
    public ActiveDocument? Enter(IGrainContext context, Func<DocumentUse> use, out Refusal? refusal)
    {
        refusal = null;
        if (IsFull && !TryMakeRoom())
        {
            LimitMetrics.Reached(Limit.ActiveDocuments);
            refusal = Full();
            return null;
        }

        var document = new ActiveDocument(this, context, use);
        _documents.TryAdd(document, true);
        Interlocked.Increment(ref _count);
        DocumentCaches.Active.Entries.Inc();
        return document;
    }

    // A document that grows is never told to stop for others' sake: the next look makes room.
    internal void Grow(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>The document counts no more; it is gone, or on its way out and needs its room only until its last snapshot is written.</summary>
    internal void Release(long bytes)
    {
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -bytes);
    }

    internal void Forget(ActiveDocument document)
    {
        _documents.TryRemove(document, out _);
        DocumentCaches.Active.Entries.Dec();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (Interlocked.Read(ref _bytes) > _options.ActiveBytesLimit)
                TryMakeRoom();
            Relieve(MemoryUse.Now());
        }
    }

    /// <summary>All that are here, those on their way out excepted.</summary>
    internal IEnumerable<ActiveDocument> Present => _documents.Keys.Where(document => !document.IsLeaving);

    internal long Now() => clock.GetTimestamp();

    /// <summary>Deactivates documents that nobody is in while the process' memory is short.</summary>
    internal void Relieve(MemoryUse memory)
    {
        if (_pressure.Surplus(memory) is not (> 0 and var surplus))
            return;
        lock (_sweeping)
        {
            long target = Interlocked.Read(ref _bytes) - surplus;
            int evicted = EvictUntil(() => Interlocked.Read(ref _bytes) <= target);
            LogRelieved(memory.Used, memory.Available, evicted, Interlocked.Read(ref _count), Interlocked.Read(ref _bytes));
        }
    }

    private bool IsFull => Interlocked.Read(ref _count) >= _options.ActiveDocumentsLimit || Interlocked.Read(ref _bytes) >= _options.ActiveBytesLimit;

    /// <summary>Deactivates what was used least recently and nobody is in.</summary>
    /// <returns>Whether there is room now, or soon.</returns>
    private bool TryMakeRoom()
    {
        lock (_sweeping)
        {
            int evicted = EvictUntil(() =>
                Interlocked.Read(ref _count) < _options.ActiveDocumentsLimit * (1 - Room) && Interlocked.Read(ref _bytes) < _options.ActiveBytesLimit * (1 - Room));
            if (evicted > 0)
                LogEvicted(evicted, Interlocked.Read(ref _count), Interlocked.Read(ref _bytes));
            return !IsFull;
        }
    }

    private int EvictUntil(Func<bool> isEnough)
    {
        int evicted = 0;
        foreach (var document in Present.Where(document => !document.Use.IsInUse).OrderBy(document => document.LastUsed))
        {
            if (isEnough())
                break;
            document.Evict();
            evicted++;
        }

        return evicted;
    }

    private Refusal Full() => Interlocked.Read(ref _count) >= _options.ActiveDocumentsLimit
        ? Refuse($"{Interlocked.Read(ref _count)} documents are active in this silo, the limit (Collab:Documents:ActiveDocumentsLimit), and somebody is in each of them.")
        : Refuse($"The documents active in this silo hold {Interlocked.Read(ref _bytes)} bytes, over the limit of {_options.ActiveBytesLimit} (Collab:Documents:ActiveBytesLimit), and somebody is in each of them.");

    private static Refusal Refuse(string detail) => new(RefusalReason.Overloaded, detail, RetryAfter);
}
