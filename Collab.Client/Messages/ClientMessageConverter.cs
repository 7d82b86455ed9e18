using System.Text.Json;
using System.Text.Json.Serialization;

namespace Collab.Client.Messages;

/// <summary>Writes what a client says as JSON, member by member: no reflection, and a delta's bytes go out as they are.</summary>
internal sealed class ClientMessageConverter : JsonConverter<ClientMessage>
{
    public const int ProtocolVersion = 1;

    public override bool CanConvert(Type typeToConvert) => typeof(ClientMessage).IsAssignableFrom(typeToConvert);

    public override ClientMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Servers don't send what clients say.");

    public override void Write(Utf8JsonWriter writer, ClientMessage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value is not ClientMessage.Authenticate)
            writer.WriteString("document"u8, value.Document);
        switch (value)
        {
            case ClientMessage.Submit submit:
                writer.WriteNumber("sequence"u8, submit.Sequence);
                writer.WriteNumber("base"u8, submit.Base);
                writer.WritePropertyName("delta"u8);
                writer.WriteRawValue(submit.Delta.Span, skipInputValidation: true);
                break;
            case ClientMessage.Presence presence:
                Write(writer, presence);
                break;
            case ClientMessage.Join join:
                Write(writer, join);
                break;
            case ClientMessage.Read read:
                writer.WriteNumber("from"u8, read.From);
                break;
            case ClientMessage.Authenticate authenticate:
                writer.WriteString("token"u8, authenticate.Token);
                break;
            case ClientMessage.Quality quality:
                Write(writer, quality);
                break;
            case ClientMessage.Check check:
                writer.WriteNumber("revision"u8, check.Revision);
                writer.WriteNumber("hash"u8, check.Hash);
                break;
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ClientMessage.Join join)
    {
        writer.WriteNumber("version"u8, ProtocolVersion);
        if (join.Name is { } name)
            writer.WriteString("name"u8, name);
        if (join.Color is { } color)
            writer.WriteString("color"u8, color);
        if (join is { Session: { } session, Token: { } token })
        {
            writer.WriteStartObject("resume"u8);
            writer.WriteString("session"u8, session);
            writer.WriteString("token"u8, token);
            writer.WriteEndObject();
        }

        if (join.Revision is { } revision)
            writer.WriteNumber("revision"u8, revision);
    }

    private static void Write(Utf8JsonWriter writer, ClientMessage.Quality quality)
    {
        writer.WriteNumber("sent"u8, quality.Sent);
        Write("rtt"u8, quality.RoundTrip);
        Write("jitter"u8, quality.Jitter);
        Write("propagation"u8, quality.Propagation);
        Write("resent"u8, quality.Resent);
        Write("updateRate"u8, quality.UpdateRate);
        Write("bytesRate"u8, quality.BytesRate);

        void Write(ReadOnlySpan<byte> name, double? value)
        {
            if (value is { } measured)
                writer.WriteNumber(name, measured);
        }
    }

    private static void Write(Utf8JsonWriter writer, ClientMessage.Presence presence)
    {
        writer.WriteNumber("revision"u8, presence.Revision);
        if (presence.IsCleared)
        {
            writer.WriteNull("state"u8);
            return;
        }

        writer.WriteStartObject("state"u8);
        if (presence.Selection is { } selection)
        {
            writer.WriteStartObject("selection"u8);
            writer.WriteNumber("anchor"u8, selection.Anchor);
            writer.WriteNumber("head"u8, selection.Head);
            writer.WriteEndObject();
        }

        if (presence.IsTyping)
            writer.WriteBoolean("typing"u8, true);
        writer.WriteEndObject();
    }
}
