using Collab.Contracts;
using Collab.Contracts.Documents;

namespace Collab.Web.Delivery;

/// <summary>
/// The newest operations of a document on this host, consecutive, up to a number of bytes. A connection that is not far behind is
/// brought up from here, and a join's read is spliced to the live stream here, without asking the authority again.
/// </summary>
/// <remarks>
/// Only their bytes are kept, copied: what was pushed are objects that every collection of garbage would carry along, and hardly anybody asks for them. Not synchronised.
/// </remarks>
internal sealed class RecentOperations(DocumentId document, int bytesLimit)
{
    // What is written at once (Outbox), and none of the large objects of the heap. A slow reader is found out in the middle of what it misses, not behind it.
    private const int SegmentBytes = 32 << 10;

    // An operation's place in the queue.
    private const int SlotBytes = 20;

    private readonly BlockQueue<ReadOnlyMemory<byte>> _encoded = new();
    private readonly OperationBytes _bytes = new();
    private Revision _first;
    private int _bytesKept;
    private (Revision Position, List<FeedSegment> Segments)? _shared;

    /// <summary>The first operation that is here, or null if none is.</summary>
    public Revision? First => _encoded.Count > 0 ? _first : null;

    /// <summary>Takes what follows the newest that is here.</summary>
    public void Add(FeedSegment segment)
    {
        _shared = null;
        if (_encoded.Count == 0)
            _first = segment.First;
        int bytes = 0;
        foreach (var encoded in segment.Operations)
        {
            _encoded.Add(_bytes.Keep(encoded.Span));
            bytes += Cost(encoded);
        }

        _bytesKept += bytes;
        HostCaches.Operations.Entries.Inc(segment.Operations.Length);
        HostCaches.Operations.Bytes.Inc(bytes);
        Evict(bytesLimit);
    }

    public void Clear()
    {
        _shared = null;
        Evict(0);
        _encoded.Clear();
        _bytes.Clear();
    }

    /// <summary>Whether everything after <paramref name="revision"/> is here.</summary>
    public bool LeadsOnFrom(Revision revision) => First is { } first && first <= revision.Next;

    /// <summary>What comes after <paramref name="revision"/>, from which this leads on. Those who come up from one place share it until something is added, or <see cref="Unshare"/>.</summary>
    public IReadOnlyList<FeedSegment> After(Revision revision)
    {
        int index = (int)Math.Min(revision.Next - _first, _encoded.Count);
        if (index == _encoded.Count)
            return [];
        if (_shared is not { } shared || shared.Position != revision)
            _shared = shared = (revision, Segments(index));
        return shared.Segments;
    }

    /// <summary>Lets go of what was made for those who came up: nobody may come any more.</summary>
    public void Unshare() => _shared = null;

    private List<FeedSegment> Segments(int index)
    {
        var segments = new List<FeedSegment>();
        while (index < _encoded.Count)
        {
            int end = index;
            for (int bytes = 0; end < _encoded.Count && (end == index || bytes + _encoded[end].Length <= SegmentBytes); end++)
                bytes += _encoded[end].Length;
            var encoded = new ReadOnlyMemory<byte>[end - index];
            for (int i = 0; i < encoded.Length; i++)
                encoded[i] = _encoded[index + i];
            segments.Add(new FeedSegment(document, _first + index, encoded));
            index = end;
        }

        return segments;
    }

    /// <summary>Lets go of the oldest until no more bytes are kept than so many.</summary>
    private void Evict(int bytesLeft)
    {
        int bytes = 0, count = 0;
        for (; _bytesKept - bytes > bytesLeft; count++)
        {
            bytes += Cost(_encoded[0]);
            _encoded.DropFirst();
        }

        if (count == 0)
            return;
        _first += count;
        _bytesKept -= bytes;
        HostCaches.Operations.Entries.Dec(count);
        HostCaches.Operations.Bytes.Dec(bytes);
        HostCaches.Operations.Evictions.Inc(count);
    }

    private static int Cost(ReadOnlyMemory<byte> encoded) => SlotBytes + encoded.Length;
}
