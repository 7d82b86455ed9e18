namespace Collab.Contracts.Documents;

/// <summary>
/// Keeps the encoded bytes of consecutive operations in few objects: they stand one behind the other in chunks. An array for each would be one object more that every collection of garbage carries along.
/// </summary>
/// <remarks>
/// No byte of a chunk is written twice, and none is pooled: what <see cref="Keep"/> returns stays as it is for whoever holds it, on any thread. A chunk is garbage once nobody holds any of it, so who lets go of the oldest
/// lets go of whole chunks. Adding is not synchronised.
/// </remarks>
internal sealed class OperationBytes
{
    /// <summary>Bytes of a chunk: some thirty keystrokes, and what is lost at its end is a few percent of it.</summary>
    public const int ChunkLimit = 4 << 10;

    // There are thousands of documents with hardly an operation: the first chunk is for one keystroke, and each is twice as large as the one before.
    private const int ChunkStart = 128;

    // A larger one is an array by itself: for the next one to find no room wastes a quarter of a chunk at most, and a paste is let go when its turn comes, not with what follows it.
    private const int SharedLimit = ChunkLimit / 4;

    private byte[] _chunk = [];
    private int _used;

    /// <summary>Copies the bytes to where they stay.</summary>
    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > SharedLimit)
            return bytes.ToArray();
        if (bytes.Length > _chunk.Length - _used)
            Begin(bytes.Length);
        var place = _chunk.AsMemory(_used, bytes.Length);
        bytes.CopyTo(place.Span);
        _used += bytes.Length;
        return place;
    }

    /// <summary>Starts small again.</summary>
    public void Clear() => (_chunk, _used) = ([], 0);

    private void Begin(int atLeast)
    {
        int size = Math.Max(ChunkStart, Math.Min(ChunkLimit, 2 * _chunk.Length));
        while (size < atLeast)
            size *= 2;
        (_chunk, _used) = (GC.AllocateUninitializedArray<byte>(size), 0);
    }
}
