using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Collab.Grains.Log.Sqlite;

namespace Collab.Grains.Log;

/// <summary>
/// CRC-32C (RFC 3720, appendix B.4) over everything that a stored row means, so that a flipped bit, or a row that ended up under
/// another key, is an error and never other text.
/// </summary>
/// <remarks>Databases check pages at best, and SQLite none by default. The processor has an instruction for it: 8 bytes a cycle or so.</remarks>
internal static class LogChecksum
{
    public static uint Of(DocumentId document, LogRecord record)
    {
        var crc = Add(Begin(document), record.Revision.Value);
        crc = Add(crc, record.Session.Value);
        crc = Add(crc, record.Sequence);
        crc = Add(crc, unchecked((long)record.SubmittedHash));
        return ~Add(crc, record.Encoded.Span);
    }

    /// <summary>What the checksums of all that belongs to a document begin with.</summary>
    public static uint Begin(DocumentId document) => Add(uint.MaxValue, document.Value);

    /// <param name="begun">See <see cref="Begin"/>.</param>
    public static uint Of(uint begun, JournalRecord record)
    {
        var crc = AddName(Add(begun, record.Revision), record.Session.Span);
        return ~Add(Add(Add(crc, record.Sequence), record.SubmittedHash), record.Encoded.Span);
    }

    public static uint Of(DocumentId document, LogSnapshot snapshot) =>
        ~Add(Add(Add(Begin(document), snapshot.Revision.Value), snapshot.ContentHash), snapshot.Content.Span);

    /// <summary>Of two stretches of bytes, as if they were one.</summary>
    public static uint Of(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest) => ~Add(Add(uint.MaxValue, head), rest);

    /// <exception cref="LogUnavailableException">The record is not what was stored (<see cref="LogFault.Corrupt"/>).</exception>
    /// <param name="where">The store as people know it: a file, a database.</param>
    public static LogRecord Verified(DocumentId document, LogRecord record, uint stored, string where) => Of(document, record) == stored
        ? record
        : throw new LogUnavailableException(
            $"Operation {record.Revision} of document {document} in {where} is damaged: its checksum is {Of(document, record):x8}, stored was {stored:x8}.", fault: LogFault.Corrupt);

    private static uint Add(uint crc, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Add(crc, bytes);
    }

    // Names end with a byte that no name has: "ab" + "c" is not "a" + "bc".
    private static uint Add(uint crc, string name)
    {
        Span<byte> bytes = stackalloc byte[512];
        return AddName(crc, Encoding.UTF8.TryGetBytes(name, bytes, out var length) ? bytes[..length] : Encoding.UTF8.GetBytes(name));
    }

    private static uint AddName(uint crc, ReadOnlySpan<byte> name) => BitOperations.Crc32C(Add(crc, name), (byte)0xFF);

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
