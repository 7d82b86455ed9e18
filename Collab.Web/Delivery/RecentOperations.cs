using Collab.Contracts;

namespace Collab.Web.Delivery;

/// <summary>
/// The newest segments of a document on this host, consecutive, up to a number of bytes. A connection that is not far behind is
/// brought up from here, and a join's read is spliced to the live stream here, without asking the authority again.
/// </summary>
internal sealed class RecentOperations(int bytesLimit)
{
    private readonly Queue<(FeedSegment Segment, int Bytes)> _segments = [];
    private int _bytes;

    /// <summary>The first operation that is here, or null if none is.</summary>
    public Revision? First => _segments.TryPeek(out var oldest) ? oldest.Segment.First : null;

    public void Add(FeedSegment segment)
    {
        int bytes = segment.Message.Bytes;
        _segments.Enqueue((segment, bytes));
        _bytes += bytes;
        HostCaches.Operations.Entries.Inc();
        HostCaches.Operations.Bytes.Inc(bytes);
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

    public IEnumerable<FeedSegment> After(Revision revision) => _segments.Where(kept => kept.Segment.Last > revision).Select(kept => kept.Segment);

    private void Evict()
    {
        int bytes = _segments.Dequeue().Bytes;
        _bytes -= bytes;
        HostCaches.Operations.Entries.Dec();
        HostCaches.Operations.Bytes.Dec(bytes);
        HostCaches.Operations.Evictions.Inc();
    }
}
