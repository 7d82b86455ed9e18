using System.Buffers.Binary;
using System.Text;

namespace Collab.Grains.Log.Sqlite;

/// <summary>Writes little-endian numbers, and texts and bytes behind their length, into a frame that has room for them.</summary>
internal ref struct JournalWriter(Span<byte> frame)
{
    public Span<byte> Rest { get; private set; } = frame;

    public void Add(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Rest, value);
        Rest = Rest[sizeof(int)..];
    }

    public void Add(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Rest, value);
        Rest = Rest[sizeof(long)..];
    }

    public void Add(string text)
    {
        var length = Encoding.UTF8.GetBytes(text, Rest[sizeof(int)..]);
        Add(length);
        Rest = Rest[length..];
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add(bytes.Length);
        bytes.CopyTo(Rest);
        Rest = Rest[bytes.Length..];
    }
}
