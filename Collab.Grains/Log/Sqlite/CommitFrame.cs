using System.Buffers.Binary;
using System.Text;

namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// A commit as it lies in the journal: a header, the appends, and zeros up to the next sector. All numbers are little-endian.
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
    private const int MarkedBytes = 4;
    private const int ChecksumAt = 24;

    /// <summary>Bytes of the whole frame, header and zeros included. In 64 bits: a batch may be too large for any frame.</summary>
    public static long BytesOf(IReadOnlyList<LogAppend> appends)
    {
        var bytes = HeaderBytes + (long)sizeof(int);
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            bytes += TextBytes(append.Document.Value) + (4 * sizeof(long));
            foreach (var record in append.RecordsSpan)
                bytes += TextBytes(record.Session.Value) + (2 * sizeof(long)) + sizeof(int) + record.Encoded.Length;
        }

        return (bytes + SectorBytes - 1) / SectorBytes * SectorBytes;
    }

    /// <param name="frame">As many bytes as <see cref="BytesOf"/> says.</param>
    public static void Write(Span<byte> frame, long generation, long number, IReadOnlyList<LogAppend> appends)
    {
        var to = new Writer(frame[HeaderBytes..]);
        to.Add(appends.Count);
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            to.Add(append.Document.Value);
            to.Add(append.Epoch);
            to.Add(append.At.ToUnixTimeMilliseconds());
            to.Add(append.Records[0].Revision.Value);
            to.Add((long)append.Records.Count);
            foreach (var record in append.RecordsSpan)
            {
                to.Add(record.Session.Value);
                to.Add(record.Sequence);
                to.Add(unchecked((long)record.SubmittedHash));
                to.Add(record.Encoded.Span);
            }
        }

        to.Rest.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Mark);
        BinaryPrimitives.WriteInt32LittleEndian(frame[4..], frame.Length - HeaderBytes - to.Rest.Length);
        BinaryPrimitives.WriteInt64LittleEndian(frame[8..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumAt..], Checksum(frame, frame.Length - HeaderBytes - to.Rest.Length));
        BinaryPrimitives.WriteUInt32LittleEndian(frame[28..], 0);
    }

    /// <summary>The frame at the beginning of <paramref name="bytes"/>; null when there is no whole and sound one of this generation.</summary>
    public static Commit? Read(ReadOnlySpan<byte> bytes, long generation)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Mark || BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != generation)
            return null;
        var payload = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (payload < 0 || payload > bytes.Length - HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumAt..]) != Checksum(bytes, payload))
            return null;

        var from = new Reader(bytes.Slice(HeaderBytes, payload));
        var appends = new LogAppend[from.Int()];
        for (var i = 0; i < appends.Length; i++)
        {
            var (document, epoch, at, first) = (new DocumentId(from.Text()), from.Long(), LogRows.Time(from.Long()), from.Long());
            var records = new LogRecord[from.Long()];
            for (var j = 0; j < records.Length; j++)
                records[j] = new(new Revision(first + j), new SessionId(from.Text()), from.Long(), unchecked((ulong)from.Long()), from.Bytes().ToArray());
            appends[i] = new(document, epoch, records, at);
        }

        return new(BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), appends, (HeaderBytes + payload + SectorBytes - 1) / SectorBytes * SectorBytes);
    }

    private static uint Checksum(ReadOnlySpan<byte> frame, int payload) => LogChecksum.Of(frame[MarkedBytes..ChecksumAt], frame.Slice(HeaderBytes, payload));

    private static int TextBytes(string text) => sizeof(int) + Encoding.UTF8.GetByteCount(text);

    private ref struct Writer(Span<byte> rest)
    {
        public Span<byte> Rest = rest;

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

    private ref struct Reader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

        public string Text() => Encoding.UTF8.GetString(Bytes());

        public ReadOnlySpan<byte> Bytes() => Take(Int());

        private ReadOnlySpan<byte> Take(int count)
        {
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
