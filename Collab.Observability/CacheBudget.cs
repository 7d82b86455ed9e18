namespace Collab.Observability;

/// <summary>
/// What one cache of this process may hold in all. Above, the entries used least recently are let go; so is, at each <see cref="EvictIdle"/>, what nobody asked for since the
/// last. It counts entries, bytes and evictions; hits and misses are whose who looks things up.
/// </summary>
/// <remarks>All members may be called from any thread. An entry is let go on the thread of whoever needed the room: its owner only forgets it, and takes no lock.</remarks>
public sealed class CacheBudget(CacheMetrics metrics, long bytesLimit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<CacheEntry> _byUse = [];
    private long _bytes;

    /// <summary>Takes an entry in; one that is larger than all there is room for is let go at once. One that was let go before stays so.</summary>
    public void Add(CacheEntry entry, long bytes)
    {
        var evicted = new List<CacheEntry>();
        lock (_lock)
        {
            if (entry.IsGone)
                return;
            entry.Bytes = bytes;
            entry.Place = _byUse.AddLast(entry);
            entry.IsUsed = true;
            _bytes += bytes;
            metrics.Entries.Inc();
            metrics.Bytes.Inc(bytes);
            while (_bytes > bytesLimit && _byUse.First is { } oldest)
                evicted.Add(Unlink(oldest.Value));
        }

        LetGo(evicted);
    }

    /// <summary>Somebody was answered with the entry.</summary>
    public void Touch(CacheEntry entry)
    {
        lock (_lock)
        {
            entry.IsUsed = true;
            if (entry.Place is not { } place)
                return;
            _byUse.Remove(place);
            _byUse.AddLast(place);
        }
    }

    /// <summary>Its owner has no use for the entry any more.</summary>
    public void Remove(CacheEntry entry)
    {
        lock (_lock)
            Unlink(entry);
    }

    /// <summary>Lets go what was not asked for since the last call.</summary>
    public void EvictIdle()
    {
        var evicted = new List<CacheEntry>();
        lock (_lock)
        {
            foreach (var entry in _byUse.ToList())
            {
                if (!entry.IsUsed)
                    evicted.Add(Unlink(entry));
                entry.IsUsed = false;
            }
        }

        LetGo(evicted);
    }

    private CacheEntry Unlink(CacheEntry entry)
    {
        entry.IsGone = true;
        if (entry.Place is not { } place)
            return entry;
        _byUse.Remove(place);
        entry.Place = null;
        _bytes -= entry.Bytes;
        metrics.Entries.Dec();
        metrics.Bytes.Dec(entry.Bytes);
        metrics.Evictions.Inc();
        return entry;
    }

    private static void LetGo(List<CacheEntry> entries) => entries.ForEach(entry => entry.Evicted());
}

/// <summary>One entry's place in a <see cref="CacheBudget"/>.</summary>
/// <param name="evicted">Forgets what the entry holds.</param>
public sealed class CacheEntry(Action evicted)
{
    internal Action Evicted => evicted;

    internal LinkedListNode<CacheEntry>? Place { get; set; }

    internal long Bytes { get; set; }

    internal bool IsUsed { get; set; }

    internal bool IsGone { get; set; }
}
