namespace Collab.Contracts.Documents;

/// <summary>A queue in blocks that can be read at any place. One that is copied as it grows leaves as much garbage as it has slots, some of it among the large objects.</summary>
/// <remarks>Not synchronised.</remarks>
internal sealed class BlockQueue<T>
{
    private const int BlockLength = 8;

    // A ring, of a power of two of blocks. Places are counted from the first item that ever was here.
    private T[]?[] _blocks = [];
    private T[]? _spare;
    private long _first;

    public int Count { get; private set; }

    /// <param name="index">From the oldest, 0, to the newest.</param>
    public ref T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return ref Block(_first + index)![(_first + index) % BlockLength];
        }
    }

    public void Add(T item)
    {
        // So that the place after the last is in another block than the first, however far into its block that is.
        if (Count > (_blocks.Length - 1) * BlockLength)
            Grow();
        ref var block = ref Block(_first + Count);
        block ??= TakeSpare() ?? new T[BlockLength];
        Count++;
        this[Count - 1] = item;
    }

    public void DropFirst()
    {
        this[0] = default!;
        Count--;
        if (++_first % BlockLength != 0)
            return;
        // For the next one that is added where as many go as come: old and empty, it costs a collection nothing.
        ref var block = ref Block(_first - 1);
        (_spare, block) = (block, null);
    }

    public void Clear()
    {
        (_blocks, _spare) = ([], null);
        (_first, Count) = (0, 0);
    }

    private ref T[]? Block(long place) => ref _blocks[place / BlockLength & (_blocks.Length - 1)];

    private T[]? TakeSpare()
    {
        var spare = _spare;
        _spare = null;
        return spare;
    }

    private void Grow()
    {
        var blocks = new T[]?[Math.Max(2, _blocks.Length * 2)];
        for (long place = _first; place < _first + Count; place += BlockLength - (place % BlockLength))
            blocks[place / BlockLength & (blocks.Length - 1)] = Block(place);
        _blocks = blocks;
    }
}
