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

    // A ring of blocks: a ring that was copied as it grew would leave as much garbage as it has slots, some of it among the large objects.
    private const int BlockLength = 16;

    private Slot[]?[] _blocks = new Slot[]?[4];
    private long _first;
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
        // So that the place after the last is in another block than the first, however far into its block that is.
        if (_count > (_blocks.Length - 1) * BlockLength)
            Grow();
        Block(_first + _count) ??= new Slot[BlockLength];
        At(_count++) = new Slot { Operation = entry.Operation, Delta = entry.Delta, Author = entry.Author };
        Bytes += Cost(entry.Operation);
        if (_count > DecodedLimit)
            At(_count - DecodedLimit - 1).Delta = null;
        while (_count > operationsLimit || (Bytes > bytesLimit && _count > 1))
            DropFirst();
    }

    private ref Slot At(int index) => ref Block(_first + index)![(_first + index) % BlockLength];

    /// <summary>The block that a place belongs to. Places are counted from the first operation that ever was here.</summary>
    private ref Slot[]? Block(long place) => ref _blocks[place / BlockLength % _blocks.Length];

    // The encoded bytes, and the delta that may be beside them, which holds the same text again as UTF-16. Measured with SQLite, of the heap: 367 bytes for a keystroke (100 encoded),
    // 300 kB for a paste of 100 kB.
    private static long Cost(CommittedOperation operation) => 64 + (3L * operation.Encoded.Length);

    private void DropFirst()
    {
        ref var first = ref At(0);
        Bytes -= Cost(first.Operation);
        first = default;
        _count--;
        if (++_first % BlockLength == 0)
            Block(_first - 1) = null;
        Start = Start.Next;
        Evictions++;
    }

    private void Grow()
    {
        var blocks = new Slot[]?[_blocks.Length * 2];
        for (long place = _first; place < _first + _count; place += BlockLength - (place % BlockLength))
            blocks[place / BlockLength % blocks.Length] = Block(place);
        _blocks = blocks;
    }

    private struct Slot
    {
        public CommittedOperation Operation;
        public IDelta? Delta;
        public string Author;
    }
}
