using System.Text;

namespace Collab.Grains.Log.Sqlite;

/// <summary>
/// An append as it lies in the commit journal. What is acknowledged and not in the tables yet is held like this: as objects, each operation would be half a dozen that live for a second, and collections of garbage take their time for
/// just such.
/// </summary>
/// <remarks>
/// <code>
/// text document, i64 epoch, i64 milliseconds since 1970, i64 revision of the first record, i64 records; each of them:
/// text session, i64 sequence, i64 hash of what was submitted, bytes encoded
/// </code>
/// Numbers are little-endian; texts are UTF-8, and before them, as before bytes, stands how many they are, i32.
/// </remarks>
/// <param name="Commit">The number of the commit that it is a part of.</param>
internal readonly record struct JournalAppend(long Commit, DocumentId Document, ReadOnlyMemory<byte> Encoded)
{
    public static long BytesOf(LogAppend append)
    {
        var bytes = TextBytes(append.Document.Value) + (4L * sizeof(long));
        foreach (var record in append.RecordsSpan)
            bytes += TextBytes(record.Session.Value) + (2 * sizeof(long)) + sizeof(int) + record.Encoded.Length;
        return bytes;
    }

    public static void Write(LogAppend append, ref JournalWriter to)
    {
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

    /// <param name="document">Which document it is of, where that is known: then no text is made of its name.</param>
    public static JournalAppend Read(long commit, ref JournalReader from, DocumentId? document = null)
    {
        var whole = from.Rest;
        var name = from.Bytes();
        from.Skip(3 * sizeof(long));
        for (var left = from.Long(); left > 0; left--)
        {
            from.Bytes();
            from.Skip(2 * sizeof(long));
            from.Bytes();
        }

        return new(commit, document ?? new DocumentId(Text(name)), whole[..(whole.Length - from.Rest.Length)]);
    }

    /// <param name="first">The revision of the first record.</param>
    /// <returns>What reads the records.</returns>
    public JournalReader Open(out long epoch, out long at, out long first, out long count)
    {
        var from = new JournalReader(Encoded);
        from.Bytes();
        (epoch, at, first, count) = (from.Long(), from.Long(), from.Long(), from.Long());
        return from;
    }

    public LogAppend Decode()
    {
        var from = Open(out var epoch, out var at, out var first, out var count);
        var records = new LogRecord[count];
        for (var i = 0; i < records.Length; i++)
        {
            var record = JournalRecord.Read(first + i, ref from);
            records[i] = new(new Revision(record.Revision), new SessionId(Text(record.Session)), record.Sequence, unchecked((ulong)record.SubmittedHash), record.Encoded);
        }

        return new(Document, epoch, records, LogRows.Time(at));
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static int TextBytes(string text) => sizeof(int) + Encoding.UTF8.GetByteCount(text);
}
