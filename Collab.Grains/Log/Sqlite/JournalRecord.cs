using System.Text;

namespace Collab.Grains.Log.Sqlite;

/// <summary>An operation as it lies in the commit journal.</summary>
/// <param name="Session">Its name, UTF-8.</param>
/// <param name="SubmittedHash">The 64 bits of <see cref="LogRecord.SubmittedHash"/>.</param>
internal readonly record struct JournalRecord(long Revision, ReadOnlyMemory<byte> Session, long Sequence, long SubmittedHash, ReadOnlyMemory<byte> Encoded)
{
    public static JournalRecord Of(LogRecord record) =>
        new(record.Revision.Value, Encoding.UTF8.GetBytes(record.Session.Value), record.Sequence, unchecked((long)record.SubmittedHash), record.Encoded);

    public static JournalRecord Read(long revision, ref JournalReader from) => new(revision, from.Bytes(), from.Long(), from.Long(), from.Bytes());

    /// <param name="begun">See <see cref="LogChecksum.Begin"/>.</param>
    public uint Checksum(uint begun) => LogChecksum.Of(begun, Revision, Session.Span, Sequence, SubmittedHash, Encoded.Span);
}
