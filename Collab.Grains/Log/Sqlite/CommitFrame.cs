using System.Buffers.Binary;

namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// A commit as it lies in the journal: a header, the number of its appends (i32), these (<see cref="JournalAppend"/>), and zeros up to the next sector. All numbers are little-endian.
/// </summary>
/// <remarks>
/// <code>
/// 0   u32  mark            16  i64  number
/// 4   u32  bytes of appends 24  u32  CRC-32C of 4…24 and of the appends
/// 8   i64  generation      28  u32  0
/// </code>
/// Whole sectors, so that no later commit is written into a sector of this one: a write that a power loss tears damages nothing that was acknowledged. The generation is
/// a random number that the database has, too; frames of another one count for nothing.
/// </remarks>
internal static class CommitFrame
{
    public const int SectorBytes = 512;
    public const int HeaderBytes = 32;

    private const uint Mark = 0x31464A43;
    private const int CountBytes = sizeof(int);
    private const int MarkedBytes = 4;
    private const int ChecksumAt = 24;

    /// <summary>Bytes of the whole frame, header and zeros included. In 64 bits: a batch may be too large for any frame.</summary>
    public static long BytesOf(IReadOnlyList<LogAppend> appends)
    {
        var bytes = (long)HeaderBytes + CountBytes;
        for (var i = 0; i < appends.Count; i++)
            bytes += JournalAppend.BytesOf(appends[i]);
        return (bytes + SectorBytes - 1) / SectorBytes * SectorBytes;
    }

    /// <param name="frame">As many bytes as <see cref="BytesOf"/> says.</param>
    /// <returns>The commit, whose appends lie in the frame.</returns>
    public static Commit Write(Memory<byte> frame, long generation, long number, IReadOnlyList<LogAppend> appends)
    {
        var bytes = frame.Span;
        var to = new JournalWriter(bytes[HeaderBytes..]);
        to.Add(appends.Count);
        for (var i = 0; i < appends.Count; i++)
            JournalAppend.Write(appends[i], ref to);
        var payload = bytes.Length - HeaderBytes - to.Rest.Length;
        to.Rest.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], payload);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[ChecksumAt..], Checksum(bytes, payload));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], 0);
        return Of(frame, number, payload);
    }

    /// <summary>The frame at the beginning of <paramref name="from"/>; null when there is no whole and sound one of this generation.</summary>
    public static Commit? Read(ReadOnlyMemory<byte> from, long generation)
    {
        var bytes = from.Span;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Mark || BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != generation)
            return null;
        var payload = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (payload < CountBytes || payload > bytes.Length - HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Checksum(bytes, payload))
            return null;
        return Of(from, BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), payload);
    }

    // How many appends there are says the number before them, and that they end.
    private static Commit Of(ReadOnlyMemory<byte> frame, long number, int payload) =>
        new(number, frame.Slice(HeaderBytes + CountBytes, payload - CountBytes), (HeaderBytes + payload + SectorBytes - 1) / SectorBytes * SectorBytes);

    private static uint Checksum(ReadOnlySpan<byte> frame, int payload) => LogChecksum.Of(frame[MarkedBytes..ChecksumAt], frame.Slice(HeaderBytes, payload));
}
