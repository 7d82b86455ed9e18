using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;

namespace Collab.Cli.Archives;

/// <summary>Archive lines as JSON. Operations and content are copied byte for byte, both ways: a restored log has the bytes of the old one.</summary>
internal static class ArchiveEncoding
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(ArchiveLine line)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output, Relaxed))
        {
            json.WriteStartObject();
            json.WriteStartObject(Name(line));
            WriteMembers(json, line);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <param name="number">Of the line, from 1, for the error.</param>
    /// <exception cref="ArchiveFormatException">It is no line of an archive.</exception>
    public static ArchiveLine Read(ReadOnlyMemory<byte> line, long number)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var member = json.RootElement.EnumerateObject().Single();
            return Read(member.Name, member.Value, line);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new ArchiveFormatException(number, failure.Message, failure);
        }
    }

    private static string Name(ArchiveLine line) => line switch
    {
        ArchiveLine.Archive => "archive",
        ArchiveLine.Document => "document",
        ArchiveLine.Start => "start",
        ArchiveLine.Session => "session",
        ArchiveLine.Operation => "operation",
        ArchiveLine.End => "end",
        ArchiveLine.Failed => "failed",
        _ => "close",
    };

    private static void WriteMembers(Utf8JsonWriter json, ArchiveLine line)
    {
        switch (line)
        {
            case ArchiveLine.Archive archive:
                json.WriteNumber("version"u8, archive.Version);
                json.WriteString("store"u8, archive.Store);
                json.WriteNumber("at"u8, archive.At.ToUnixTimeMilliseconds());
                break;
            case ArchiveLine.Document { Description: var document }:
                json.WriteString("id"u8, document.Id.Value);
                json.WriteString("kind"u8, document.Kind);
                json.WriteString("policy"u8, RefusalReasons.SnakeCase(document.Policy.ToString()));
                json.WriteString("title"u8, document.Title);
                json.WriteNumber("createdAt"u8, document.CreatedAt.ToUnixTimeMilliseconds());
                json.WriteNumber("modifiedAt"u8, document.ModifiedAt.ToUnixTimeMilliseconds());
                json.WriteNumber("start"u8, document.Start.Value);
                json.WriteNumber("revision"u8, document.Revision.Value);
                break;
            case ArchiveLine.Start { Snapshot: var snapshot }:
                json.WriteNumber("revision"u8, snapshot.Revision.Value);
                json.WriteNumber("contentHash"u8, snapshot.ContentHash);
                json.WriteNumber("at"u8, snapshot.At.ToUnixTimeMilliseconds());
                json.WritePropertyName("content"u8);
                json.WriteRawValue(snapshot.Content.Span, skipInputValidation: true);
                break;
            case ArchiveLine.Session { Applied: var applied }:
                json.WriteString("session"u8, applied.Session.Value);
                json.WriteNumber("sequence"u8, applied.Sequence);
                json.WriteNumber("revision"u8, applied.Revision.Value);
                json.WriteString("hash"u8, Hex(applied.SubmittedHash));
                break;
            case ArchiveLine.Operation { Record: var record }:
                json.WriteNumber("revision"u8, record.Revision.Value);
                json.WriteString("hash"u8, Hex(record.SubmittedHash));
                json.WritePropertyName("value"u8);
                json.WriteRawValue(record.Encoded.Span, skipInputValidation: true);
                break;
            case ArchiveLine.End end:
                json.WriteString("id"u8, end.Id.Value);
                json.WriteNumber("revision"u8, end.Revision.Value);
                json.WriteNumber("contentHash"u8, end.ContentHash);
                json.WriteString("digest"u8, end.Digest);
                break;
            case ArchiveLine.Failed failed:
                json.WriteString("id"u8, failed.Id.Value);
                json.WriteString("reason"u8, failed.Reason);
                break;
            case ArchiveLine.Close close:
                json.WriteNumber("documents"u8, close.Documents);
                break;
        }
    }

    private static ArchiveLine Read(string name, JsonElement value, ReadOnlyMemory<byte> line) => name switch
    {
        "archive" => new ArchiveLine.Archive(value.GetProperty("version").GetInt32(), Text(value, "store"), Time(value, "at")),
        "document" => new ArchiveLine.Document(new DocumentDescription(
            new DocumentId(Text(value, "id")),
            Text(value, "kind"),
            Enum.Parse<ConflictPolicy>(Text(value, "policy"), ignoreCase: true),
            Text(value, "title"),
            Time(value, "createdAt"),
            Time(value, "modifiedAt"),
            Revision(value, "revision"),
            Epoch: 0,
            Revision(value, "start"))),
        "start" => new ArchiveLine.Start(new LogSnapshot(
            Revision(value, "revision"), value.GetProperty("contentHash").GetUInt32(), Raw(line, "content"u8), Time(value, "at"))),
        "session" => new ArchiveLine.Session(new AppliedSequence(
            new SessionId(Text(value, "session")), value.GetProperty("sequence").GetInt64(), Revision(value, "revision"), Hash(value))),
        "operation" => new ArchiveLine.Operation(new LogRecord(
            Revision(value, "revision"),
            new SessionId(Text(value.GetProperty("value"), "session")),
            value.GetProperty("value").GetProperty("sequence").GetInt64(),
            Hash(value),
            Raw(line, "value"u8))),
        "end" => new ArchiveLine.End(
            new DocumentId(Text(value, "id")), Revision(value, "revision"), value.GetProperty("contentHash").GetUInt32(), Text(value, "digest")),
        "failed" => new ArchiveLine.Failed(new DocumentId(Text(value, "id")), Text(value, "reason")),
        "close" => new ArchiveLine.Close(value.GetProperty("documents").GetInt32()),
        _ => throw new FormatException($"there is no line named '{name}'."),
    };

    // The member of the line's one object, as the very bytes that stand there.
    private static ReadOnlyMemory<byte> Raw(ReadOnlyMemory<byte> line, ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(line.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 2)
                continue;
            var isWanted = reader.ValueTextEquals(member);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isWanted)
                return line[start..(int)reader.BytesConsumed];
        }

        throw new FormatException($"there is no member '{System.Text.Encoding.UTF8.GetString(member)}'.");
    }

    private static string Text(JsonElement value, string member) => value.GetProperty(member).GetString() ?? throw new FormatException($"member '{member}' is null.");

    private static Revision Revision(JsonElement value, string member) => new(value.GetProperty(member).GetInt64());

    private static DateTimeOffset Time(JsonElement value, string member) => DateTimeOffset.FromUnixTimeMilliseconds(value.GetProperty(member).GetInt64());

    private static ulong Hash(JsonElement value) => ulong.Parse(Text(value, "hash"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string Hex(ulong hash) => hash.ToString("x16", CultureInfo.InvariantCulture);
}
