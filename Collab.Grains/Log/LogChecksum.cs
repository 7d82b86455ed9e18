using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Collab.Grains.Log;

/// <summary>
/// CRC-32C (RFC 3720, appendix B.4) over everything that a stored row means, so that a flipped bit, or a row that ended up under
/// another key, is an error and never other text.
/// </summary>
/// <remarks>Databases check pages at best, and SQLite none by default. The processor has an instruction for it: 8 bytes a cycle or so.</remarks>
internal static class LogChecksum
{
    // A name that takes more is not known anywhere, and costs an array.
    private const int NameBytes = 512;

    public static uint Of(DocumentId document, LogRecord record) => Of(
        Begin(document), record.Revision.Value, Utf8(record.Session.Value, stackalloc byte[NameBytes]), record.Sequence, unchecked((long)record.SubmittedHash), record.Encoded.Span);

    /// <summary>What the checksums of all that belongs to a document begin with.</summary>
    public static uint Begin(DocumentId document) => AddName(uint.MaxValue, Utf8(document.Value, stackalloc byte[NameBytes]));

    /// <summary>Of a record that is only bytes.</summary>
    /// <param name="begun">See <see cref="Begin"/>.</param>
    /// <param name="session">UTF-8.</param>
    public static uint Of(uint begun, long revision, ReadOnlySpan<byte> session, long sequence, long submittedHash, ReadOnlySpan<byte> encoded)
    {
        var crc = AddName(Add(begun, revision), session);
        return ~Add(Add(Add(crc, sequence), submittedHash), encoded);
    }

    public static uint Of(DocumentId document, LogSnapshot snapshot) =>
        ~Add(Add(Add(Begin(document), snapshot.Revision.Value), snapshot.ContentHash), snapshot.Content.Span);

    /// <summary>Of two stretches of bytes, as if they were one.</summary>
    public static uint Of(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest) => ~Add(Add(uint.MaxValue, head), rest);

    /// <exception cref="LogUnavailableException">The record is not what was stored (<see cref="LogFault.Corrupt"/>).</exception>
    /// <param name="where">The store as people know it: a file, a database.</param>
    public static LogRecord Verified(DocumentId document, LogRecord record, uint stored, string where)
    {
        ThrowUnlessSame(Of(document, record), stored, document, record.Revision, where);
        return record;
    }

    /// <exception cref="LogUnavailableException">The operation has another checksum than was stored with it (<see cref="LogFault.Corrupt"/>).</exception>
    public static void ThrowUnlessSame(uint found, uint stored, DocumentId document, Revision revision, string where)
    {
        if (found != stored)
            throw Damaged(document, revision, where, $"its checksum is {found:x8}, stored was {stored:x8}");
    }

    public static LogUnavailableException Damaged(DocumentId document, Revision revision, string where, string what) =>
        new($"Operation {revision} of document {document} in {where} is damaged: {what}.", fault: LogFault.Corrupt);

    private static uint Add(uint crc, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Add(crc, bytes);
    }

    // Names end with a byte that no name has: "ab" + "c" is not "a" + "bc".
    private static uint AddName(uint crc, ReadOnlySpan<byte> name) => BitOperations.Crc32C(Add(crc, name), (byte)0xFF);

    private static ReadOnlySpan<byte> Utf8(string name, Span<byte> room) => Encoding.UTF8.TryGetBytes(name, room, out var length) ? room[..length] : Encoding.UTF8.GetBytes(name);

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.Length & ~7;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes[..rest]))
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (var single in bytes[rest..])
            crc = BitOperations.Crc32C(crc, single);
        return crc;
    }
}
