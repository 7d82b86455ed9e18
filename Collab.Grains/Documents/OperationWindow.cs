using Collab.Contracts.Documents;
using Collab.Operations;

namespace Collab.Grains.Documents;

/// <summary>The newest operations of a document, consecutive, bounded by count and bytes; the oldest give way. To answer readers with, and to rebase over.</summary>
/// <remarks>
/// They are kept as bytes, with a few words about each: an operation that stays must not be objects that stay. What a reader gets of them is made when it is asked for, which is rare.
/// </remarks>
/// <param name="start">The revision before the first one.</param>
public sealed class OperationWindow(IDocumentKind kind, Revision start, int operationsLimit, long bytesLimit)
{
    private readonly BlockQueue<Slot> _slots = new();
    private readonly OperationBytes _encoded = new();
    private readonly DecodedDeltas _decoded = new();
    private long _bytes;

    /// <summary>The revision before the first entry: what comes after it is here.</summary>
    public Revision Start { get; private set; } = start;

    public Revision Head => Start + Count;

    public int Count => _slots.Count;

    /// <summary>What is held, the deltas that are decoded included.</summary>
    public long Bytes => _bytes + _decoded.Bytes;

    /// <summary>How many have given way so far.</summary>
    public long Evictions { get; private set; }

    /// <summary>The operation that makes revision <c>Start + index + 1</c>.</summary>
    public CommittedOperation this[int index]
    {
        get
        {
            ref var slot = ref _slots[index];
            return new CommittedOperation(RevisionOf(index), slot.Session, slot.Sequence, slot.Encoded);
        }
    }

    /// <summary>The same, with who it is of.</summary>
    public WindowEntry Entry(int index) => new(this[index], Delta(index), _slots[index].Author);

    /// <summary>Its delta alone, to rebase over.</summary>
    public IDelta Delta(int index)
    {
        var revision = RevisionOf(index);
        if (_decoded.Find(revision) is { } decoded)
            return decoded;
        var encoded = _slots[index].Encoded;
        var delta = WindowEntry.ReadDelta(kind, encoded);
        _decoded.Keep(revision, delta, encoded.Length);
        return delta;
    }

    /// <summary>Adds the operation that makes the revision after <see cref="Head"/>.</summary>
    /// <param name="encoded">Is copied.</param>
    /// <param name="delta">What <paramref name="encoded"/> has as its delta.</param>
    /// <returns>The copy, which stays as it is also when the operation has given way here.</returns>
    public ReadOnlyMemory<byte> Add(SessionId session, long sequence, string author, ReadOnlySpan<byte> encoded, IDelta delta)
    {
        // What is read from the log has names of its own for each operation.
        if (Count > 0 && _slots[Count - 1] is var newest)
            (session, author) = (newest.Session == session ? newest.Session : session, newest.Author == author ? newest.Author : author);
        var kept = _encoded.Keep(encoded);
        _slots.Add(new Slot { Encoded = kept, Session = session, Sequence = sequence, Author = author });
        _bytes += Cost(kept);
        _decoded.Add(Head, delta, kept.Length);
        while (Count > operationsLimit || (Bytes > bytesLimit && Count > 1))
            DropFirst();
        return kept;
    }

    private Revision RevisionOf(int index) => Start + index + 1;

    // The encoded bytes, and the slot. Measured, of the heap: 150 bytes for a keystroke (106 encoded), 303 while its delta is decoded; 100 kB and 300 kB for a paste of 100 kB.
    private static long Cost(ReadOnlyMemory<byte> encoded) => 48 + encoded.Length;

    private void DropFirst()
    {
        _bytes -= Cost(_slots[0].Encoded);
        _slots.DropFirst();
        Start = Start.Next;
        _decoded.Drop(Start);
        Evictions++;
    }

    private struct Slot
    {
        public ReadOnlyMemory<byte> Encoded;
        public SessionId Session;
        public string Author;
        public long Sequence;
    }
}
