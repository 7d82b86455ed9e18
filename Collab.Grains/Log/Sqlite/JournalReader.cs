using System.Buffers.Binary;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Reads what <see cref="JournalWriter"/> wrote, of which a checksum has said that it is sound.</summary>
internal struct JournalReader(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Rest { get; private set; } = bytes;

    public readonly bool IsAtEnd => Rest.IsEmpty;

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)).Span);

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)).Span);

    /// <summary>Bytes, or the UTF-8 of a text.</summary>
    public ReadOnlyMemory<byte> Bytes() => Take(Int());

    public void Skip(int count) => Take(count);

    private ReadOnlyMemory<byte> Take(int count)
    {
        var taken = Rest[..count];
        Rest = Rest[count..];
        return taken;
    }
}
