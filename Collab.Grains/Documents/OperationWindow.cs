using Collab.Contracts.Documents;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>The newest operations of a document, consecutive, bounded by count and bytes; the oldest give way. To answer readers with, and to rebase over.</summary>
/// <param name="start">The revision before the first one.</param>
public sealed class OperationWindow(IDocumentKind kind, Revision start, int operationsLimit, long bytesLimit)
{
    /// <summary>
    /// So many of the newest are kept decoded: hardly anything is made against an older base. A delta is three objects, as many as the rest of an operation, and what each keystroke leaves behind for seconds is what a
    /// collection of garbage takes its time for. An older one that is rebased over after all is decoded again, and then kept.
    /// </summary>
    public const int DecodedLimit = 64;

    private Slot[] _ring = new Slot[16];
    private int _first;
    private int _count;

    /// <summary>The revision before the first entry: what comes after it is here.</summary>
    public Revision Start { get; private set; } = start;

    public Revision Head => Start + _count;

    public int Count => _count;

    public long Bytes { get; private set; }

    /// <summary>How many have given way so far.</summary>
    public long Evictions { get; private set; }

    /// <summary>The operation that makes revision <c>Start + index + 1</c>.</summary>
    public CommittedOperation this[int index] => At(index).Operation;

    /// <summary>The same, to rebase over.</summary>
    public WindowEntry Entry(int index)
    {
        ref var slot = ref At(index);
        return new WindowEntry(slot.Operation, slot.Delta ??= WindowEntry.Read(kind, slot.Operation).Delta, slot.Author);
    }

    public void Add(WindowEntry entry)
    {
        if (_count == _ring.Length)
            Grow();
        At(_count++) = new Slot { Operation = entry.Operation, Delta = entry.Delta, Author = entry.Author };
        Bytes += Cost(entry.Operation);
        if (_count > DecodedLimit)
            At(_count - DecodedLimit - 1).Delta = null;
        while (_count > operationsLimit || (Bytes > bytesLimit && _count > 1))
            DropFirst();
    }

    private ref Slot At(int index) => ref _ring[(_first + index) & (_ring.Length - 1)];

    // The encoded bytes, and the delta that may be beside them, which holds the same text again as UTF-16. Measured with SQLite, of the heap: 367 bytes for a keystroke (100 encoded),
    // 300 kB for a paste of 100 kB.
    private static long Cost(CommittedOperation operation) => 64 + (3L * operation.Encoded.Length);

    private void DropFirst()
    {
        Bytes -= Cost(_ring[_first].Operation);
        _ring[_first] = default;
        _first = (_first + 1) & (_ring.Length - 1);
        _count--;
        Start = Start.Next;
        Evictions++;
    }

    private void Grow()
    {
        var larger = new Slot[_ring.Length * 2];
        for (int i = 0; i < _count; i++)
            larger[i] = At(i);
        _ring = larger;
        _first = 0;
    }

    private struct Slot
    {
        public CommittedOperation Operation;
        public IDelta? Delta;
        public string Author;
    }
}
