using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;

namespace Collab.Contracts.Activity;

/// <summary>An event as JSON: the same members in the API, in webhooks, and, of its detail, in the store. Members that are null are absent.</summary>
public static class ActivityJson
{
    private static readonly ImmutableDictionary<string, SessionCloseReason> Reasons = Words<SessionCloseReason>();
    private static readonly ImmutableDictionary<string, ActivityKind> Kinds = Words<ActivityKind>();

    /// <summary>The kind's word, for example <c>session_closed</c>.</summary>
    public static string Word(ActivityKind kind) => RefusalReasons.SnakeCase(kind.ToString());

    /// <summary>The kind that goes by <paramref name="word"/>, or null.</summary>
    public static ActivityKind? Kind(string word) => Kinds.TryGetValue(word, out var kind) ? kind : null;

    /// <summary>Writes the event as an object.</summary>
    public static void Write(Utf8JsonWriter writer, ActivityEvent happened)
    {
        writer.WriteStartObject();
        writer.WriteNumber("position"u8, happened.Position);
        writer.WriteString("id"u8, happened.Id);
        writer.WriteString("document"u8, happened.Document.Value);
        writer.WriteString("kind"u8, Word(happened.Kind));
        writer.WriteString("at"u8, happened.At);
        writer.WriteNumber("revision"u8, happened.Revision.Value);
        if (happened.Session is { } session)
            writer.WriteString("session"u8, session.Value);
        if (happened.Author is { } author)
            writer.WriteString("author"u8, author);
        if (happened.Detail is { } detail)
        {
            writer.WritePropertyName("detail"u8);
            Write(writer, detail);
        }

        writer.WriteEndObject();
    }

    /// <summary>The detail alone as an object, UTF-8: what the store keeps.</summary>
    public static byte[] Encode(ActivityDetail detail)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
            Write(writer, detail);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote. Members and words that a newer version wrote and this one does not know are passed over.</summary>
    /// <exception cref="JsonException">It is no such object.</exception>
    public static ActivityDetail DecodeDetail(ReadOnlyMemory<byte> encoded)
    {
        using var document = JsonDocument.Parse(encoded);
        var members = document.RootElement;
        if (members.ValueKind != JsonValueKind.Object)
            throw new JsonException($"An event's detail is a JSON {members.ValueKind}; it must be an object.");
        return new ActivityDetail(
            members.TryGetProperty("documentKind"u8, out var kind) ? kind.GetString() : null,
            members.TryGetProperty("reason"u8, out var reason) && Reasons.TryGetValue(reason.GetString() ?? "", out var known) ? known : null,
            members.TryGetProperty("bytes"u8, out var bytes) ? bytes.GetInt64() : null,
            members.TryGetProperty("conflicts"u8, out var conflicts)
                ? [.. conflicts.EnumerateObject().Select(conflict => new ConflictCount(conflict.Name, conflict.Value.GetInt64()))]
                : null,
            members.TryGetProperty("subject"u8, out var subject) ? subject.GetString() : null);
    }

    private static void Write(Utf8JsonWriter writer, ActivityDetail detail)
    {
        writer.WriteStartObject();
        if (detail.DocumentKind is { } kind)
            writer.WriteString("documentKind"u8, kind);
        if (detail.Reason is { } reason)
            writer.WriteString("reason"u8, RefusalReasons.SnakeCase(reason.ToString()));
        if (detail.Bytes is { } bytes)
            writer.WriteNumber("bytes"u8, bytes);
        if (detail.Subject is { } subject)
            writer.WriteString("subject"u8, subject);
        if (detail.Conflicts is { } conflicts)
        {
            writer.WriteStartObject("conflicts"u8);
            foreach (var conflict in conflicts)
                writer.WriteNumber(conflict.Kind, conflict.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static ImmutableDictionary<string, T> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToImmutableDictionary(value => RefusalReasons.SnakeCase(value.ToString()));
}
