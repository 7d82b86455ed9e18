using Collab.Contracts;

namespace Collab.Web.Delivery;

/// <summary>
/// The newest segments of a document on this host, consecutive, up to a number of bytes. A connection that is not far behind is
/// brought up from here, and a join's read is spliced to the live stream here, without asking the authority again.
/// </summary>
internal sealed class RecentOperations(int bytesLimit)
{
    private readonly Queue<FeedSegment> _segments = [];
    private int _bytes;

    /// <summary>The first operation that is here, or null if none is.</summary>
    public Revision? First => _segments.TryPeek(out var oldest) ? oldest.First : null;

    public void Add(FeedSegment segment)
    {
        _segments.Enqueue(segment);
        _bytes += segment.Message.Bytes;
        HostCaches.Operations.Entries.Inc();
        HostCaches.Operations.Bytes.Inc(segment.Message.Bytes);
        while (_bytes > bytesLimit)
            Evict();
    }

    public void Clear()
    {
        while (_segments.Count > 0)
            Evict();
    }

    /// <summary>Whether everything after <paramref name="revision"/> is here.</summary>
    public bool LeadsOnFrom(Revision revision) => First is { } first && first <= revision.Next;

    public IEnumerable<FeedSegment> After(Revision revision) => _segments.Where(segment => segment.Last > revision);

    private void Evict()
    {
        int bytes = _segments.Dequeue().Message.Bytes;
        _bytes -= bytes;
        HostCaches.Operations.Entries.Dec();
        HostCaches.Operations.Bytes.Dec(bytes);
        HostCaches.Operations.Evictions.Inc();
    }
}
