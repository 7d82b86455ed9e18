using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Collab.Contracts.Documents;

namespace Collab.Grains.Documents;

/// <summary>The operation object of <c>docs/protocol.md</c>: written once, then logged, pushed and sent as the same bytes.</summary>
public static class OperationEncoding
{
    /// <summary>Writes <c>{"session":…,"sequence":…,"author":…,"at":…,"delta":…,"conflicts":…}</c>; empty author and conflicts are left out.</summary>
    public static byte[] Encode(
        SessionId session, long sequence, string author, DateTimeOffset at, ReadOnlySpan<byte> delta, ReadOnlySpan<byte> conflicts)
    {
        var output = new ArrayBufferWriter<byte>(128 + delta.Length + conflicts.Length + author.Length);
        output.Write("{\"session\":\""u8);
        Encoding.ASCII.GetBytes(session.Value, output);
        output.Write("\",\"sequence\":"u8);
        Write(output, sequence);
        if (author.Length > 0)
        {
            output.Write(",\"author\":"u8);
            WriteString(output, author);
        }

        output.Write(",\"at\":"u8);
        Write(output, at.ToUnixTimeMilliseconds());
        output.Write(",\"delta\":"u8);
        output.Write(delta);
        if (conflicts.Length > 0)
        {
            output.Write(",\"conflicts\":"u8);
            output.Write(conflicts);
        }

        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes the conflicts as the protocol's JSON array; empty for none.</summary>
    public static byte[] EncodeConflicts(IReadOnlyList<ConflictRecord> conflicts)
    {
        if (conflicts.Count == 0)
            return [];
        var output = new ArrayBufferWriter<byte>(128 * conflicts.Count);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var conflict in conflicts)
                WriteConflict(json, conflict);
            json.WriteEndArray();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>Finds the delta and the author in an encoded operation.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an operation object.</exception>
    public static (ReadOnlyMemory<byte> Delta, string Author) Read(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            return ReadMembers(encoded);
        }
        catch (InvalidOperationException)
        {
            throw new InvalidDataException($"A logged operation of {encoded.Length} bytes has an author that is no text.");
        }
    }

    private static (ReadOnlyMemory<byte> Delta, string Author) ReadMembers(ReadOnlyMemory<byte> encoded)
    {
        ReadOnlyMemory<byte> delta = default;
        string author = "";
        var reader = new Utf8JsonReader(encoded.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isDelta = reader.ValueSpan.SequenceEqual("delta"u8), isAuthor = reader.ValueSpan.SequenceEqual("author"u8);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            if (isAuthor)
                author = reader.GetString() ?? "";
            reader.Skip();
            if (isDelta)
                delta = encoded[start..(int)reader.BytesConsumed];
        }

        return delta.Length > 0
            ? (delta, author)
            : throw new InvalidDataException($"A logged operation of {encoded.Length} bytes has no delta.");
    }

    /// <summary>When an encoded operation was decided.</summary>
    /// <exception cref="InvalidDataException">The bytes are not an operation object.</exception>
    public static DateTimeOffset ReadTime(ReadOnlyMemory<byte> encoded)
    {
        var reader = new Utf8JsonReader(encoded.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Names of ours have no escapes, and what has any may be no text at all.
            bool isTime = reader.ValueSpan.SequenceEqual("at"u8);
            reader.Read();
            if (isTime)
                return Time(ref reader, encoded.Length);
            reader.Skip();
        }

        throw new InvalidDataException($"A logged operation of {encoded.Length} bytes has no time.");
    }

    private static DateTimeOffset Time(ref Utf8JsonReader reader, int length) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long at) && at >= 0 && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(at)
            : throw new InvalidDataException($"A logged operation of {length} bytes has a time that is none.");

    private static void WriteConflict(Utf8JsonWriter json, ConflictRecord conflict)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, conflict.Kind);
        json.WriteString("resolution"u8, conflict.Resolution);
        json.WriteNumber("start"u8, conflict.Start);
        json.WriteNumber("length"u8, conflict.Length);
        json.WriteNumber("revision"u8, conflict.OtherRevision.Value);
        json.WriteString("session"u8, conflict.OtherSession.Value);
        if (conflict.OtherAuthor.Length > 0)
            json.WriteString("author"u8, conflict.OtherAuthor);
        json.WriteEndObject();
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string value)
    {
        var encoded = JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        output.Write("\""u8);
        output.Write(encoded.EncodedUtf8Bytes);
        output.Write("\""u8);
    }

    private static void Write(ArrayBufferWriter<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int written);
        output.Advance(written);
    }
}
