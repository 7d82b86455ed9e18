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
    private const int ScratchBytesKept = 16 << 10;

    // What JSON takes as it is, as nearly every name is.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))));

    // One of a thread, because what is written is copied out before anything else runs on it.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>Writes <c>{"session":…,"sequence":…,"author":…,"at":…,"delta":…,"conflicts":…}</c>; empty author and conflicts are left out.</summary>
    public static byte[] Encode(
        SessionId session, long sequence, string author, DateTimeOffset at, ReadOnlySpan<byte> delta, ReadOnlySpan<byte> conflicts) =>
        Write(session, sequence, author, at, delta, conflicts).ToArray();

    /// <summary>The same, for whoever copies it to where it stays.</summary>
    /// <returns>What the next call on this thread writes over.</returns>
    public static ReadOnlySpan<byte> Write(
        SessionId session, long sequence, string author, DateTimeOffset at, ReadOnlySpan<byte> delta, ReadOnlySpan<byte> conflicts)
    {
        var output = Scratch();
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
        return output.WrittenSpan;
    }

    /// <summary>Writes the conflicts as the protocol's JSON array; empty for none.</summary>
    public static byte[] EncodeConflicts(ConflictRecord[] conflicts)
    {
        if (conflicts.Length == 0)
            return [];
        var output = Scratch();
        for (int i = 0; i < conflicts.Length; i++)
        {
            output.Write(i == 0 ? "["u8 : ","u8);
            WriteConflict(output, conflicts[i]);
        }

        output.Write("]"u8);
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

    private static void WriteConflict(ArrayBufferWriter<byte> output, ConflictRecord conflict)
    {
        output.Write("{\"kind\":\""u8);
        Encoding.ASCII.GetBytes(conflict.Kind, output);
        output.Write("\",\"resolution\":\""u8);
        Encoding.ASCII.GetBytes(conflict.Resolution, output);
        output.Write("\",\"start\":"u8);
        Write(output, conflict.Start);
        output.Write(",\"length\":"u8);
        Write(output, conflict.Length);
        output.Write(",\"revision\":"u8);
        Write(output, conflict.OtherRevision.Value);
        output.Write(",\"session\":\""u8);
        Encoding.ASCII.GetBytes(conflict.OtherSession.Value, output);
        output.Write("\""u8);
        if (conflict.OtherAuthor.Length > 0)
        {
            output.Write(",\"author\":"u8);
            WriteString(output, conflict.OtherAuthor);
        }

        output.Write("}"u8);
    }

    private static void WriteString(ArrayBufferWriter<byte> output, string value)
    {
        output.Write("\""u8);
        if (value.AsSpan().ContainsAnyExcept(Plain))
            output.Write(JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        else
            Encoding.ASCII.GetBytes(value, output);
        output.Write("\""u8);
    }

    private static ArrayBufferWriter<byte> Scratch()
    {
        if (_scratch is not { Capacity: <= ScratchBytesKept })
            _scratch = new ArrayBufferWriter<byte>(512);
        _scratch.ResetWrittenCount();
        return _scratch;
    }

    private static void Write(ArrayBufferWriter<byte> output, long value)
    {
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out int written);
        output.Advance(written);
    }
}
