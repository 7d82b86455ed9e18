namespace Collab.Grains.Documents;

/// <summary>One document's entry among the <see cref="ActiveDocuments"/>: when it was used, and what it holds, its window included.</summary>
/// <remarks>Used from the grain's turns, except where the silo makes room.</remarks>
public sealed class ActiveDocument
{
    /// <summary>What an activation costs without any content: 3.8 kB of the heap measured with the stand-in, and room for what the real runtime adds.</summary>
    private const long OverheadBytes = 8 << 10;

    private readonly Lock _lock = new();
    private readonly ActiveDocuments _all;
    private readonly IGrainContext _context;
    private readonly Func<DocumentUse> _use;
    private long _windowEvictions;
    private int _windowCount;
    private long _windowBytes;
    private bool _isFresh = true;
    private long _bytes;
    private long _lastUsed;
    private long _operations;

    internal ActiveDocument(ActiveDocuments all, IGrainContext context, Func<DocumentUse> use)
    {
        (_all, _context, _use) = (all, context, use);
        _lastUsed = all.Now();
        Measure(0, 0, 0, 0);
    }

    internal DocumentId Id => new(_context.GrainId.Key.ToString()!);

    internal DocumentUse Use => _use();

    /// <summary>Made durable in this life.</summary>
    internal long Operations => Volatile.Read(ref _operations);

    internal long Bytes => Volatile.Read(ref _bytes);

    internal bool IsLeaving { get; private set; }

    internal long LastUsed => Volatile.Read(ref _lastUsed);

    /// <summary>A call came. The one that had the document loaded is counted as a miss already.</summary>
    public void Touch()
    {
        Volatile.Write(ref _lastUsed, _all.Now());
        if (!_isFresh)
            DocumentCaches.Active.Hits.Inc();
        _isFresh = false;
    }

    /// <summary>The document was brought in from the log.</summary>
    public void Loaded(DocumentAuthority authority)
    {
        DocumentCaches.Active.Misses.Inc();
        Measure(authority);
    }

    /// <summary>So many operations became durable.</summary>
    // One writer, the grain's turn: no lock for what every flush does.
    public void Count(int operations) => Volatile.Write(ref _operations, _operations + operations);

    /// <summary>Publishes how large the document is now.</summary>
    public void Measure(DocumentAuthority authority) =>
        Measure(authority.Content.Bytes, authority.Window.Count, authority.Window.Bytes, authority.Window.Evictions);

    /// <summary>The activation ends.</summary>
    public void Leave()
    {
        DocumentCaches.Window.Entries.Dec(_windowCount);
        DocumentCaches.Window.Bytes.Dec(_windowBytes);
        DocumentCaches.Active.Bytes.Dec(_bytes);
        _all.Forget(this);
        Release();
    }

    /// <summary>Ends the activation. What it holds counts no more from now on.</summary>
    internal void Evict()
    {
        if (!Release())
            return;
        DocumentCaches.Active.Evictions.Inc();
        _context.Deactivate(
            new DeactivationReason(DeactivationReasonCode.HighMemoryPressure, "Nobody is in it, and the silo's limits of active documents (Collab:Documents) need room."), CancellationToken.None);
    }

    private bool Release()
    {
        lock (_lock)
        {
            if (IsLeaving)
                return false;
            IsLeaving = true;
            _all.Release(_bytes);
            return true;
        }
    }

    private void Measure(long contentBytes, int windowCount, long windowBytes, long windowEvictions)
    {
        DocumentCaches.Window.Entries.Inc(windowCount - _windowCount);
        DocumentCaches.Window.Bytes.Inc(windowBytes - _windowBytes);
        DocumentCaches.Window.Evictions.Inc(windowEvictions - _windowEvictions);
        (_windowCount, _windowBytes, _windowEvictions) = (windowCount, windowBytes, windowEvictions);
        long growth;
        lock (_lock)
        {
            long bytes = OverheadBytes + contentBytes + windowBytes;
            growth = bytes - _bytes;
            DocumentCaches.Active.Bytes.Inc(growth);
            _bytes = bytes;
            if (IsLeaving)
                return;
        }

        _all.Grow(growth);
    }
}
