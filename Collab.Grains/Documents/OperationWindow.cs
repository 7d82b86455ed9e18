namespace Collab.Grains.Documents;

/// <summary>The newest operations of a document, consecutive, bounded by count and bytes; the oldest give way.</summary>
/// <param name="start">The revision before the first entry.</param>
public sealed class OperationWindow(Revision start, int operationsLimit, long bytesLimit)
{
    private WindowEntry[] _ring = new WindowEntry[16];
    private int _first;
    private int _count;

    /// <summary>The revision before the first entry: what comes after it is here.</summary>
    public Revision Start { get; private set; } = start;

    public Revision Head => Start + _count;

    public int Count => _count;

    public long Bytes { get; private set; }

    /// <summary>How many have given way so far.</summary>
    public long Evictions { get; private set; }

    /// <summary>The entry that makes revision <c>Start + index + 1</c>.</summary>
    public WindowEntry this[int index] => _ring[(_first + index) & (_ring.Length - 1)];

    public void Add(WindowEntry entry)
    {
        if (_count == _ring.Length)
            Grow();
        _ring[(_first + _count++) & (_ring.Length - 1)] = entry;
        Bytes += Cost(entry);
        while (_count > operationsLimit || (Bytes > bytesLimit && _count > 1))
            DropFirst();
    }

    // The encoded bytes, and the delta beside them, which holds the same text again as UTF-16. Measured with SQLite, of the heap: 367 bytes for a keystroke (100 encoded),
    // 300 kB for a paste of 100 kB.
    private static long Cost(WindowEntry entry) => 64 + (3L * entry.Operation.Encoded.Length);

    private void DropFirst()
    {
        Bytes -= Cost(_ring[_first]);
        _ring[_first] = null!;
        _first = (_first + 1) & (_ring.Length - 1);
        _count--;
        Start = Start.Next;
        Evictions++;
    }

    private void Grow()
    {
        var larger = new WindowEntry[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
            larger[i] = this[i];
        _ring = larger;
        _first = 0;
    }
}
